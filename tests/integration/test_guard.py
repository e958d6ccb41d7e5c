"""What is refused before it costs anything: attacks on a running server, while others go on talking."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from messenger.realtime.protocol import LoadOlderEvent, OlderMessagesEvent, PostEvent, ResyncEvent, SyncFinishedEvent
from tests.conftest import Join
from tests.support.attacker import Attacker, close_code, memory_of
from tests.support.crowd import all_of
from tests.support.server import Server
from tests.support.socket_client import SocketClient
from tests.support.wire import Wire

MEGABYTE = 1024 * 1024
on_linux = pytest.mark.skipif(sys.platform != 'linux', reason='memory is read from /proc')


@pytest.fixture
async def attacker(server: Server) -> AsyncIterator[Attacker]:
    async with Attacker(server.url) as attacker:
        yield attacker


async def others_still_talk(join: Join, first: str = 'Ann', second: str = 'Ben') -> None:
    """Two people log in, and one hears the other."""
    ann, ben = await join(first), await join(second)
    await ann.post('Still here?')
    await ben.sees('Still here?')


FORBIDDEN_PACKETS: list[tuple[str | bytes, int]] = [
    (b'\x04binary', 1003),
    ('459999999999-["event",{"_placeholder":true,"num":0}]', 1008),
    *(('461-1[]', 1008), ('40/admin,', 1008), ('440', 1008), ('b4AAAA', 1008), ('2', 1008), ('4', 1008), ('', 1008)),
    ('42["event",' + '[' * 9000, 1009),
    ('42["event",{"args":["' + '/a' * 40_000 + '"]}]', 1009),
    ('x' * 200_000, 1009),
]
MALFORMED_EVENTS: list[list[Any]] = [
    ['event', 7],
    ['event', {'id': [], 'listener_id': '', 'args': []}],
    ['event', {'id': 1, 'listener_id': '', 'args': [{}]}],
    ['event', {'id': 1, 'listener_id': '', 'args': ['1'] * 17}],
    ['event', {'id': 5, 'listener_id': 'unknown', 'args': []}],
    ['ack', {'next_message_id': 'x'}],
    ['handshake', {'tab_id': 'x' * 65, 'document_id': 'd'}],
    ['javascript_response', {'request_id': []}],
    ['log', {'level': [], 'message': 'x'}],
    ['chat:post', {'client_message_id': 'k', 'text': 'I have not logged in'}],
    *(['nothing', {}], [[]]),
]


async def test_packet_that_no_page_sends_ends_its_connection(attacker: Attacker, join: Join) -> None:
    for packet, code in FORBIDDEN_PACKETS:
        websocket = await attacker.connect()

        await (websocket.send_str(packet) if isinstance(packet, str) else websocket.send_bytes(packet))

        assert await close_code(websocket) == code, packet[:30]
    await others_still_talk(join)


async def test_many_path_segments_freeze_nobody(server: Server, join: Join) -> None:
    stranger = await SocketClient.arrive(server.url)

    for segments in (3500, 40_000):
        await stranger.act('sub_pages_open', '/a' * segments, tag='q-layout')

    await others_still_talk(join)
    await stranger.leave()


async def test_malformed_event_is_ignored(attacker: Attacker, server: Server, join: Join) -> None:
    websocket = await attacker.connect()

    for name, *data in MALFORMED_EVENTS:
        filled = [{'client_id': attacker.client_id} | item if isinstance(item, dict) else item for item in data]
        await websocket.send_str('42' + json.dumps([name, *filled]))
    await websocket.send_str('42[' + '[' * 5000)

    await others_still_talk(join)
    assert not websocket.closed
    assert [text for _, text in server.kept()] == ['Still here?']
    assert 'Traceback' not in server.output.read_text()


async def test_page_speaks_for_no_other_page(attacker: Attacker, server: Server) -> None:
    victim, stranger = await SocketClient.arrive(server.url), await attacker.connect()

    for leave in victim.events_of('leave', tag='nicegui-browser_tab'):
        await stranger.send_str('42' + json.dumps(['event', leave]))
    await victim.log_in('Ben', 'wrong')

    await victim.sees_element(text='That is not the password. Please try again.')
    await victim.leave()


async def test_identifiers_are_short(attacker: Attacker) -> None:
    await attacker.load_page()

    for name in ('client_id', 'tab_id', 'document_id', 'old_tab_id'):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await attacker.open_websocket(**{name: 'x' * 65})
        assert (await attacker.poll(**{name: 'x' * 65}))[0] == 400


async def test_connection_without_a_page_is_told_and_ends(attacker: Attacker) -> None:
    websocket = await attacker.open_websocket()
    await websocket.send_str('40')

    told = [await websocket.receive_str() for _ in range(2)]

    assert told[1].startswith('44')
    assert 'Implicit handshake failed' in told[1]
    assert await close_code(websocket) == 1008


async def test_socket_connects_once(attacker: Attacker) -> None:
    websocket = await attacker.connect()

    for _ in range(50):
        await websocket.send_str('40')
    await websocket.send_str('nonsense')

    received = [message.data async for message in websocket]
    assert not [packet for packet in received if str(packet).startswith('40')]


async def test_foreign_page_opens_no_socket(attacker: Attacker) -> None:
    await attacker.load_page()

    for origin in ('http://evil.example', 'null', 'http://127.0.0.1:1', 'file://'):
        with pytest.raises(aiohttp.WSServerHandshakeError, match='403'):
            await attacker.open_websocket({'Origin': origin})


async def test_foreign_script_starts_no_polling(attacker: Attacker, server: Server) -> None:
    path = '/_nicegui_ws/socket.io/?EIO=4&transport=polling&client_id=c&tab_id=t&document_id=d'

    assert (await attacker.get(path, Origin='http://evil.example'))[0] == 403
    assert (await attacker.get(path, Sec_Fetch_Site='cross-site'))[0] == 403
    assert (await attacker.get(f'{path}&j=0'))[0] == 400
    assert (await attacker.get(path, Origin=server.url))[0] == 200


async def test_unknown_name_reaches_nothing(attacker: Attacker) -> None:
    for path in ('/', '/health', '/_nicegui_ws/socket.io/?EIO=4'):
        status, text = await attacker.get(path, Host='evil.example')

        assert status == 403
        assert 'MESSENGER_ALLOWED_HOSTS' in text
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await attacker.open_websocket({'Host': 'evil.example', 'Origin': 'http://evil.example'})


async def test_other_sites_may_not_read_answers(attacker: Attacker, server: Server) -> None:
    async with aiohttp.ClientSession() as http, http.get(server.url) as response:
        headers = response.headers

    assert headers['Cross-Origin-Opener-Policy'] == 'same-origin'
    assert headers['Cross-Origin-Resource-Policy'] == 'same-origin'
    assert 'microphone=()' in headers['Permissions-Policy']
    assert 'Access-Control-Allow-Origin' not in headers


async def test_head_of_a_request_is_bounded(attacker: Attacker, join: Join) -> None:
    for size in (200_000, 3_000_000):
        answer = await attacker.send_raw(b'GET / HTTP/1.1\r\nHost: localhost\r\nX: ' + b'x' * size)

        assert answer == b'' or answer.startswith(b'HTTP/1.1 400')
    await others_still_talk(join)


async def test_request_that_never_begins_ends(attacker: Attacker) -> None:
    assert await attacker.send_raw(b'GET / HTTP/1.1\r\nHost: local') == b''


async def test_long_addresses_are_refused(attacker: Attacker) -> None:
    assert (await attacker.get('/' + 'x' * 2000))[0] == 414
    assert (await attacker.get('/?' + 'x' * 3000))[0] == 414


async def test_polling_takes_only_what_a_page_sends(attacker: Attacker) -> None:
    await attacker.load_page()
    session_id = json.loads((await attacker.poll())[1][1:])['sid']

    for body in (b'459-[]', b'x', b'40\x1e40', b'd=3', b'\xff', b'3' * 9000, b'\x1e'.join([b'3'] * 60)):
        assert (await attacker.poll('POST', body, sid=session_id))[0] == 400
    assert (await attacker.poll('POST', b'40', sid=session_id, client_id='of another page'))[0] == 400
    assert (await attacker.poll('DELETE', sid=session_id))[0] == 400
    assert [(await attacker.poll('POST', it, sid=session_id))[0] for it in (b'40', b'1', b'3')] == [200, 200, 400]


async def test_pages_before_login_are_bounded(attacker: Attacker, join: Join) -> None:
    ann = await join('Ann')
    statuses = [(await attacker.get())[0] for _ in range(310)]

    assert set(statuses[:290]) == {200}
    assert statuses[-1] == 429
    assert (await attacker.get('/nowhere'))[0] == 429
    await ann.post('Still here?')
    await ann.sees('Still here?')


async def test_sockets_before_login_are_bounded(attacker: Attacker, join: Join) -> None:
    ann = await join('Ann')

    opened = await asyncio.gather(*[attacker.open_websocket() for _ in range(420)], return_exceptions=True)

    assert sum(isinstance(one, aiohttp.WSServerHandshakeError) for one in opened) >= 20
    await ann.reconnect()


@on_linux
async def test_announced_attachments_fill_no_memory(server: Server, attacker: Attacker, join: Join) -> None:
    websocket = await attacker.connect()
    before = memory_of(server)

    await websocket.send_str('459999999999-["event"]')
    with suppress(ConnectionError):
        for _ in range(100):
            await websocket.send_bytes(b'x' * MEGABYTE)

    await others_still_talk(join)
    assert memory_of(server) - before < 50 * MEGABYTE


async def test_browser_log_is_bounded_and_escaped(attacker: Attacker, server: Server, join: Join) -> None:
    websocket = await attacker.connect()
    message = '\x1b[31m\nroot logged in' + 'x' * 5000

    for _ in range(40):
        data = {'client_id': attacker.client_id, 'level': 'error', 'message': message}
        await websocket.send_str('42' + json.dumps(['log', data]))
    await others_still_talk(join)

    output = server.output.read_text()
    assert '\x1b' not in output
    assert '\nroot' not in output
    assert 0 < output.count('root logged in') <= 20
    assert len(output) < 20_000


async def test_longest_message_passes(join: Join) -> None:
    ann = await join('Ann')

    await ann.send(PostEvent('k', '😀' * 4000))

    await ann.sees('😀' * 4000)


async def test_hostile_values_in_the_login_form_are_no_error(server: Server) -> None:
    stranger = await SocketClient.arrive(server.url)

    await stranger.act('update:value', [1], props={'label': 'Name'})
    await stranger.act('update:value', {'a': 1}, props={'label': 'Password'})
    await stranger.act('submit', tag='form')

    await stranger.sees_element(text='Please type your name.')
    assert 'Traceback' not in server.output.read_text()
    await stranger.leave()


@on_linux
async def test_questions_whose_answers_are_not_read_wait(join: Join, wire: Wire, server: Server) -> None:
    ann = await join('Ann', wire)
    await ann.post(*[f'{number} ' + '満' * 3900 for number in range(60)])
    await all_of(server, 60)
    before = memory_of(server)
    wire.hold()
    for _ in range(600):
        await ann.send(LoadOlderEvent(60))
    await others_still_talk(join, 'Ben', 'Cleo')
    assert memory_of(server) - before < 100 * MEGABYTE
    wire.release()
    await ann.next(ResyncEvent)
    await ann.next(SyncFinishedEvent)

    assert 1 <= len(ann.connection.all(OlderMessagesEvent)) < 100  # and what fits between the two machines


async def test_login_form_does_nothing_after_login(server: Server, join: Join) -> None:
    ann = await SocketClient.arrive(server.url)
    events = ann.events_of('update:value', 'Ben', props={'label': 'Name'}) + ann.events_of('submit', tag='form')
    await ann.enter('Ann')

    await ann.act('sub_pages_open', '/', tag='q-layout')
    for event in events:
        await ann.connection.forge('event', event)

    await others_still_talk(join, 'Ben', 'Cleo')
    await ann.leave()
