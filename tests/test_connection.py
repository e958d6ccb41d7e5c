"""How a packet reaches a page: as a ready frame on its WebSocket, or by Engine.IO where there is none."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from nicegui import core
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from messenger.pages.connection import LONGEST_QUEUE, MOST_WAITING, Connection, Packet, WebSocketProtocol
from tests.conftest import Arrive
from tests.server import Server

ONLY_WEBSOCKETS = """
from messenger.pages.connection import Connection
Connection._is_open = False  # whoever is served by Engine.IO hears nothing
"""


class Transport:
    """What a page has not taken yet; it takes nothing until it is told to."""

    def __init__(self) -> None:
        self.kept = b''
        self.closing = False

    def write(self, data: bytes) -> None:
        self.kept += data

    def get_write_buffer_size(self) -> int:
        return len(self.kept)

    def is_closing(self) -> bool:
        return self.closing


@pytest.fixture
def transport() -> Transport:
    return Transport()


@pytest.fixture
def websocket(transport: Transport) -> Any:
    websocket: Any = WebSocketProtocol.__new__(WebSocketProtocol)
    websocket.transport, websocket.close_sent, websocket.writable = transport, False, asyncio.Event()
    return websocket


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Any:
    engine = SimpleNamespace(closed=False, queue=asyncio.Queue())
    monkeypatch.setitem(core.sio.eio.sockets, 'engine', engine)
    return engine


@pytest.fixture
def fast(engine: Any, websocket: Any, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setitem(core.sio.environ, 'engine', {'asgi.scope': {'state': {'websocket': websocket}}})
    return Connection('socket', 'engine')


@pytest.fixture
def polling(engine: Any, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setitem(core.sio.environ, 'engine', {'asgi.scope': {'state': {}}})
    return Connection('socket', 'engine')


@pytest.mark.parametrize('code', ['x', 'x' * 200, 'ü' * 70_000])
async def test_a_frame_says_what_engine_io_would_send(code: str, fast: Connection, transport: Transport) -> None:
    packet = Packet(code)

    fast.write(packet)

    client = ClientProtocol(parse_uri('ws://test/'), state=State.OPEN, max_size=None)
    client.receive_data(transport.kept)
    [frame] = client.events_received()
    assert isinstance(frame, Frame)
    assert (frame.opcode, frame.fin, bytes(frame.data).decode()) == (Opcode.TEXT, True, packet.engine.encode())


async def test_without_a_websocket_engine_io_sends_it(polling: Connection, engine: Any) -> None:
    packet = Packet('x')

    polling.write(packet)

    assert engine.queue.get_nowait() is packet.engine


async def test_what_is_closing_or_closed_is_sent_nothing(
    fast: Connection, websocket: Any, transport: Transport, polling: Connection, engine: Any
) -> None:
    engine.closed = True
    polling.write(Packet('x'))
    transport.closing = True
    fast.write(Packet('x'))
    transport.closing, websocket.close_sent = False, True
    fast.write(Packet('x'))

    assert engine.queue.empty()
    assert transport.kept == b''


async def test_a_websocket_is_behind_by_what_it_has_not_taken(
    fast: Connection, websocket: Any, transport: Transport
) -> None:
    fast.write(Packet('x' * MOST_WAITING))
    assert fast.is_behind
    drained = asyncio.create_task(fast.drain())
    await asyncio.sleep(0)
    assert not drained.done()

    transport.kept = b''
    websocket.writable.set()

    await asyncio.wait_for(drained, 5)
    assert not fast.is_behind


async def test_a_polling_page_is_behind_by_the_packets_that_wait(polling: Connection, engine: Any) -> None:
    for _ in range(LONGEST_QUEUE):
        polling.write(Packet('x'))
    assert not polling.is_behind

    polling.write(Packet('x'))

    assert polling.is_behind
    engine.closed = True
    await asyncio.wait_for(polling.drain(), 5)


async def test_pages_with_a_websocket_need_no_engine_io_to_hear_each_other(enter: Arrive, server: Server) -> None:
    await server.restart_with(ONLY_WEBSOCKETS)
    ann, ben = await enter('Ann'), await enter('Ben')

    await ann.say('hello')

    await ben.sees('hello')
