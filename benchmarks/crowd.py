"""Many people in one conversation, and what one can measure on all their screens."""

import asyncio
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from aiohttp import ClientSession, TCPConnector

from benchmarks.machine import LAUNCHER, cpu_of
from benchmarks.members import NUMBER, PATIENCE, Visitor
from tests.support.server import ROOT, Server

ENTER_AT_ONCE = 16
CONNECTIONS: dict[str, Any] = {'limit': 0, 'force_close': True, 'local_addr': ('127.0.0.2', 0)}  # not the attackers'


class Talk(NamedTuple):
    """What came of some messages.

    :param median: from send to seen, in ms
    :param cpu: seconds of CPU that the servers used for 1,000 deliveries
    :param generator: share of its core that the load generator used, in %
    """

    lost: int
    duration: float
    per_second: float
    median: float
    p99: float
    cpu: float
    generator: float


class Crowd:
    """People at some servers of one conversation, who stay until these end."""

    def __init__(
        self,
        servers: Sequence[Server],
        connections: Sequence[ClientSession],
        kind: type[Any],
        kept: Callable[[], list[tuple[int, str]]],
    ) -> None:
        """
        :param connections: one to each server; people go to them in turn
        :param kept: returns the id and text of every message in the database, from first to last
        """
        self.servers = servers
        self.members: list[Any] = []  # of the kind
        self._connections = connections
        self._kept = kept
        self._kind = kind
        self._count = self._expected = 0  # messages so far, and deliveries to come
        self._closed_loop = False
        # of the last talk: the numbers that each member has seen, in order; when each was sent, and in which room; who
        # waits for which
        self._logs: defaultdict[int, dict[int, None]] = defaultdict(dict)
        self._sent: dict[int, float] = {}
        self._room_of: dict[int, int] = {}
        self._awaited: dict[int, int] = {}
        self._unsaid: Iterator[int] = iter(())
        self._times: list[float] = []
        self._complete = asyncio.Event()

    @property
    def server(self) -> Server:
        return self.servers[0]

    @property
    def http(self) -> ClientSession:
        return self._connections[0]

    @property
    def cpu(self) -> float:
        """Seconds of CPU that the servers have used."""
        return sum(map(cpu_of, self.servers))

    async def grow(self, size: int) -> float:
        """Have people enter at once until there are ``size``, and return the seconds of CPU that the servers used."""
        gate = asyncio.Semaphore(ENTER_AT_ONCE)

        async def enter(index: int) -> None:
            async with gate:
                await self.members[index].enter()

        new = range(len(self.members), size)
        for index in new:
            http = self._connections[index % len(self._connections)]
            self.members.append(self._kind(http, f'Visitor {index}', partial(self._see, index)))
        cpu = self.cpu
        await asyncio.gather(*map(enter, new))
        cpu = self.cpu - cpu
        await asyncio.sleep(1)  # until all have been told who is here
        return cpu

    async def talk(self, count: int, *, rate: float | None = None, closed_loop: bool = False) -> Talk:
        """Have people say ``count`` messages, and wait until everybody has seen them.

        :param rate: messages a second, said in turn; all at once if not given
        :param closed_loop: whether everybody says one message, and the next one as soon as it is on the own screen
        """
        self._logs.clear()
        self._room_of.clear()
        self._sent, self._awaited, self._times = {}, {}, []
        self._unsaid = iter(range(self._count, self._count + count))
        self._count += count
        self._closed_loop = closed_loop
        in_room = Counter(member.room for member in self.members)
        self._expected = sum(in_room[self.members[turn % len(self.members)].room] for turn in range(count))
        self._complete = asyncio.Event()
        cpu, own_cpu, start = self.cpu, time.process_time(), time.perf_counter()
        for turn in range(len(self.members) if closed_loop else count):
            if rate:
                await asyncio.sleep(start + turn / rate - time.perf_counter())
            self._say_next(turn % len(self.members))
        try:
            await asyncio.wait_for(self._complete.wait(), PATIENCE)
        except TimeoutError:
            print(f'    {self._expected - len(self._times)} of {self._expected} deliveries are missing.')
        assert self._times, f'Nothing has arrived. The server says: {self.server.output.read_text()}'
        duration = time.perf_counter() - start
        return Talk(
            lost=self._expected - len(self._times),
            duration=duration,
            per_second=len(self._times) / duration,
            median=statistics.median(self._times) * 1000,
            p99=statistics.quantiles([*self._times, self._times[-1]], n=100)[98] * 1000,
            cpu=(self.cpu - cpu) / len(self._times) * 1000,
            generator=(time.process_time() - own_cpu) / duration * 100,
        )

    def count_astray(self) -> int:
        """Return how many people lack a message of the last talk, or have seen another order than the database's."""
        kept = [int(found[1]) for _, text in self._kept() if (found := NUMBER.match(text))]
        order = [number for number in kept if number in self._sent]
        assert len(order) == len(self._sent), 'Some messages have not been stored.'
        in_rooms = {
            room: [number for number in order if self._room_of[number] == room]
            for room in {member.room for member in self.members}
        }
        return sum(list(self._logs[index]) != in_rooms[member.room] for index, member in enumerate(self.members))

    def _say_next(self, index: int) -> None:
        number = next(self._unsaid, None)
        if number is not None:
            self._awaited[index] = number
            self._room_of[number] = self.members[index].room
            self._sent[number] = time.perf_counter()
            self.members[index].say(number)

    def _see(self, index: int, numbers: Sequence[int]) -> None:
        now, log, sent = time.perf_counter(), self._logs[index], self._sent
        fresh = [number for number in numbers if number in sent and number not in log]
        log.update(dict.fromkeys(fresh))
        self._times += [now - sent[number] for number in fresh]
        if self._closed_loop and self._awaited.get(index) in fresh:
            self._say_next(index)
        if len(self._times) >= self._expected:
            self._complete.set()


@asynccontextmanager
async def crowd_at(
    reference: str = '', kind: type[Any] = Visitor, *, code: str = '', **settings: object
) -> AsyncIterator[Crowd]:
    """Run the messenger, or one of the `references`, and let people of a kind in.

    :param code: what the messenger does before it starts
    """
    with TemporaryDirectory(prefix='benchmark-') as folder:
        server = Server(Path(folder), **settings)
        if code:
            server.worsen(code)
        command = (sys.executable, str(ROOT / 'benchmarks' / 'references.py'), reference)
        server.command = (*LAUNCHER, *(command if reference else server.command))
        async with crowd_of([server], kind) as crowd:
            yield crowd


@asynccontextmanager
async def crowd_of(
    servers: Sequence[Server],
    kind: type[Any] = Visitor,
    *,
    kept: Callable[[], list[tuple[int, str]]] | None = None,
) -> AsyncIterator[Crowd]:
    """Start servers, and let people of a kind in.

    :param kept: see `Crowd`; those of the first server if not given
    """
    async with AsyncExitStack() as stack:
        connections = []
        for server in servers:
            await server.start()
            stack.push_async_callback(server.kill)
            http = ClientSession(server.url, connector=TCPConnector(**CONNECTIONS))
            connections.append(await stack.enter_async_context(http))
        yield Crowd(servers, connections, kind, kept or servers[0].kept)
