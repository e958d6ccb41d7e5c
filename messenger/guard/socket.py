"""One WebSocket, of which the guard sees what comes in."""

import asyncio
from collections.abc import Callable

from nicegui import Client
from starlette.types import Message, Receive, Send

from messenger import compat
from messenger.guard.packets import FORBIDDEN, NOT_TEXT, PacketError, is_allowed

TIME_TO_BECOME_A_PAGE = 10.0  # seconds
FREE_PACKETS = 100  # before login; more than loading and a login need
PAUSE = 0.1  # seconds before each further packet
ENDED = 1006  # RFC 6455, section 7.4.1


class GuardedSocket:
    """Receives what a page may send; at anything else the WebSocket is closed or, if it is harmless, goes on."""

    def __init__(
        self,
        receive: Receive,
        send: Send,
        *,
        client_id: str,
        session_id: str | None,
        is_member: Callable[[], bool],
    ) -> None:
        """
        :param client_id: the page that it is for
        :param session_id: the session of Engine.IO that has polled so far
        :param is_member: whether the page has logged in
        """
        self._receive = receive
        self._send = send
        self._client_id = client_id
        self._session_id = session_id
        self._is_member = is_member
        self._is_page = False
        self._has_connected = False
        self._packets = 0
        self._deadline = asyncio.get_running_loop().time() + TIME_TO_BECOME_A_PAGE

    async def receive(self) -> Message:
        """Return the next message that is allowed, or the end."""
        while True:
            try:
                message = await self._next()
                if message['type'] != 'websocket.receive' or await self._is_allowed(message):
                    return message
            except TimeoutError:
                return await self._end(FORBIDDEN)
            except PacketError as error:
                return await self._end(error.code)

    async def send(self, message: Message) -> None:
        """Send a message."""
        await self._send(message)

    def end(self) -> None:
        """Let go of the connection and of what nobody has read: other layers keep this object for longer."""
        self._receive, self._send = _receive_end, _send_nothing

    async def _next(self) -> Message:
        if self._is_page:
            return await self._receive()
        async with asyncio.timeout_at(self._deadline):
            return await self._receive()

    async def _is_allowed(self, message: Message) -> bool:
        packet = message.get('text')
        if packet is None:
            raise PacketError(NOT_TEXT)
        is_member = self._is_member()
        allowed = is_allowed(packet, client_id=self._client_id, is_member=is_member)
        if not is_member:
            await self._slow_down()
        if allowed and packet.startswith('40'):
            return self._connect()
        self._is_page = self._is_page or (packet == '5' and self._client_id in Client.instances)
        return allowed

    def _connect(self) -> bool:
        """Note that Socket.IO connects, which it does once; each further time would make another socket of it."""
        if self._has_connected or (self._session_id and compat.has_connected(self._session_id)):
            return False
        self._has_connected = True
        self._is_page = self._client_id in Client.instances
        return True

    async def _slow_down(self) -> None:
        self._packets += 1
        if self._packets > FREE_PACKETS:
            await asyncio.sleep(PAUSE)

    async def _end(self, code: int) -> Message:
        await self._send({'type': 'websocket.close', 'code': code})
        return {'type': 'websocket.disconnect', 'code': code}


async def _receive_end() -> Message:
    return {'type': 'websocket.disconnect', 'code': ENDED}


async def _send_nothing(_: Message) -> None:
    pass
