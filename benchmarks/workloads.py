"""What the servers are put through. Each workload runs once and returns its figures; `limits` says what must hold."""

import asyncio
import os
import re
import signal
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.crowd import Crowd, Talk, crowd_at
from benchmarks.machine import cpu_of, memory_of
from benchmarks.members import NiceGUIMember, SocketIOMember, Visitor, WebSocketMember
from benchmarks.replicas import replicas
from benchmarks.rooms import rooms
from benchmarks.searches import search
from config import Settings
from messenger.storage import Store
from messenger.storage.commands import PostMessage
from tests.support import attacker
from tests.support.server import ROOT, WITHOUT_LIMITS

Figures = dict[str, float]
Action = Callable[[Crowd, int], Awaitable[object]]
VISITORS = 200
RATE = 10
BURST = 100
REPEATS = 5
STORE_STEP = 10_000
LIMITS_OF_USE = {name: Settings.model_fields[name].default for name in WITHOUT_LIMITS}  # as an operator has them
TELL_TASKS = """
import asyncio, signal
signal.signal(signal.SIGUSR1, lambda *_: print('tasks:', len(asyncio.all_tasks()), flush=True))
"""


async def steady(quick: bool) -> Figures:
    """200 visitors, 10 messages a second."""
    count = RATE * (3 if quick else 10)
    async with crowd_at() as crowd:
        await crowd.grow(VISITORS)
        talk = await crowd.talk(count, rate=RATE)
        astray = crowd.count_astray()
    references: list[Talk] = []
    # the demo does not keep pace with more
    for name, kind, size in (('demo', NiceGUIMember, 50), ('seed', SocketIOMember, VISITORS)):
        async with crowd_at(name, kind) as crowd:
            await crowd.grow(size)
            references.append(await crowd.talk(count, rate=RATE))
    demo, seed = references
    return {
        'pages that lack a message or show another order': astray,
        'median send-to-seen (ms)': talk.median,
        'p99 send-to-seen (ms)': talk.p99,
        'server CPU per 1,000 deliveries (s)': talk.cpu,
        'server CPU, times the seed': talk.cpu / seed.cpu,
        'server CPU, times the demo': talk.cpu / demo.cpu,
        'deliveries lost by the references': demo.lost + seed.lost,
    }


async def burst(quick: bool) -> Figures:
    """100 messages at once."""
    figures: Figures = {}
    async with crowd_at() as crowd:
        for size in (VISITORS, 500) if quick else (VISITORS, 500, 1000):
            figures |= await _bursts(crowd, size, f'{size:,} visitors')
    for reference, kind in {'seed': SocketIOMember, 'floor': WebSocketMember}.items():
        async with crowd_at(reference, kind) as crowd:
            figures |= await _bursts(crowd, VISITORS, f'{VISITORS} at the {reference}')
    return figures


async def _bursts(crowd: Crowd, size: int, label: str) -> Figures:
    await crowd.grow(size)
    talks = [await crowd.talk(BURST) for _ in range(REPEATS)]
    return {
        f'deliveries a second, {label}': statistics.median(talk.per_second for talk in talks),
        f'deliveries lost, {label}': sum(talk.lost for talk in talks),
        f'p99 send-to-seen, {label} (ms)': statistics.median(talk.p99 for talk in talks),
        f'load generator, {label} (% of its core)': max(talk.generator for talk in talks),
    }


async def arrivals(quick: bool) -> Figures:
    """Many people who come at once."""
    each: dict[int, float] = {}
    few, many = VISITORS, 400 if quick else 1000
    for size in (few, many):
        async with crowd_at() as crowd:
            await crowd.grow(1)  # what the server does for the first one is for all
            each[size] = await crowd.grow(size + 1) / size * 1000
    figures = {f'server CPU for each of {size:,} (ms)': cpu for size, cpu in each.items()}
    return figures | {f'for each of {many:,}, times of {few:,}': each[many] / each[few]}


async def posts(quick: bool) -> Figures:
    """50 senders in a closed loop."""
    count = 1000 if quick else 5000
    async with crowd_at() as crowd:
        await crowd.grow(50)
        await crowd.talk(count, closed_loop=True)
        talk = await crowd.talk(count, closed_loop=True)
        return {
            'posts a second, stored and seen by all': count / talk.duration,
            'pages that lack a message or show another order': crowd.count_astray(),
            'median send-to-seen (ms)': talk.median,
            'p99 send-to-seen (ms)': talk.p99,
            'load generator (% of its core)': talk.generator,
        }


async def history(quick: bool) -> Figures:
    """One visitor, with few and with many messages stored."""
    few, many = 100, 50_000 if quick else 1_000_000
    figures: Figures = {}
    crowds: dict[int, Crowd] = {}
    actions: dict[str, Action] = {
        'opening': _open,
        'reading back': _read_back,
        'jumping': lambda crowd, size: crowd.members[0].jump(size // 2),
        'posting': lambda crowd, _: crowd.talk(1),
    }
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix='benchmark-'))
        for size in (few, many):
            url = f'sqlite:///{folder}/{size}.db'
            await _fill(url, size)
            crowds[size] = await stack.enter_async_context(crowd_at(database_url=url))
            await crowds[size].grow(1)
        for name, action in actions.items():
            costs = await _compare(action, crowds, 20 if quick else 100)
            for cost, (with_few, with_many) in zip(('time', 'CPU'), costs, strict=True):
                figures[f'{name}, {cost} with {few:,} (ms)'] = with_few * 1000
                figures[f'{name}, {cost} with {many:,}, times with {few:,}'] = with_many / with_few
    return figures


async def memory(quick: bool) -> Figures:
    """Memory, from the difference between few and many visitors, which leaves out what they share."""
    few, many, count = (50, 150, 1000) if quick else (50, 350, 10_000)
    with_few, with_many = await _memory(few, count), await _memory(many, count)
    each = [(much - little) / (many - few) for little, much in zip(with_few, with_many, strict=True)]
    return {
        'memory per visitor (KiB)': each[0],
        'change after a dialog (%)': abs(each[1] / each[0] - 1) * 100,
        'elements left after a dialog': each[3],
        f'change after {count:,} messages (%)': abs(each[2] / each[1] - 1) * 100,
    }


async def idle(quick: bool) -> Figures:
    """500 visitors who say nothing."""
    async with crowd_at() as crowd:
        await crowd.grow(500)
        await asyncio.sleep(4)
        cpu, start = cpu_of(crowd.server), time.perf_counter()
        await asyncio.sleep(8 if quick else 16)  # as long as from one ping to the next
        return {'CPU of 500 visitors (% of a core)': (cpu_of(crowd.server) - cpu) / (time.perf_counter() - start) * 100}


async def attacks(quick: bool) -> Figures:
    """50 people talk, while others try everything that has ever done harm."""
    seconds = 10 if quick else 60
    async with crowd_at(code=TELL_TASKS, reconnect_grace=5, **LIMITS_OF_USE) as crowd:
        await crowd.grow(50)
        await _attack(crowd, seconds / 2)  # after which all caches are full
        before = await _resources(crowd)
        talk = await _attack(crowd, seconds)
        after = await _resources(crowd)
        peak = attacker.memory_of(crowd.server, 'VmHWM') / 2**20
        astray = crowd.count_astray()
    changes = {f'{name} afterwards (change in %)': (after[name] / before[name] - 1) * 100 for name in before}
    return {
        'pages that lack a message or show another order': astray,
        'median send-to-seen (ms)': talk.median,
        'p99 send-to-seen (ms)': talk.p99,
        'memory at most (MB)': peak,
        **changes,
    }


async def _attack(crowd: Crowd, seconds: float) -> Talk:
    command = (sys.executable, '-m', 'tests.support.attacks', crowd.server.url, str(seconds))
    attackers = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    talk = await crowd.talk(int(seconds * RATE), rate=RATE)
    await attackers.wait()
    return talk


async def _resources(crowd: Crowd) -> Figures:
    """Return what a server uses when all who have left are forgotten."""
    await asyncio.sleep(90)
    os.kill(crowd.server.pid, signal.SIGUSR1)
    await asyncio.sleep(1)
    tasks = re.findall(r'^tasks: (\d+)$', crowd.server.output.read_text(), re.MULTILINE)
    files = len(os.listdir(f'/proc/{crowd.server.pid}/fd'))
    return {'memory': memory_of(crowd.server), 'tasks': float(tasks[-1]), 'open files': files}


async def _open(crowd: Crowd, _: int) -> None:
    visitor = Visitor(crowd.http, 'Reader', lambda _: None)
    await visitor.enter()
    await visitor.leave()


async def _read_back(crowd: Crowd, size: int) -> None:
    for position in (size + 1, max(size // 2, 51), 51):  # near the end, in the middle, near the start
        await crowd.members[0].read_back(position)


async def _compare(action: Action, crowds: dict[int, Crowd], repeats: int) -> list[list[float]]:
    """Return the median times and the mean CPU that an action costs with each size.

    The crowds act in turn, so that whatever else the machine does falls on all of them alike.
    """
    times: list[list[float]] = [[] for _ in crowds]
    cpu: list[list[float]] = [[] for _ in crowds]
    for _ in range(repeats):
        for index, (size, crowd) in enumerate(crowds.items()):
            start, cpu_before = time.perf_counter(), cpu_of(crowd.server)
            await action(crowd, size)
            times[index].append(time.perf_counter() - start)
            await asyncio.sleep(0.02)  # what the action leaves to be done is part of its cost
            cpu[index].append(cpu_of(crowd.server) - cpu_before)
    return [[*map(statistics.median, times)], [statistics.mean(each[3:]) for each in cpu]]  # the first fill caches


async def _fill(url: str, count: int) -> None:
    store, now = Store(url), datetime.now(UTC)
    for first in range(0, count, STORE_STEP):
        texts = [f'Stored message {number}, kept for years.' for number in range(first, first + min(count, STORE_STEP))]
        await asyncio.gather(*[store.apply(PostMessage('Old', 'old', text, text, now)) for text in texts])
    await store.close()


async def _memory(visitors: int, count: int) -> list[float]:
    """Return a server's memory with visitors, after all have opened a dialog, and after messages; and elements left."""
    async with crowd_at() as crowd:
        await crowd.grow(visitors)
        measured = [await _settled_memory(crowd)]
        left = 0
        for visitor in crowd.members:  # one after another, since what a page has not acknowledged is kept for it
            left += await visitor.open_and_close_help()
            await asyncio.sleep(0.05)
        measured.append(await _settled_memory(crowd))
        for _ in range(count // 1000):
            await crowd.talk(1000)
        return [*measured, await _settled_memory(crowd), left]


async def _settled_memory(crowd: Crowd) -> float:
    await asyncio.sleep(4)  # until all pages have acknowledged
    return memory_of(crowd.server)


WORKLOADS: dict[str, Callable[[bool], Coroutine[Any, Any, Figures]]] = {
    workload.__name__: workload
    for workload in (steady, burst, arrivals, posts, replicas, history, search, rooms, memory, idle, attacks)
}
