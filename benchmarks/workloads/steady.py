"""200 visitors who talk at a steady pace, beside the demo and the seed."""

from benchmarks.crowd import Crowd, Talk
from benchmarks.equals import DemoVisitor, SeedVisitor
from benchmarks.members import Member
from benchmarks.process import Server
from benchmarks.promise import Figures, Promise, Workload
from benchmarks.references import DEMO, SEED
from benchmarks.stored import order

VISITORS = 200
DEMO_VISITORS = 50  # the demo does not keep pace with more
RATE = 10


async def run(quick: bool) -> Figures:
    seconds = 3 if quick else 10
    async with Server() as server, Crowd(server) as crowd:
        await crowd.grow(VISITORS)
        talk = await crowd.talk(seconds * RATE, rate=RATE)
        astray = crowd.astray(order(server.database))
    demo = await _reference(DEMO, DemoVisitor, DEMO_VISITORS, seconds)
    seed = await _reference(SEED, SeedVisitor, VISITORS, seconds)
    return {
        'pages that lack a message or show another order': astray,
        'median send-to-seen': talk.median * 1000,
        'p99 send-to-seen': talk.p99 * 1000,
        'server CPU per 1,000 deliveries': talk.cpu_per_thousand,
        'of the demo, CPU per 1,000 deliveries': demo.cpu_per_thousand,
        'of the seed, CPU per 1,000 deliveries': seed.cpu_per_thousand,
        'of the seed, median send-to-seen': seed.median * 1000,
        'CPU as part of the demo': talk.cpu_per_thousand / demo.cpu_per_thousand,
        'CPU as part of the seed': talk.cpu_per_thousand / seed.cpu_per_thousand,
        'deliveries lost by the references': demo.lost + seed.lost,
    }


async def _reference(command: list[str], kind: type[Member], visitors: int, seconds: int) -> Talk:
    async with Server(command) as server, Crowd(server, kind) as crowd:
        await crowd.grow(visitors)
        return await crowd.talk(seconds * RATE, rate=RATE)


STEADY = Workload(
    'steady',
    f'{VISITORS} visitors, {RATE} messages a second',
    [
        Promise('pages that lack a message or show another order', at_most=0),
        Promise('median send-to-seen', 'ms', at_most=25),
        Promise('p99 send-to-seen', 'ms'),
        Promise('server CPU per 1,000 deliveries', 's', at_most=0.16),
        Promise('of the demo, CPU per 1,000 deliveries', 's'),
        Promise('of the seed, CPU per 1,000 deliveries', 's'),
        Promise('of the seed, median send-to-seen', 'ms'),
        Promise('CPU as part of the demo', at_most=1 / 8),
        Promise('CPU as part of the seed', at_most=1.3),
        Promise('deliveries lost by the references', at_most=0),
    ],
    run,
)
