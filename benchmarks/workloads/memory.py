"""What the server keeps for each visitor, before and after much has been said.

The difference between a server with many and one with few visitors leaves out what they share.
"""

import asyncio

from benchmarks.crowd import Crowd
from benchmarks.process import Server
from benchmarks.promise import Figures, Promise, Workload

FEW = 50
MANY = 350
MESSAGES = 10_000
AT_ONCE = 1000
CALM = 3.0


async def run(_quick: bool) -> Figures:
    few, many = await _memory(FEW), await _memory(MANY)
    before, after = ((much - little) / (MANY - FEW) for little, much in zip(few, many, strict=True))
    return {
        'memory per visitor': before,
        f'memory per visitor after {MESSAGES:,} messages': after,
        'difference': abs(after / before - 1) * 100,
        f'server with {FEW} visitors': few[0] / 1024,
        f'server with {FEW} visitors after {MESSAGES:,} messages': few[1] / 1024,
    }


async def _memory(visitors: int) -> tuple[float, float]:
    async with Server() as server, Crowd(server) as crowd:
        await crowd.grow(visitors)
        await asyncio.sleep(CALM)
        before = server.memory
        for _ in range(MESSAGES // AT_ONCE):
            await crowd.talk(AT_ONCE, speakers=FEW)
        await asyncio.sleep(CALM)
        return before, server.memory


MEMORY = Workload(
    'memory',
    f'memory, from the difference between {FEW} and {MANY} visitors',
    [
        Promise('memory per visitor', 'KiB', at_most=200),
        Promise(f'memory per visitor after {MESSAGES:,} messages', 'KiB', at_most=200),
        Promise('difference', '%', at_most=5),
        Promise(f'server with {FEW} visitors', 'MiB'),
        Promise(f'server with {FEW} visitors after {MESSAGES:,} messages', 'MiB'),
    ],
    run,
)
