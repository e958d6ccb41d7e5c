"""What 4, 8 and 16 replicas can do: ``python -m benchmarks.growth``.

Costs are measured on this machine with one and two replicas, and put into a `simulation`, which is checked against what
the same run has measured besides.
"""

import argparse
import gc
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import product
from math import inf
from typing import Any

from benchmarks.machine import CORES, all_cores, describe, run_disturbed
from benchmarks.replicas import POSTERS
from benchmarks.report import amount, to_markdown
from benchmarks.simulation import PACKET, Cost, Costs, Installation, Result, Simulation
from benchmarks.sites import Measured, site_of

SIZES = (50, 250)  # people at each replica
BURST = 1000
RATE = 40  # a second: each message is a group of its own, and what runs is not cold
REPLICAS = (1, 2)
MAX_DELAY = 0.3  # seconds, of 99 in 100 deliveries
GROWN = (1, 2, 4, 8, 16)
VISITORS_EACH = (250, 1000)
SECONDS = 10.0  # of each simulation
PRECISION = 1.05  # of a rate
Key = tuple[int, int]  # replicas, and visitors at each
Figures = dict[Key, Measured]  # medians of all rounds


def main() -> None:
    parser = argparse.ArgumentParser(prog='python -m benchmarks.growth', description=__doc__)
    parser.add_argument('--rounds', type=int, default=5, metavar='N', help='how often everything is measured')
    rounds = parser.parse_args().rounds
    gc.disable()  # else the generator's own pauses would count as the servers'
    with all_cores():
        (single, burst, posts), disturbance = run_disturbed(measure(rounds))
    gc.enable()
    costs = to_costs(single, burst)
    print(f'{to_markdown(list(_cost_rows(costs)))}\n')
    print(f'{to_markdown(list(_check_rows(costs, single, posts)))}\n')
    print(f'{to_markdown(list(_growth_rows(costs)))}\n')
    print(f'{describe()} Others used {disturbance:.0%} of the machine.')


async def measure(rounds: int) -> tuple[Figures, Figures, Figures]:
    """Return what single messages, bursts, and people who post in a closed loop cost."""
    async with AsyncExitStack() as stack:
        sites = {count: await stack.enter_async_context(site_of(count)) for count in REPLICAS}

        async def in_turns(visitors: int, count: int, **how: Any) -> Figures:
            """Return what a talk costs with so many visitors at each replica; 0 for ``POSTERS`` at all together."""
            people = {replicas: visitors * replicas or POSTERS for replicas in sites}
            for replicas, site in sites.items():
                await site.crowd.grow(people[replicas])
                await site.talk(BURST)  # after which all caches are full
            talks = [{n: await site.talk(count, **how) for n, site in sites.items()} for _ in range(rounds)]
            return {(n, people[n] // n): _median([talk[n] for talk in talks]) for n in sites}

        few, many = SIZES
        single, burst = await in_turns(few, 6 * RATE, rate=RATE), await in_turns(few, BURST)
        posts = await in_turns(0, 3 * BURST, closed_loop=True)
        single |= await in_turns(many, 6 * RATE, rate=RATE)
        burst |= await in_turns(many, BURST)
        return single, burst, posts


def to_costs(single: Figures, burst: Figures) -> Costs:
    """Return the costs of a group and of each message in it: a single message costs both, one of a burst the latter."""
    whole, part = _fit(single), _fit(burst)
    writing, in_burst = whole.pop('write'), part.pop('write')
    # a burst is written in packets, of which each costs what a single message costs
    message = max((in_burst - writing / PACKET) / (1 - 1 / PACKET), 0)
    render = part['follow']  # reading a row costs next to nothing
    part['commit'] -= render
    whole['commit'] -= render
    commit, committing, reading = [
        Cost(max(whole[name] - part[name], 0), max(part[name], 0))
        for name in ('commit', 'database_commit', 'database_read')
    ]
    return Costs(
        commit=commit,
        follow=max(whole['follow'] - render, 0),
        render=render,
        write=Cost(writing - message, message),
        database_commit=committing,
        database_read=reading,
        flush=_measure_flush(),
    )


def _fit(figures: Figures) -> dict[str, float]:
    """Return the seconds of CPU for a message by the names of `Costs`, where `follow` includes the rendering."""
    servers = {key: talk.servers * key[0] * key[1] / 1000 for key, talk in figures.items()}
    database = {key: talk.database * key[0] * key[1] / 1000 for key, talk in figures.items()}
    small, big = SIZES
    visitor = statistics.mean((servers[n, big] - servers[n, small]) / n / (big - small) for n in REPLICAS)
    one, two = (statistics.mean(servers[n, size] - visitor * n * size for size in SIZES) for n in REPLICAS)
    database_one, database_two = (statistics.mean(database[n, size] for size in SIZES) for n in REPLICAS)
    return {
        'commit': one,
        'follow': two - one,
        'write': visitor,
        'database_commit': database_one,
        'database_read': database_two - database_one,
    }


def _measure_flush() -> float:
    """Return the seconds that the disk takes to have 8 kB, the median."""
    times = []
    with tempfile.TemporaryFile() as file:
        for _ in range(200):
            file.write(bytes(8192))
            file.flush()
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def _cost_rows(costs: Costs) -> Iterator[tuple[str, ...]]:
    yield 'CPU (ms)', 'a group', 'and each message in it'
    for label, cost, unit in (
        ('the replica that commits', costs.commit, 1e3),
        ('each other replica, to be told', Cost(costs.follow, 0), 1e3),
        ('every replica, to render', Cost(0, costs.render), 1e3),
        ('each replica, for each 100 of its visitors (a group: a packet)', costs.write, 1e5),
        ('the database, to commit', costs.database_commit, 1e3),
        ('the database, for each other replica', costs.database_read, 1e3),
    ):
        yield label, f'{cost.group * unit:.2f}', f'{cost.message * unit:.3f}'
    yield 'the disk', f'{costs.flush * 1e3:.2f}', ''


def _check_rows(costs: Costs, single: Figures, posts: Figures) -> Iterator[tuple[str, ...]]:
    yield 'on this machine, everything on the same cores', 'simulated', 'measured', 'off by'
    for (replicas, visitors), talk in posts.items():
        result = _here(costs, replicas, visitors, talk).post_in_closed_loop(POSTERS, SECONDS)
        yield _check(
            f'{replicas} × {visitors} people in a closed loop: posts a second', result.per_second, talk.per_second
        )
    for (replicas, visitors), talk in single.items():
        label, people = f'{replicas} × {visitors} people, {RATE} messages a second', replicas * visitors
        cpu = sum(costs.commit) + (replicas - 1) * costs.follow + replicas * costs.render + people * sum(costs.write)
        yield _check(f'{label}: CPU of the replicas for 1,000 deliveries (ms)', cpu / people * 1e6, talk.servers * 1e3)
        result = _here(costs, replicas, visitors, talk).post_at_random(RATE, SECONDS * 10)
        yield _check(f'{label}: median send-to-seen (ms)', result.median * 1000, talk.median)


def _here(costs: Costs, replicas: int, visitors: int, talk: Measured) -> Simulation:
    here = Installation(replicas, visitors, network=0, shared_cores=len(CORES), load=talk.load / 1000)
    return Simulation(costs, here)


def _check(label: str, simulated: float, measured: float) -> tuple[str, ...]:
    return label, amount(simulated), amount(measured), f'{simulated / measured - 1:+.0%}'


def _growth_rows(costs: Costs) -> Iterator[tuple[str, ...]]:
    yield 'replicas', 'people', 'messages a second', 'of each person a minute', 'saturated first', 'busy'
    for visitors, replicas in product(VISITORS_EACH, GROWN):
        rate, result = find_capacity(costs, Installation(replicas, visitors))
        first = max(result.busy, key=result.busy.__getitem__)
        busy = ', '.join(f'{name} {share:.0%}' for name, share in result.busy.items())
        people = replicas * visitors
        yield str(replicas), f'{people:,}', amount(rate), amount(rate * 60 / people), first, busy


def find_capacity(costs: Costs, installation: Installation) -> tuple[float, Result]:
    """Return the most messages a second of which 99 in 100 deliveries are in time, and what is busy then."""
    good, rate, bad = 1.0, 2.0, inf
    best = Simulation(costs, installation).post_at_random(good, SECONDS)
    while bad / good > PRECISION:
        result = Simulation(costs, installation).post_at_random(rate, SECONDS)
        if result.p99 <= MAX_DELAY:
            good, best = rate, result
        else:
            bad = rate
        rate = min(good * 2, (good * bad) ** 0.5)
    return good, best


def _median(talks: list[Measured]) -> Measured:
    return Measured(*map(statistics.median, zip(*talks, strict=True)))


if __name__ == '__main__':
    main()
