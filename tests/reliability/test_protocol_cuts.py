"""The protocol alone keeps its promises: pages without a browser, on wires that are cut, many evenings long."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from messenger.realtime.protocol import MessagesEvent
from tests.conftest import Join
from tests.support.crowd import all_of
from tests.support.server import Server, both_ways
from tests.support.socket_client import SocketClient
from tests.support.wire import Wire

NAMES = ['Ann', 'Ben', 'Cleo']
Step = Callable[['Table'], Awaitable[None]]


class Table:
    """Three pages, each on a wire of its own, and all that they have posted so far."""

    def __init__(self) -> None:
        self.clients: list[SocketClient] = []
        self.wires: list[Wire] = []
        self.posted: list[list[str]] = [[] for _ in NAMES]
        self.words = itertools.count(1)

    async def post(self, who: int, count: int) -> None:
        texts = [f'{NAMES[who]} {next(self.words)}' for _ in range(count)]
        self.posted[who] += texts
        await self.clients[who].post(*texts)

    async def cut(self, who: int) -> None:
        await self.wires[who].cut()

    async def fray(self, who: int, count: int) -> None:
        """Cut a connection once so many more bytes have come."""
        self.wires[who].fray(count)
        await self.wires[who].mend()

    async def mend(self, who: int) -> None:
        await self.wires[who].mend()

    async def wait(self, milliseconds: int) -> None:
        await asyncio.sleep(milliseconds / 1000)


anybody = st.integers(0, len(NAMES) - 1)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda who, count: lambda table: table.post(who, count), anybody, st.integers(1, 12)),
    st.builds(lambda who: lambda table: table.cut(who), anybody),
    st.builds(lambda who: lambda table: table.mend(who), anybody),
    st.builds(lambda who, count: lambda table: table.fray(who, count), anybody, st.integers(1, 20_000)),
    st.builds(lambda time: lambda table: table.wait(time), st.integers(1, 100)),
)


@both_ways
# no shrinking: what remains on the pages makes each example depend on those before
@settings(
    max_examples=40,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(evening=st.lists(steps, min_size=6, max_size=18))
async def test_random_evening_leaves_every_page_with_all_of_it(
    evening: list[Step], table: Table, server: Server
) -> None:
    for step in evening:
        await step(table)
    for wire in table.wires:
        wire.fray(None)
        await wire.mend()

    kept = await all_of(server, sum(map(len, table.posted)))
    for client in table.clients:
        await client.shows(kept)
        await is_confirmed(client)
        ids = [message.id for event in client.connection.all(MessagesEvent) for message in event.messages]
        assert ids == sorted(set(ids))
    for name, posted in zip(NAMES, table.posted, strict=True):
        assert [text for _, text in kept if text.startswith(name)] == posted


@pytest.fixture
async def table(join: Join, server: Server) -> AsyncIterator[Table]:
    table = Table()
    staying = []
    for name in NAMES:
        table.wires.append(wire := Wire(server.port))
        await wire.mend()
        table.clients.append(client := await join(name, wire))
        staying.append(asyncio.create_task(client.stay()))
    await table.post(0, 1)  # so that a page that comes back has a cursor
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
