"""The cheapest possible client side of a WebSocket, so that the load generator does not become the bottleneck."""

import asyncio
import base64
import os
from collections.abc import Callable
from typing import cast

CLOSED = 8
PING = 9
PONG = 10


class Wire(asyncio.Protocol):
    """One WebSocket to a server on this machine; ``hear`` is called with each message, as bytes."""

    def __init__(self, hear: Callable[[bytes], None]) -> None:
        self.is_open = False
        self.received = 0
        self._hear = hear
        self._buffer = b''
        self._parts: list[bytes] = []
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.WriteTransport | None = None

    async def open(self, port: int, path: str) -> None:
        """Connect and upgrade.

        :raises ConnectionError: if the server does not accept
        """
        await asyncio.get_running_loop().create_connection(lambda: self, '127.0.0.1', port)
        key = base64.b64encode(os.urandom(16)).decode()
        self._write(
            (
                f'GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                f'Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n'
            ).encode()
        )
        await asyncio.wait_for(self._opened, 60)

    def send(self, text: str) -> None:
        """Send a text message; the mask is all zero, which leaves it as it is.

        :raises ConnectionError: if the connection is lost
        """
        if not self.is_open:
            raise ConnectionError('the server closed the connection')
        data = text.encode()
        size = len(data)
        if size < 126:
            head = bytes((0x81, 0x80 | size))
        elif size < 65536:
            head = b'\x81\xfe' + size.to_bytes(2, 'big')
        else:
            head = b'\x81\xff' + size.to_bytes(8, 'big')
        self._write(head + b'\0\0\0\0' + data)

    def close(self) -> None:
        self.is_open = False
        if self._transport:
            self._transport.abort()

    def finish(self) -> None:
        """Close once everything is sent."""
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        if not self._opened.done():
            self._opened.set_exception(ConnectionError('the server closed the connection'))

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        buffer = self._buffer + data if self._buffer else data
        if not self.is_open:
            head, end, buffer = buffer.partition(b'\r\n\r\n')
            if not end:
                self._buffer = head
                return
            self._upgrade(head)
        self._buffer = self._read(buffer)

    def _upgrade(self, head: bytes) -> None:
        if b' 101 ' in head.partition(b'\r\n')[0]:
            self.is_open = True
            self._opened.set_result(None)
        else:
            self._opened.set_exception(ConnectionError(head.decode(errors='replace')))

    def _read(self, buffer: bytes) -> bytes:
        """Hear all complete frames, and answer what is left."""
        start, total = 0, len(buffer)
        while total - start >= 2:
            size, body = buffer[start + 1], start + 2
            if size > 125:
                width = 2 if size == 126 else 8
                size, body = int.from_bytes(buffer[body : body + width], 'big'), body + width
            if total < body + size:
                break
            self._take(buffer[start], buffer[body : body + size])
            start = body + size
        return buffer[start:] if start else buffer

    def _take(self, head: int, payload: bytes) -> None:
        kind = head & 15
        if kind == PING:
            self._write(bytes((0x80 | PONG, 0x80 | len(payload))) + b'\0\0\0\0' + payload)
        elif kind == CLOSED:
            self.close()
        elif head & 0x80 and not self._parts:
            self._hear(payload)
        elif kind != PONG:
            self._parts.append(payload)
            if head & 0x80:
                parts, self._parts = self._parts, []
                self._hear(b''.join(parts))

    def _write(self, data: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)
