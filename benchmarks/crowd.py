"""Many people in one conversation, and what one can measure on all their screens."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

from benchmarks import strain
from benchmarks.members import Member
from benchmarks.process import Server
from benchmarks.visitor import Visitor

ACKNOWLEDGE_EVERY = 3.0
ENTER_AT_ONCE = 8
PATIENCE = 60.0


@dataclass(frozen=True)
class Talk:
    """What came of some messages: times in seconds, ``cpu`` of the server."""

    deliveries: int
    lost: int
    duration: float
    cpu: float
    times: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.times, n=100)[98]

    @property
    def cpu_per_thousand(self) -> float:
        return self.cpu / self.deliveries * 1000

    @property
    def per_second(self) -> float:
        return self.deliveries / self.duration


class Crowd:
    """People who enter together and leave with the end of ``async with``."""

    def __init__(self, server: Server, kind: type[Member] = Visitor) -> None:
        self.members: list[Member] = []
        self.logs: list[list[int]] = []
        self._server = server
        self._kind = kind
        self._sent: dict[int, float] = {}
        self._times: list[float] = []
        self._expected = 0
        self._complete = asyncio.Event()
        self._acknowledging: asyncio.Task[None] | None = None

    async def __aenter__(self) -> 'Crowd':
        self._acknowledging = asyncio.create_task(self._acknowledge(), name='acknowledge')
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        assert self._acknowledging
        self._acknowledging.cancel()
        for member in self.members:
            member.close()

    async def grow(self, size: int) -> None:
        """Have people enter, a few at a time, until there are ``size``, and wait for the calm after."""
        gate = asyncio.Semaphore(ENTER_AT_ONCE)

        async def enter(member: Member) -> None:
            async with gate:
                await member.enter()

        new = [self._invite(number) for number in range(len(self.members), size)]
        await asyncio.gather(*map(enter, new))
        await asyncio.sleep(1)

    async def talk(self, count: int, *, rate: float | None = None, speakers: int | None = None) -> Talk:
        """Have people say ``count`` messages in turn, and wait until everybody has seen them.

        :param rate: messages a second; all at once if not given
        :param speakers: how many of the people talk; everybody if not given
        """
        first = len(self._sent)
        self._times = []
        self._expected = count * len(self.members)
        self._complete.clear()
        cpu, own_cpu, start = self._server.cpu, time.process_time(), time.perf_counter()
        for number in range(first, first + count):
            if rate:
                await asyncio.sleep(start + (number - first) / rate - time.perf_counter())
            self._sent[number] = time.perf_counter()
            self.members[number % (speakers or len(self.members))].say(number)
        try:
            await asyncio.wait_for(self._complete.wait(), PATIENCE)
        except TimeoutError:
            print(f'    {self._expected - len(self._times)} of {self._expected} deliveries are missing')
        assert self._times, f'Nothing arrived. The server says: {self._server.output}'
        duration = time.perf_counter() - start
        strain.current.note(generator=(time.process_time() - own_cpu) / duration)
        lost = self._expected - len(self._times)
        return Talk(len(self._times), lost, duration, self._server.cpu - cpu, self._times)

    def astray(self, order: Sequence[int]) -> int:
        """How many people have not seen exactly these messages in this order."""
        return sum(log != order for log in self.logs)

    def _invite(self, number: int) -> Member:
        log: list[int] = []
        seen: set[int] = set()

        def hear(numbers: Sequence[int]) -> None:
            now = time.perf_counter()
            for number in numbers:
                if number in self._sent and number not in seen:
                    seen.add(number)
                    log.append(number)
                    self._times.append(now - self._sent[number])
            if len(self._times) >= self._expected:
                self._complete.set()

        member = self._kind(self._server.port, f'Visitor {number}', hear)
        self.members.append(member)
        self.logs.append(log)
        return member

    async def _acknowledge(self) -> None:
        while True:
            await asyncio.sleep(ACKNOWLEDGE_EVERY)
            for member in self.members:
                member.acknowledge()
