"""The protocol alone keeps its promises: pages without a browser, on wires that are cut, many evenings long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from messenger.realtime.protocol import MessagesEvent
from tests.conftest import Join
from tests.support.crowd import all_of
from tests.support.server import Server, both_ways
from tests.support.socket_client import SocketClient
from tests.support.table import NAMES, Step, Table, try_evenings
from tests.support.wire import Wire


class PageTable(Table):
    """Pages without a browser."""

    def __init__(self) -> None:
        super().__init__()
        self.clients: list[SocketClient] = []

    async def send(self, who: int, texts: list[str]) -> None:
        await self.clients[who].post(*texts)


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
