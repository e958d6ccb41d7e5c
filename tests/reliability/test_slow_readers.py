"""A page that does not read what it is sent delays nobody, costs the server little, and catches up."""

import asyncio
from itertools import takewhile

import pytest
from playwright.async_api import WebSocket

from tests.conftest import Arrive, EnterByWire
from tests.support.crowd import all_of
from tests.support.person import Person
from tests.support.server import WITHOUT_FAST_WEBSOCKETS, Server
from tests.support.wire import Wire

COUNT = 180
WORDS = [f'{index} ' + '満' * 3900 for index in range(COUNT)]  # together some megabytes, each a packet of its own
# the kernel would keep megabytes as well, and the test would have to say all the more
LITTLE_ROOM = """
import socket
sys.modules["uvloop"] = None  # which does not ask Python to listen
listen = socket.socket.listen

def listen_with_little_room(self, *backlog):
    self.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)  # accepted sockets inherit it
    listen(self, *backlog)

socket.socket.listen = listen_with_little_room
"""


@pytest.mark.parametrize(
    'server', [LITTLE_ROOM, LITTLE_ROOM + WITHOUT_FAST_WEBSOCKETS], ids=['fast', 'fallback'], indirect=True
)
async def test_page_that_does_not_read_delays_nobody_and_catches_up(
    enter_by_wire: EnterByWire, enter: Arrive, server: Server
) -> None:
    (ann, wire), ben, cleo = await enter_by_wire('Ann'), await enter('Ben'), await enter('Cleo')
    await ben.say('before')
    await ann.sees('before')
    packets = await packets_to(ann, wire)

    for person in (ann, ben, cleo):  # laying out that much text would take longer than a connection waits for a sign
        await person.page.add_style_tag(content='.rows { content-visibility: hidden; }')

    wire.hold()
    await ben.say_one_by_one(WORDS)
    await cleo.say('Nobody waits')
    for person in (ben, cleo):
        await person.has_more_than(1 + COUNT)
    assert await ann.count() < COUNT
    packets.clear()
    wire.release()

    kept = await all_of(server, 2 + COUNT)
    for person in (ann, ben, cleo):
        await person.shows(kept)
    backlog = list(takewhile(lambda packet: 'chat:resync' not in packet, packets))
    assert len(backlog) < COUNT, 'all that was said has been kept for a page that did not read'
    await ben.say('Welcome back')
    await ann.shows(await all_of(server, 3 + COUNT))


async def packets_to(person: Person, wire: Wire) -> list[str]:
    """What a page is told from now on."""
    packets: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on('framereceived', lambda packet: packets.append(str(packet)))

    person.page.on('websocket', listen)
    wire.tear()  # so that it makes a connection that is listened to
    while not packets:
        await asyncio.sleep(0.05)
    await person.is_up_to_date()
    return packets
