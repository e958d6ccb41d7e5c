"""The connection that a page has now, and the packets that are written to it."""

import asyncio
from functools import cached_property
from typing import Any, Protocol

from nicegui import core

from messenger import compat
from messenger.realtime.codec import name_of, to_data, to_json
from messenger.realtime.protocol import CheckEvent

MAX_UNREAD_BYTES = 2**19
CHECK_INTERVAL = 0.5


class Packet:
    """An event, encoded once however many pages it goes to."""

    def __init__(self, event: Any) -> None:
        self.name = name_of(type(event))
        self._event = event

    @cached_property
    def data(self) -> dict[str, Any]:
        """The fields, for Socket.IO to encode."""
        return to_data(self._event)

    @cached_property
    def frame(self) -> bytes:
        """The WebSocket frame of the event: ``4`` is a message of Engine.IO, ``2`` an event of Socket.IO."""
        return compat.encode_text_frame(f'42["{self.name}",{to_json(self._event)}]')


class Channel(Protocol):
    """One connection of one page; what is sent by it never reaches a later connection, which knows what it misses."""

    socket_id: str

    @property
    def is_behind(self) -> bool:
        """Whether so much waits for the page to read it that nothing should be added."""

    async def send(self, event: Any) -> None:
        """Send an event after all that was sent before, and return when the page can take more."""

    async def drain(self) -> None:
        """Return when the page has read most of what was sent, or is gone."""


class WebSocketChannel:
    """Writes ready frames to the page's WebSocket."""

    def __init__(self, socket_id: str, websocket: compat.WebSocketProtocol) -> None:
        self.socket_id = socket_id
        self._websocket = websocket

    @property
    def is_behind(self) -> bool:
        return self._websocket.unread_bytes > MAX_UNREAD_BYTES

    def write(self, packet: Packet) -> None:
        """Send a packet without waiting for the page to read it."""
        self._websocket.write(packet.frame)

    async def send(self, event: Any) -> None:
        self.write(Packet(event))
        await self.drain()

    async def drain(self) -> None:
        await self._websocket.writable.wait()
        while self.is_behind:
            await asyncio.sleep(CHECK_INTERVAL)


class SocketIOChannel:
    """Sends by Socket.IO's public interface: for pages that poll, and where the fast way is not available.

    How much a page has not read cannot be seen here, so it is asked to acknowledge.
    """

    def __init__(self, socket_id: str) -> None:
        self.socket_id = socket_id
        self.is_behind = False
        self._read = asyncio.Event()
        self._read.set()

    async def send(self, event: Any) -> None:
        packet = Packet(event)
        await core.sio.emit(packet.name, packet.data, to=self.socket_id, callback=self._acknowledge())
        await self.drain()

    async def drain(self) -> None:
        while not self._read.is_set() and _is_connected(self.socket_id):
            try:
                await asyncio.wait_for(self._read.wait(), CHECK_INTERVAL)
            except TimeoutError:
                continue

    async def check(self) -> None:
        """Find out whether the page has read everything up to the last call."""
        self.is_behind = not self._read.is_set()
        if not self.is_behind:
            packet = Packet(CheckEvent())
            await core.sio.emit(packet.name, packet.data, to=self.socket_id, callback=self._acknowledge())

    def _acknowledge(self) -> Any:
        self._read = read = asyncio.Event()
        return read.set


def open_channel(socket_id: str) -> WebSocketChannel | SocketIOChannel:
    """Return a channel to the page that is connected by a socket."""
    websocket = compat.find_websocket(core.sio.get_environ(socket_id))
    return WebSocketChannel(socket_id, websocket) if websocket else SocketIOChannel(socket_id)


def _is_connected(socket_id: str) -> bool:
    return core.sio.get_environ(socket_id) is not None
