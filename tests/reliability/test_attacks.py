"""Everything that has ever done harm, at once, while two people talk."""

import asyncio

from tests.conftest import Join
from tests.support.attacks import attack
from tests.support.server import Server


async def test_all_attacks_at_once_stop_nobody(join: Join, server: Server) -> None:
    ann, ben = await join('Ann'), await join('Ben')
    attackers = asyncio.create_task(attack(server.url, 5))

    while not attackers.done():
        await ann.post(text := f'Still here? {len(ann.model.shown)}')
        await ben.sees(text)
        await asyncio.sleep(0.1)

    await attackers
    assert 'Traceback' not in server.output.read_text()
