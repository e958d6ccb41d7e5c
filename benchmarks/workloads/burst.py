"""100 messages at once into 200 visitors, beside the seed and the floor."""

import statistics
from typing import NamedTuple

from benchmarks.crowd import Crowd
from benchmarks.equals import FloorVisitor, SeedVisitor
from benchmarks.members import Member
from benchmarks.process import Server
from benchmarks.promise import Figures, Promise, Workload
from benchmarks.references import FLOOR, SEED
from benchmarks.visitor import Visitor

VISITORS = 200
MESSAGES = 100
REPEATS = 5


class Burst(NamedTuple):
    """What one server did.

    :param per_cpu: deliveries a second of the server's CPU, which the load generator cannot hold up
    """

    per_second: float
    per_cpu: float
    lost: int


async def run(_quick: bool) -> Figures:
    product = await _burst(None, Visitor)
    seed = await _burst(SEED, SeedVisitor)
    floor = await _burst(FLOOR, FloorVisitor)
    return {
        'deliveries a second': product.per_second,
        'deliveries lost': product.lost,
        'times the seed': product.per_second / seed.per_second,
        'times the floor': product.per_second / floor.per_second,
        'times the seed, by CPU': product.per_cpu / seed.per_cpu,
        'times the floor, by CPU': product.per_cpu / floor.per_cpu,
        'of the seed, deliveries a second': seed.per_second,
        'of the floor, deliveries a second': floor.per_second,
        'deliveries lost by the references': seed.lost + floor.lost,
    }


async def _burst(command: list[str] | None, kind: type[Member]) -> Burst:
    async with Server(command) as server, Crowd(server, kind) as crowd:
        await crowd.grow(VISITORS)
        talks = [await crowd.talk(MESSAGES) for _ in range(REPEATS)]
    deliveries, cpu = sum(talk.deliveries for talk in talks), sum(talk.cpu for talk in talks)
    return Burst(statistics.median(talk.per_second for talk in talks), deliveries / cpu, sum(t.lost for t in talks))


BURST = Workload(
    'burst',
    f'{MESSAGES} messages at once into {VISITORS} visitors',
    [
        Promise('deliveries a second', at_least=50_000),
        Promise('deliveries lost', at_most=0),
        Promise('times the seed', at_least=1),
        Promise('times the floor', at_least=1),
        Promise('times the seed, by CPU'),
        Promise('times the floor, by CPU'),
        Promise('of the seed, deliveries a second'),
        Promise('of the floor, deliveries a second'),
        Promise('deliveries lost by the references', at_most=0),
    ],
    run,
)
