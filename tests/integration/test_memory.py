"""What is gone is free at once, and does not wait for a garbage collection, which stops the server for everybody."""

import asyncio
import gc
import sys
import weakref
from collections.abc import Iterator

import pytest
from nicegui import Client, ui
from nicegui.testing import User

from messenger import compat
from messenger.guard.socket_garbage import SOCKETS_PER_COLLECTION, SocketGarbage
from tests.support.simulated import OpenChat


@pytest.fixture(autouse=True)
def no_garbage_collection() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


async def test_page_that_never_connected_is_free_when_it_has_ended(user: User) -> None:
    await user.http_client.get('/')
    client = weakref.ref(next(iter(Client.instances.values())))

    await end(client)

    assert client() is None


async def test_chat_is_free_when_its_page_has_ended(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    assert ann.client
    client, ann.client = weakref.ref(ann.client), None

    await end(client)

    assert client() is None


async def end(page: weakref.ref[Client]) -> None:
    client = page()
    assert client
    client.delete()
    del client
    await asyncio.sleep(1.5)  # until its outbox has looked for the last time


async def test_what_sockets_leave_is_freed_together() -> None:
    collections: list[int] = []
    garbage = SocketGarbage(collect=lambda: collections.append(1))

    for _ in range(SOCKETS_PER_COLLECTION - 1):
        garbage.count()
        await asyncio.sleep(0)
    assert collections == []
    for _ in range(SOCKETS_PER_COLLECTION):  # at once
        garbage.count()
    await asyncio.sleep(0)

    assert collections == [1]


async def test_deleted_elements_leave_nothing_to_the_garbage_collector(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    assert ann.client
    with ann.client.content, ui.card() as card:
        label = ui.label('Tea?').classes('warm').style('color: red').props('dir=auto')
    parts = [weakref.ref(part) for element in (card, label) for part in (element.classes, element.style, element.props)]
    await asyncio.sleep(0.1)  # until the browser has been told

    compat.delete(card)
    del card, label
    await asyncio.sleep(0.1)
    ann.client.outbox.prune_history(sys.maxsize)  # the browser has acknowledged everything

    assert [part for part in parts if part()] == []


async def test_elements_are_deleted_even_if_nicegui_looks_different_inside(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    assert ann.client
    with ann.client.content:
        label = ui.label('Tea?')
    for part in (label.classes, label.style, label.props):
        del part._change_handlers

    compat.delete(label)

    assert label.is_deleted
