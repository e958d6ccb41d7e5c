"""The protocol alone keeps its promises: pages without a browser, on wires that are cut, many evenings long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from messenger.realtime.protocol import MessagesEvent
from tests.conftest import Join
from tests.support.crowd import all_of
from tests.support.rooms import make_rooms
from tests.support.server import Server, both_ways
from tests.support.socket_client import SocketClient
from tests.support.table import NAMES, Step, Table, try_evenings
from tests.support.wire import Wire

ROOMS = 4


class PageTable(Table):
    """Pages without a browser."""

    def __init__(self) -> None:
        super().__init__()
        self.clients: list[SocketClient] = []

    async def send(self, who: int, texts: list[str]) -> None:
        await self.clients[who].post(*texts)

    async def enter_room(self, who: int, room: int) -> None:
        client = self.clients[who]
        client.model.enter_room(room)
        if not client.connection.lost.is_set():
            await client.send(client.model.sync())


@both_ways
@try_evenings(40, longest_wait=100)
async def test_random_evening_leaves_every_page_with_all_of_it(
    evening: list[Step], table: PageTable, server: Server
) -> None:
    await table.play(evening)

    kept = await all_of(server, sum(map(len, table.said)))
    for client in table.clients:
        await client.shows(kept)
        await is_confirmed(client)
        ids = [message.id for event in client.connection.all(MessagesEvent) for message in event.messages]
        assert ids == sorted(set(ids))
    for name, said in zip(NAMES, table.said, strict=True):
        assert [text for _, text in kept if text.startswith(name)] == said


@try_evenings(40, longest_wait=100, rooms=ROOMS)
async def test_random_evening_in_several_rooms_leaves_every_page_with_all_of_each(
    evening: list[Step], rooms_table: PageTable, server: Server
) -> None:
    await rooms_table.play(evening)

    kept = await all_of(server, sum(map(len, rooms_table.said)))
    for who, client in enumerate(rooms_table.clients):
        for room in range(1, ROOMS + 1):
            await client.is_up_to_date()
            await rooms_table.enter_room(who, room)
            await client.shows(server.kept(room))
            told = [event for event in client.connection.all(MessagesEvent) if event.room == room]
            ids = [message.id for event in told for message in event.messages]
            assert ids == sorted(set(ids))
        await is_confirmed(client)
    for name, said in zip(NAMES, rooms_table.said, strict=True):
        assert [text for _, text in kept if text.startswith(name)] == said


@pytest.fixture
async def rooms_table(table: PageTable) -> PageTable:
    """The same with some rooms, which all have been in before."""
    for who, client in enumerate(table.clients):
        for room in (*range(2, ROOMS + 1), 1):
            await table.enter_room(who, room)
            await client.is_up_to_date()
    return table


@pytest.fixture
async def database_url(tmp_path: Path) -> str:
    url = f'sqlite:///{tmp_path}/main.db'
    await make_rooms(url, *[f'Room {number}' for number in range(2, ROOMS + 1)])
    return url


@pytest.fixture
async def table(join: Join, server: Server) -> AsyncIterator[PageTable]:
    table = PageTable()
    staying = []
    for name in NAMES:
        table.wires.append(wire := Wire(server.port))
        await wire.mend()
        table.clients.append(client := await join(name, wire))
        staying.append(asyncio.create_task(client.stay()))
    await table.say(0, 1)  # so that a page that comes back has a cursor
    for client in table.clients:
        await client.sees('Ann 1')
    yield table
    for task in staying:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    for wire in table.wires:
        await wire.cut()


async def is_confirmed(client: SocketClient) -> None:
    """Wait until nothing is pending."""
    async with asyncio.timeout(20):
        while client.model.pending:
            await asyncio.sleep(0.01)
