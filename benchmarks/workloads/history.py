"""One visitor opens a chat, reads back and posts, with little and with much that has been said before."""

import statistics
import time
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.crowd import Crowd
from benchmarks.process import Server
from benchmarks.promise import Figures, Promise, Workload
from benchmarks.stored import fill
from benchmarks.visitor import Visitor

SIZES = (100, 100_000, 1_000_000)
PAGE = 50
ACTIONS = (
    'opening',
    'reading back from the end',
    'reading back in the middle',
    'reading back near the start',
    'posting',
)


class Reader:
    """Does everything at one server, and notes what it takes."""

    def __init__(self, server: Server, crowd: Crowd, size: int) -> None:
        self.times: dict[str, list[float]] = {action: [] for action in ACTIONS}
        self.cpu = dict.fromkeys(ACTIONS, 0.0)
        self.received = 0
        self.server = server
        self._crowd = crowd
        self._depths = dict(zip(ACTIONS[1:4], (size - PAGE + 1, max(size // 2, PAGE + 1), PAGE + 1), strict=True))

    async def do(self, action: str, number: int) -> None:
        start = time.perf_counter()
        if action == 'opening':
            visitor = Visitor(self.server.port, f'Reader {number}', lambda _: None)
            await visitor.enter()
            self.received = visitor.received
            visitor.leave()
        elif action == 'posting':
            await self._crowd.talk(1)
        else:
            resident = self._crowd.members[0]
            assert isinstance(resident, Visitor)
            resident.floor = self._depths[action]
            await resident.look_back()
        self.times[action].append(time.perf_counter() - start)


async def run(quick: bool) -> Figures:
    sizes = SIZES[:-1] if quick else SIZES
    readers: dict[int, Reader] = {}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix='benchmark-')))
        for size in sizes:  # all of it before the first server starts, whose pings want to be answered
            fill(folder / f'{size}.db', size)
        for size in sizes:
            server = await stack.enter_async_context(Server(database=folder / f'{size}.db'))
            crowd = await stack.enter_async_context(Crowd(server))
            await crowd.grow(1)
            readers[size] = Reader(server, crowd, size)
        for action in ACTIONS:
            repeats = 200 if 'reading' in action else 60  # CPU is counted in steps of 10 ms
            await _repeat(action, list(readers.values()), repeats // 3 if quick else repeats)
    return _figures(readers)


async def _repeat(action: str, readers: list[Reader], repeats: int) -> None:
    """In turn, so that whatever else the machine does falls on all of them alike."""
    for reader in readers:
        await reader.do(action, 0)
        reader.times[action].clear()
        reader.cpu[action] = -reader.server.cpu
    for number in range(1, repeats + 1):
        for reader in readers:
            await reader.do(action, number)
    for reader in readers:
        reader.cpu[action] += reader.server.cpu


def _figures(readers: dict[int, Reader]) -> Figures:
    (small, first), *others = readers.items()
    figures: Figures = {}
    for action in ACTIONS:
        figures[f'{action}, time with {small}'] = statistics.median(first.times[action]) * 1000
        figures[f'{action}, CPU with {small}'] = first.cpu[action] / len(first.times[action]) * 1000
    for size, reader in others:
        figures[f'opening, difference in bytes with {size:,}'] = abs(reader.received / first.received - 1) * 100
        for action in ACTIONS:
            times = statistics.median(reader.times[action]), statistics.median(first.times[action])
            figures[f'{action}, times as long with {size:,}'] = times[0] / times[1]
            figures[f'{action}, times the CPU with {size:,}'] = reader.cpu[action] / first.cpu[action]
    return figures


def _promises() -> list[Promise]:
    promises = []
    for action in ACTIONS:
        promises += [
            Promise(f'{action}, time with {SIZES[0]}', 'ms'),
            Promise(f'{action}, CPU with {SIZES[0]}', 'ms'),
        ]
        for size in SIZES[1:]:
            if action == 'opening':
                promises.append(Promise(f'opening, difference in bytes with {size:,}', '%', at_most=5))
            promises += [
                Promise(f'{action}, times as long with {size:,}', at_most=1.1),
                Promise(f'{action}, times the CPU with {size:,}', at_most=1.1),
            ]
    return promises


HISTORY = Workload('history', f'{SIZES[0]} to {SIZES[-1]:,} messages stored', _promises(), run)
