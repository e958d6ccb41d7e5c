"""The workload of rooms: many people in many of them, beside the same people and talk in one."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.crowd import Crowd, Talk, crowd_of
from benchmarks.machine import LAUNCHER
from models import GENERAL_ID
from tests.support.rooms import make_rooms
from tests.support.server import Server

VISITORS, ROOMS = 500, 20
RATE = ROOMS  # one message a second in each room
ENTER_AT_ONCE = 20


async def rooms(quick: bool) -> dict[str, float]:
    """500 visitors, 20 messages a second: all of it in one room, and then in 20."""
    count = RATE * (4 if quick else 10)
    with TemporaryDirectory(prefix='benchmark-') as folder:
        server = Server(Path(folder))
        server.command = (*LAUNCHER, *server.command)
        await make_rooms(f'sqlite:///{server.database}', *[f'Room {number}' for number in range(2, ROOMS + 1)])
        async with crowd_of([server]) as crowd:
            await crowd.grow(VISITORS)
            one, astray_in_one = await _talk(crowd, count)
            for first in range(0, VISITORS, ENTER_AT_ONCE):
                members = enumerate(crowd.members[first : first + ENTER_AT_ONCE])
                await asyncio.gather(*[member.enter_room(GENERAL_ID + index % ROOMS) for index, member in members])
            await asyncio.sleep(2)  # until all have been told who is where
            many, astray = await _talk(crowd, count)
    return {
        'pages that lack a message or show another order': astray_in_one + astray,
        'median send-to-seen (ms)': many.median,
        'p99 send-to-seen (ms)': many.p99,
        'median send-to-seen in one room (ms)': one.median,
        'p99 send-to-seen in one room (ms)': one.p99,
        'server CPU per 1,000 deliveries (s)': many.cpu,
        'server CPU per 1,000 deliveries in one room (s)': one.cpu,
        # a message in a room of 25 is delivered to a twentieth of all
        'server CPU for a message, times in one room': many.cpu / one.cpu / ROOMS,
        'deliveries lost': one.lost + many.lost,
    }


async def _talk(crowd: Crowd, count: int) -> tuple[Talk, int]:
    """Have people talk until all caches are full, and then so that it counts; return how many pages are astray, too."""
    await crowd.talk(RATE, rate=RATE)
    return await crowd.talk(count, rate=RATE), crowd.count_astray()
