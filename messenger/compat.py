"""Everything private or undocumented of NiceGUI, Socket.IO, Engine.IO and uvicorn that this product touches.

Each function says why it is needed and what happens without it. A test compares `CHECKED_WITH` with what is installed:
whoever updates one of these packages reads this module again, runs all tests and then changes the version here.
"""

import asyncio
import importlib.metadata
import logging
from collections.abc import Callable, Mapping
from typing import Any

import uvicorn.config
from engineio.payload import Payload
from nicegui import core
from nicegui.server import Server
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode

CHECKED_WITH = {
    'nicegui': '3.18.0',
    'python-socketio': '5.18.1',
    'python-engineio': '4.15.1',
    'uvicorn': '0.54.0',
    'websockets': '17.4',
}
SHUTDOWN_POLL_INTERVAL = 0.2
log = logging.getLogger('messenger')


def warn_of_unchecked_versions(*, version_of: Callable[[str], str] = importlib.metadata.version) -> None:
    """Log a warning for each package that is installed in another version than the one that was checked.

    :param version_of: returns the installed version of a package
    """
    for package, checked in CHECKED_WITH.items():
        if (installed := version_of(package)) != checked:
            log.warning('%s %s is installed, but this was checked with %s only.', package, installed, checked)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Uvicorn's protocol for a WebSocket, which `find_websocket` can find.

    Socket.IO wakes a task for each page, with a timer of its own, and hands each packet through every layer of the web
    framework, which makes a WebSocket frame of it anew. Writing one ready frame to each transport costs a third of
    that. Without it pages are served by Socket.IO's public ``emit``.
    """

    async def run_asgi(self) -> None:
        self.scope['state']['websocket'] = self
        await super().run_asgi()

    @property
    def unread_bytes(self) -> int:
        """What the page has not read yet, in bytes."""
        return self.transport.get_write_buffer_size()

    def write(self, frame: bytes) -> None:
        """Send a frame; on a WebSocket that is closing it is dropped."""
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(frame)


def use_websocket_protocol() -> None:
    """Have uvicorn serve WebSockets with `WebSocketProtocol`.

    `ui.run` passes ``ws='wsproto'`` to uvicorn and accepts no other value, so the name is made to mean our protocol.
    """
    uvicorn.config.WS_PROTOCOLS['wsproto'] = f'{__name__}:{WebSocketProtocol.__name__}'


def warn_of_slow_websockets() -> None:
    """Log a warning if the running server serves WebSockets with another protocol than `WebSocketProtocol`."""
    server = getattr(Server, 'instance', None)
    if server and server.config.ws_protocol_class is not WebSocketProtocol:
        log.warning('The fast way to WebSockets is not available. Everything works, but needs more of the processor.')


def find_websocket(environ: Mapping[str, Any] | None) -> WebSocketProtocol | None:
    """Return the WebSocket of a connection, from the environ that Engine.IO keeps of its ASGI scope, if it has one."""
    state = (environ or {}).get('asgi.scope', {}).get('state', {})
    websocket: WebSocketProtocol | None = state.get('websocket')
    return websocket


def encode_text_frame(text: str) -> bytes:
    """Return the unmasked WebSocket frame of a text message (RFC 6455, section 5)."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


def allow_large_polling_payloads(count: int) -> None:
    """Accept up to ``count`` packets in one request of a client that polls.

    A client without a WebSocket sends all that it has held back during a cut in one request. Without this, Engine.IO
    refuses more than 16 packets and closes the connection, so that such a client never comes back.
    """
    Payload.max_decode_packets = count


def compress_polling_once() -> None:
    """Leave the compression of responses to clients that poll to NiceGUI, which compresses all responses.

    Without this, Engine.IO compresses them, too. Browsers undo both, but other programs, such as Python's clients, undo
    one only and lose the connection.
    """
    core.sio.eio.http_compression = False


async def wait_for_shutdown() -> None:
    """Wait until the server has been told to shut down.

    NiceGUI's ``on_shutdown`` comes only after all requests have ended, which is too late to end them. Without a
    server, as in NiceGUI's test harness, this returns at once.
    """
    server = getattr(Server, 'instance', None)
    while server and not server.should_exit:
        await asyncio.sleep(SHUTDOWN_POLL_INTERVAL)


async def close_polling_clients() -> None:
    """Close the connection of each client that polls, which ends its pending request.

    Without this, the server waits in vain for these requests when it shuts down, until its time-out.
    """
    for socket in list(core.sio.eio.sockets.values()):
        if not socket.upgraded:
            await socket.close(wait=False)
