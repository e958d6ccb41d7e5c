"""500 and 1,000 visitors."""

from benchmarks.crowd import Crowd
from benchmarks.process import Server
from benchmarks.promise import Figures, Promise, Workload
from benchmarks.stored import order

RATE = 2
SECONDS = 15  # no more messages than a page shows: who enters later is to see all of them


async def run(quick: bool) -> Figures:
    figures: Figures = {}
    seconds = SECONDS // 3 if quick else SECONDS
    async with Server() as server, Crowd(server) as crowd:
        for size in [500] if quick else [500, 1000]:
            await crowd.grow(size)
            talk = await crowd.talk(seconds * RATE, rate=RATE)
            figures |= {
                f'deliveries lost at {size:,}': talk.lost,
                f'pages in another order at {size:,}': crowd.astray(order(server.database)),
                f'median send-to-seen at {size:,}': talk.median * 1000,
                f'p99 send-to-seen at {size:,}': talk.p99 * 1000,
                f'server CPU per 1,000 deliveries at {size:,}': talk.cpu_per_thousand,
            }
    return figures


MANY = Workload(
    'many',
    f'500 and 1,000 visitors, {RATE} messages a second',
    [
        Promise('deliveries lost at 500', at_most=0),
        Promise('pages in another order at 500', at_most=0),
        Promise('median send-to-seen at 500', 'ms'),
        Promise('p99 send-to-seen at 500', 'ms', at_most=300),
        Promise('server CPU per 1,000 deliveries at 500', 's'),
        Promise('deliveries lost at 1,000', at_most=0),
        Promise('pages in another order at 1,000', at_most=0),
        Promise('median send-to-seen at 1,000', 'ms', notable=True),
        Promise('p99 send-to-seen at 1,000', 'ms', notable=True),
        Promise('server CPU per 1,000 deliveries at 1,000', 's'),
    ],
    run,
)
