"""The connection that a page has, and how one packet is written to many of them.

On the usual way a packet wakes a task of Engine.IO for each page, with a timer of its own, then goes through every
layer of the web framework, and becomes a WebSocket frame anew each time. Here the frame is made once and written to
each page's WebSocket as it is. A page without one is served the usual way.
"""

import asyncio
from typing import Any

from engineio.packet import MESSAGE
from engineio.packet import Packet as EnginePacket
from nicegui import core
from socketio.packet import EVENT
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode

MOST_WAITING = 2**19
LONGEST_QUEUE = 100
LOOK_AGAIN = 0.5


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Uvicorn's protocol for a WebSocket, which the application can find in the ``state`` of its scope."""

    async def run_asgi(self) -> None:
        self.scope['state']['websocket'] = self
        await super().run_asgi()

    @property
    def waiting(self) -> int:
        """Bytes that the page has not taken yet."""
        return self.transport.get_write_buffer_size()

    def write(self, frame: bytes) -> None:
        """Send a frame; on a WebSocket that is closing it is dropped."""
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(frame)


class Packet:
    """The code that pages shall run, encoded once."""

    def __init__(self, code: str) -> None:
        self.code = code
        event = core.sio.packet_class(EVENT, namespace='/', data=['run_javascript', {'code': code}])
        self.engine = EnginePacket(MESSAGE, event.encode())
        self.frame = Frame(Opcode.TEXT, self.engine.encode().encode()).serialize(mask=False)


class Connection:
    """One connection of a page."""

    def __init__(self, socket_id: str, engine_id: str) -> None:
        self.socket_id = socket_id
        self._engine: Any = core.sio.eio.sockets.get(engine_id)
        environ: dict[str, Any] = core.sio.environ.get(engine_id) or {}
        self._websocket: WebSocketProtocol | None = environ.get('asgi.scope', {}).get('state', {}).get('websocket')

    @property
    def _is_open(self) -> bool:
        return self._engine is not None and not self._engine.closed

    @property
    def is_behind(self) -> bool:
        """Whether so much waits for the page to take it that no more should be added."""
        if self._websocket:
            return self._websocket.waiting > MOST_WAITING
        return self._is_open and self._engine.queue.qsize() > LONGEST_QUEUE

    def write(self, packet: Packet) -> None:
        """Send a packet, after all that has been sent before; does not wait for the page to take it."""
        if self._websocket:
            self._websocket.write(packet.frame)
        elif self._is_open:
            self._engine.queue.put_nowait(packet.engine)

    async def drain(self) -> None:
        """Wait until the page has taken most of what was sent, or is gone."""
        if self._websocket:
            await self._websocket.writable.wait()
        while self.is_behind:
            await asyncio.sleep(LOOK_AGAIN)


def connections(room: str) -> list[Connection]:
    """The connections in a socket.io room; a client's id is the room of its own."""
    return [Connection(*ids) for ids in core.sio.manager.get_participants('/', room)]
