"""The workload of several servers: one and two of them on PostgreSQL, beside one on SQLite, in turns."""

import statistics
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from benchmarks.lag import measure_lag
from benchmarks.machine import all_cores
from benchmarks.sites import ONE, REPLICAS, SQLITE, TWO, Measured, site_of

VISITORS = 200  # at each server
POSTERS = 100  # at all servers together
RATE = 10
Round = dict[str, Measured]  # by the kind of site


async def replicas(quick: bool) -> dict[str, float]:
    """One and two servers on PostgreSQL beside one on SQLite: 100 senders in a closed loop, then 200 visitors each."""
    rounds, count = (1, 1000) if quick else (5, 3000)
    async with AsyncExitStack() as stack:
        stack.enter_context(all_cores())
        sites = {kind: await stack.enter_async_context(site_of(count)) for kind, count in REPLICAS.items()}

        async def in_turns(count: int, **how: object) -> list[Round]:
            return [{kind: await site.talk(count, **how) for kind, site in sites.items()} for _ in range(rounds)]

        for site in sites.values():
            await site.crowd.grow(POSTERS)
            await site.talk(500, closed_loop=True)  # after which all caches are full
        posts = await in_turns(count, closed_loop=True)
        for kind, site in sites.items():
            await site.crowd.grow(VISITORS * max(REPLICAS[kind], 1))
        steady = await in_turns(RATE * (3 if quick else 6), rate=RATE)
        postgres = sites[TWO].postgres
        assert postgres
        lags = await measure_lag(postgres.create_database(), 100 if quick else 500)
    return {
        'pages that lack a message or show another order': sum(site.astray for site in sites.values()),
        **{
            f'CPU per delivery, {kind}, times {other}': _ratio(steady, kind, other, lambda talk: talk.servers)
            for kind, other in ((ONE, SQLITE), (TWO, ONE), (TWO, SQLITE))
        },
        **{
            f'CPU of the database, {kind}, times that of the servers': statistics.median(
                talks[kind].database / talks[kind].servers for talks in steady
            )
            for kind in (ONE, TWO)
        },
        **{f'median send-to-seen, {kind} (ms)': _median(steady, kind, lambda talk: talk.median) for kind in sites},
        **{f'posts a second, {kind}': _median(posts, kind, lambda talk: talk.per_second) for kind in sites},
        f'posts a second, {TWO}, times {SQLITE}': _ratio(posts, TWO, SQLITE, lambda talk: talk.per_second),
        'from commit to told on the other replica, p50 (ms)': statistics.median(lags) * 1000,
        'from commit to told on the other replica, p99 (ms)': statistics.quantiles(lags, n=100)[98] * 1000,
    }


def _median(rounds: Sequence[Round], kind: str, figure: Callable[[Measured], float]) -> float:
    return statistics.median(figure(talks[kind]) for talks in rounds)


def _ratio(rounds: Sequence[Round], kind: str, other: str, figure: Callable[[Measured], float]) -> float:
    """Return the median of each round's ratio, since what others do on the machine falls on a round as a whole."""
    return statistics.median(figure(talks[kind]) / figure(talks[other]) for talks in rounds)
