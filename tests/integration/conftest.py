"""Simulated users, and a conversation that they find."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from nicegui import core
from nicegui.testing import User

from messenger.files import Files
from messenger.storage import Store
from messenger.storage.commands import PostMessage
from tests.support.company import socket_clients
from tests.support.files import MAX_SIZE, MAX_TOTAL, MakeFiles, Moment
from tests.support.server import Server
from tests.support.simulated import OpenChat, log_in
from tests.support.uploader import QUICK_UPLOADS, Uploader


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


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
def folder(house: Path) -> Path:
    """Where files are kept."""
    return house / 'files'


@pytest.fixture
def make_files(store: Store, folder: Path, moment: Moment) -> MakeFiles:
    """Start a server's files, be it after another one."""

    def make_files(*, is_shared: bool = False) -> Files:
        return Files(store.files, folder, (MAX_SIZE, MAX_TOTAL), is_shared=is_shared, clock=moment)

    return make_files


@pytest.fixture
def files(make_files: MakeFiles) -> Files:
    return make_files()


@pytest.fixture
async def file_server(house: Path, request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    """A server with room for a few small files, unless a parameter has other settings."""
    server = Server(house, **getattr(request, 'param', {'max_file_size': 1, 'max_files_size': 3}))
    server.worsen(QUICK_UPLOADS)
    await server.start()
    yield server
    await server.stop()
    assert 'Traceback' not in server.output.read_text()


@pytest.fixture
async def ann(file_server: Server) -> AsyncIterator[Uploader]:
    """Ann, who is logged in there and sends files."""
    async with socket_clients() as join, Uploader(file_server.url, 'Ann') as ann:
        await join(file_server.url, 'Ann')
        await ann.log_in()
        yield ann
