"""The visitors' equals at the reference servers."""

import asyncio
import json

from benchmarks.members import Tell, numbers, sentence
from benchmarks.page import Page
from benchmarks.wire import Wire


class DemoVisitor(Page):
    """A visitor of the demo that people copy."""

    def __init__(self, port: int, name: str, tell: Tell) -> None:
        super().__init__(port)
        self._tell = tell

    async def enter(self) -> None:
        await self.load()

    def say(self, number: int) -> None:
        box = self.find('Message')
        self.act(box, 'update:value', sentence(number))
        self.act(box, 'keydown')

    def hear(self, payload: bytes) -> None:
        super().hear(payload)
        self._tell(numbers(payload))


class SeedVisitor:
    """Somebody at the Socket.IO server."""

    def __init__(self, port: int, name: str, tell: Tell) -> None:
        self._port = port
        self._tell = tell
        self._wire = Wire(self._hear)
        self._connected = asyncio.Event()

    async def enter(self) -> None:
        await self._wire.open(self._port, '/socket.io/?EIO=4&transport=websocket')
        await asyncio.wait_for(self._connected.wait(), 60)

    def say(self, number: int) -> None:
        self._wire.send('42' + json.dumps(['say', sentence(number)]))

    def acknowledge(self) -> None: ...

    def close(self) -> None:
        self._wire.close()

    def _hear(self, payload: bytes) -> None:
        if payload.startswith(b'42'):
            self._tell(numbers(payload))
        elif payload == b'2':
            self._wire.send('3')
        elif payload.startswith(b'40'):
            self._connected.set()
        elif payload.startswith(b'0'):
            self._wire.send('40')


class FloorVisitor:
    """Somebody at the plain WebSocket server."""

    def __init__(self, port: int, name: str, tell: Tell) -> None:
        self._port = port
        self._wire = Wire(lambda payload: tell(numbers(payload)))

    async def enter(self) -> None:
        await self._wire.open(self._port, '/')

    def say(self, number: int) -> None:
        self._wire.send(sentence(number))

    def acknowledge(self) -> None: ...

    def close(self) -> None:
        self._wire.close()
