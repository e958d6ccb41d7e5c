"""Simulated users, and a conversation that they find."""

from datetime import UTC, datetime

import httpx
import pytest
from nicegui import core
from nicegui.testing import User

from messenger.storage import Store
from models import PostMessage
from tests.support.simulated import OpenChat, log_in


@pytest.fixture
def open_chat(user: User) -> OpenChat:
    """Have somebody open the page and log in."""

    async def open_chat(name: str) -> User:
        person = User(httpx.AsyncClient(transport=httpx.ASGITransport(core.app), base_url='http://test'))
        await person.open('/')
        await log_in(person, name)
        return person

    return open_chat


@pytest.fixture
async def told(store: Store) -> Store:
    """A conversation of one message by Ann, the first one."""
    await store.apply(PostMessage('Ann', 'ann', 'k', 'Hello', datetime.now(UTC)))
    return store
