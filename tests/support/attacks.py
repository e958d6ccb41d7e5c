"""Everything that has been tried on the messenger, at once: ``python -m tests.support.attacks URL SECONDS``."""

import asyncio
import itertools
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import aiohttp
import httpx
from socketio.exceptions import SocketIOError

from messenger.realtime.protocol import EditEvent, LoadOlderEvent, PostEvent, ReactEvent
from tests.support.attacker import Attacker
from tests.support.socket_client import SocketClient

FAILURES = (aiohttp.ClientError, httpx.HTTPError, SocketIOError, OSError, AssertionError, TimeoutError)
HANDSHAKE = (
    b'GET /_nicegui_ws/socket.io/?EIO=4&transport=websocket&client_id=%s&tab_id=t&document_id=d HTTP/1.1\r\n'
    b'Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    b'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
)
UNFINISHED = b'\x01\xff' + (100_000).to_bytes(8, 'big') + b'mask' + b'x' * 90_000
TEXTS = (
    '\u200d' * 3900,
    '👩' + '\u200d👩' * 1900,
    '[' * 3900,
    '*a ' * 1300,
    '> ' * 1900 + 'x',
    '`' * 1950 + ' ' + '`' * 1949,
    '[a](' * 900,
    '|a' * 1900,
)
PATIENCE = 5.0
numbers = itertools.count()


async def send_long_values(attacker: Attacker) -> None:
    """A name of 120 kB, and an address of thousands of parts."""
    for value in ('x' * 120_000, '/a' * 40_000, '/a' * 3000):
        websocket = await attacker.connect()
        event = {'id': 1, 'client_id': attacker.client_id, 'listener_id': '', 'args': [json.dumps(value)]}
        await websocket.send_str('42' + json.dumps(['event', event]))
        await websocket.close()


async def announce_attachments(attacker: Attacker) -> None:
    websocket = await attacker.connect()
    await websocket.send_str('459999999999-["event"]')
    for _ in range(10):
        await websocket.send_bytes(b'x' * 100_000)


async def load_pages(attacker: Attacker) -> None:
    """Pages that never connect, and sockets that never get a page."""
    await asyncio.gather(*[attacker.load_page() for _ in range(20)], return_exceptions=True)
    opened = await asyncio.gather(*[attacker.open_websocket() for _ in range(20)], return_exceptions=True)
    await asyncio.sleep(1)
    await asyncio.gather(*[one.close() for one in opened if isinstance(one, aiohttp.ClientWebSocketResponse)])


async def send_long_heads(attacker: Attacker) -> None:
    await attacker.send_raw(b'GET / HTTP/1.1\r\nHost: localhost\r\nX: ' + b'x' * 1_000_000)
    await attacker.get('/?' + 'x' * 20_000)
    await attacker.poll(tab_id='x' * 20_000)


async def begin_and_wait(attacker: Attacker) -> None:
    """Requests and messages that never end."""
    page = (await attacker.load_page()).encode()
    begun = [attacker.send_raw(b'GET / HTTP/1.1\r\nHost: local') for _ in range(20)]
    await asyncio.gather(*begun, attacker.send_raw(HANDSHAKE % page, UNFINISHED))


async def come_from_elsewhere(attacker: Attacker) -> None:
    await attacker.get('/', Host='evil.example')
    await attacker.open_websocket({'Origin': 'http://evil.example'})


async def flood_log(attacker: Attacker) -> None:
    websocket = await attacker.connect()
    data = {'client_id': attacker.client_id, 'level': 'error', 'message': '\x1b[31m\n' * 500}
    for _ in range(100):
        await websocket.send_str('42' + json.dumps(['log', data]))
    await websocket.close()


async def guess(member: SocketClient) -> None:
    for number in range(20):
        await member.log_in(f'Guest {number}', f'guess {number}')


async def ask_and_ask(member: SocketClient) -> None:
    """Questions whose answers are long."""
    await enter(member)
    for _ in range(300):
        await member.send(LoadOlderEvent(10**6))
    await member.act('search', 'x' * 60, tag='nicegui-user_list')


async def post_and_post(member: SocketClient) -> None:
    """The texts that have cost most, with quotes and edits of them."""
    await enter(member)
    for text in TEXTS * 5:
        await member.send(PostEvent(f'attack {next(numbers)}', text, reply_to=next(numbers) % 50))
        await member.send(EditEvent(f'attack {next(numbers)}', next(numbers) % 50, text))


async def react_and_react(member: SocketClient) -> None:
    """Reactions by one name after another."""
    await enter(member)
    for number in range(300):
        await member.send(ReactEvent(number % 20, '👍', on=True))


async def enter(member: SocketClient) -> None:
    await member.enter(f'Attacker {next(numbers)}')


STRANGERS: list[Callable[[Attacker], Awaitable[None]]] = [
    *(send_long_values, announce_attachments, load_pages, send_long_heads, begin_and_wait, come_from_elsewhere),
    flood_log,
]
MEMBERS: list[Callable[[SocketClient], Awaitable[None]]] = [guess, ask_and_ask, post_and_post, react_and_react]


async def attack(url: str, seconds: float) -> None:
    """Repeat all attacks side by side for a while, each from its beginning as soon as it ends or is refused."""

    async def as_stranger(act: Callable[[Attacker], Awaitable[None]]) -> None:
        async with Attacker(url) as attacker:
            await asyncio.wait_for(act(attacker), PATIENCE)

    async def as_member(act: Callable[[SocketClient], Awaitable[None]]) -> None:
        # each from an address of its own: where strangers flood or guess, nobody enters
        member = SocketClient(url, local_address=f'127.0.0.{10 + MEMBERS.index(act)}')
        try:
            await asyncio.wait_for(member.load(), PATIENCE)
            await asyncio.wait_for(act(member), PATIENCE)
        finally:
            await member.leave()

    async def repeat(round_: Callable[[], Awaitable[None]], label: str) -> None:
        end = time.monotonic() + seconds
        for count in itertools.count():
            if time.monotonic() > end:
                print(f'{label}: {count} times', flush=True)
                return
            with suppress(*FAILURES):
                await round_()
            await asyncio.sleep(0.01)

    strangers = [repeat(partial(as_stranger, act), act.__name__) for act in STRANGERS]
    members = [repeat(partial(as_member, act), act.__name__) for act in MEMBERS]
    await asyncio.gather(*strangers, *members)


if __name__ == '__main__':
    os.nice(10)  # those who are measured come first
    asyncio.run(attack(sys.argv[1], float(sys.argv[2])))
