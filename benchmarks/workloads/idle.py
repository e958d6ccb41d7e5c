"""500 visitors who say nothing."""

import asyncio
import time

from benchmarks.crowd import Crowd
from benchmarks.process import Server
from benchmarks.promise import Figures, Promise, Workload

VISITORS = 500
PING_CYCLE = 16.0


async def run(quick: bool) -> Figures:
    async with Server() as server, Crowd(server) as crowd:
        await crowd.grow(VISITORS)
        await asyncio.sleep(4)
        cpu, start = server.cpu, time.perf_counter()
        await asyncio.sleep(PING_CYCLE / 2 if quick else PING_CYCLE)
        return {'CPU': (server.cpu - cpu) / (time.perf_counter() - start) * 100}


IDLE = Workload('idle', f'{VISITORS} visitors who say nothing', [Promise('CPU', '% of a core', at_most=8)], run)
