"""Everything private or undocumented of NiceGUI, Socket.IO, Engine.IO and uvicorn that this product touches.

Each function says why it is needed and what happens without it. A test compares `CHECKED_WITH` with what is installed:
whoever updates one of these packages reads this module again, runs all tests and then changes the version here.
"""

import asyncio
import importlib.metadata
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import uvicorn.config
from engineio.async_socket import AsyncSocket
from engineio.payload import Payload
from nicegui import Client, core
from nicegui.element import Element
from nicegui.server import Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
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
MAX_PACKET_SIZE = 128 * 1024  # bytes of one WebSocket message, or of one request of a client that polls
MAX_HEAD_SIZE = 32 * 1024  # bytes of a request's line and headers
HEAD_TIMEOUT = 10.0  # seconds for them to arrive
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
        try:
            await super().run_asgi()
        finally:
            self.scope['state'].pop('websocket', None)  # others keep the scope for longer

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


class HttpProtocol(HttpToolsProtocol):
    """Uvicorn's protocol for HTTP, which ends a connection whose request takes too long or is too large to begin.

    Uvicorn's has no limit for either: a header of 200 MB blocked all others for 9 s, and connections that send nothing
    held all files that the process may open.
    """

    _head_timer: asyncio.TimerHandle | None = None
    _head_size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._head_size += len(data)
        if self._head_timer and self._head_size > MAX_HEAD_SIZE and b'\r\n\r\n' not in data:
            self.send_400_response('The head of this request is too large.')
            return
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        self._stop_timer()
        super().on_headers_complete()

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_size = 0
            self._head_timer = self.loop.call_later(HEAD_TIMEOUT, self.transport.close)

    def _stop_timer(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None


def delete(*elements: Element) -> None:
    """Delete elements with all that is in them, and free their memory at once.

    The classes, style and props of an element refer to themselves, by the handlers of their changes. After a plain
    ``delete()`` they stay until Python's garbage collector has gone through everything that lives long, which with many
    pages is seldom.
    """
    deleted = [part for element in elements for part in (element, *element.descendants())]
    for element in elements:
        element.delete()
    _free(deleted)


def free_soon(client: Client) -> None:
    """Free the memory of a page that is being deleted, as soon as it is deleted.

    A page's elements know the handlers of their events, which know the page: a full collection, which finds that out,
    stops the server for 0.3 s while strangers load page after page.
    """
    elements = list(client.elements.values())

    def free() -> None:
        _free(elements)
        for handlers in (client.connect_handlers, client.disconnect_handlers, client.delete_handlers):
            handlers.clear()

    asyncio.get_running_loop().call_soon(free)


def _free(elements: Iterable[Element]) -> None:
    for element in elements:
        getattr(element, '_event_listeners', {}).clear()
        for observed in (element.classes, element.style, element.props):
            getattr(observed, '_change_handlers', []).clear()


def is_listened_to(client_id: str, element_id: int, listener_id: str) -> bool:
    """Return whether an event of a page can reach one of the listeners of its element, or its element is gone.

    NiceGUI logs a traceback for each event of an unknown listener, so that a page could fill the disk. If its listeners
    are not where they were when this was written, every event can reach them.
    """
    client = Client.instances.get(client_id)
    element = client.elements.get(element_id) if client else None
    listeners = getattr(element, '_event_listeners', None)
    return listeners is None or listener_id in listeners


def allow_large_polling_payloads(count: int) -> None:
    """Accept up to ``count`` packets in one request of a client that polls.

    A client without a WebSocket sends all that it has held back during a cut in one request. Without this, Engine.IO
    refuses more than 16 packets and closes the connection, so that such a client never comes back.
    """
    Payload.max_decode_packets = count


def configure_socket_io() -> None:
    """Set what NiceGUI leaves at the defaults of Engine.IO, and does not offer to set.

    - Responses to clients that poll are compressed by NiceGUI, which compresses all responses. If Engine.IO compresses
      them, too, browsers undo both, but other programs, such as Python's clients, undo one only.
    - Clients that poll are told how much one request may hold, and split what they send.
    - Pages of other sites get no headers that let them read. NiceGUI allows all of them.
    """
    core.sio.eio.http_compression = False
    core.sio.eio.max_http_buffer_size = MAX_PACKET_SIZE
    core.sio.eio.cors_allowed_origins = []


def has_connected(session_id: str) -> bool:
    """Return whether Socket.IO has connected by a session of Engine.IO."""
    return core.sio.manager.sid_from_eio_sid(session_id, '/') is not None


def has_ended(session_id: str) -> bool:
    """Return whether a session of Engine.IO is still known although it is closed."""
    socket = core.sio.eio.sockets.get(session_id)
    return socket is not None and socket.closed


def scope_of(session_id: str) -> Mapping[str, Any] | None:
    """Return the ASGI scope of the request with which a session of Engine.IO has begun."""
    scope: Mapping[str, Any] | None = core.sio.environ.get(session_id, {}).get('asgi.scope')
    return scope


def socket_ids_of(client_id: str) -> list[str]:
    """Return the sockets of a page, the latest one last: NiceGUI puts each into a group that is named like its page."""
    return [socket_id for socket_id, _ in core.sio.manager.get_participants('/', client_id)]


def polling_scopes() -> list[Mapping[str, Any]]:
    """Return the ASGI scopes of the requests with which the sessions have begun that poll now."""
    environs = (environ for session_id in core.sio.eio.sockets if (environ := core.sio.environ.get(session_id)))
    scopes = [environ['asgi.scope'] for environ in environs]
    return [scope for scope in scopes if scope['type'] == 'http']


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
            await _close(socket)


async def close_connections(client_id: str) -> None:
    """End the connections of a page as a cut does, so that it connects anew.

    After Socket.IO's public ``disconnect`` a page would not.
    """
    for socket_id in socket_ids_of(client_id):
        socket = core.sio.eio.sockets.get(core.sio.manager.eio_sid_from_sid(socket_id, '/'))
        if socket:
            await _close(socket)


async def _close(socket: AsyncSocket) -> None:
    await socket.close(wait=False)
    socket.queue.put_nowait(None)  # ends a WebSocket, or a request that was left when the client closed it itself
