"""The guard: looks at each request, handshake and packet that comes in, and at nothing that goes out."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from nicegui import Client
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from messenger import compat
from messenger.guard.hosts import HostRule
from messenger.guard.packets import MAX_ID_LENGTH, MAX_MEMBER_PACKET, MAX_STRANGER_PACKET, PacketError, is_allowed
from messenger.guard.socket import GuardedSocket
from messenger.guard.socket_garbage import SocketGarbage
from messenger.networks import network_of

SOCKET_PATH = '/_nicegui_ws/'
NO_PAGES = ('/_nicegui', '/health', '/files')
MAX_PATH_LENGTH = 1024
MAX_QUERY_LENGTH = 2048
MAX_PAGES = 300  # before login, per address: a large class behind one router
MAX_SOCKETS = 400
MAX_STRANGER_PACKETS = 50  # in one request
READ_TIMEOUT = 10.0  # seconds for the body of a request
IDS = ('client_id', 'tab_id', 'document_id')

UNKNOWN_HOST = (
    'This server does not know the name by which you reached it. '
    'Use its address, or have the operator add the name to MESSENGER_ALLOWED_HOSTS.'
)
FOREIGN_PAGE = 'A page of another site cannot connect to this server. Open the messenger itself.'
TOO_LONG = 'This address is too long. Open the messenger at its start page.'
TOO_MANY = 'Too many pages are open from where you are. Close some of them, and try again in a minute.'
NOT_A_PAGE = 'This is not what a page of the messenger sends. Load the page again.'


class Guard:
    """Middleware in front of the whole program that only refuses."""

    def __init__(self, app: ASGIApp, *, hosts: HostRule, has_logged_in: Callable[[Client], bool]) -> None:
        """
        :param hosts: by which names and from which pages the server may be reached
        :param has_logged_in: whether somebody has logged in on a page; before that it may do little
        """
        self._app = app
        self._hosts = hosts
        self._has_logged_in = has_logged_in
        # at most so many pages without a login has each network: those of the last count, and all loads since
        self._pages = Counter[str]()
        self._loads = 0  # since that count
        # the pages of each network's WebSockets, without those that had logged in when there were last many
        self._sockets: defaultdict[str, list[str]] = defaultdict(list)
        self._garbage = SocketGarbage()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope['type']:
            case 'http':
                await self._handle_request(scope, receive, send)
            case 'websocket':
                await self._handle_websocket(scope, receive, send)
            case _:
                await self._app(scope, receive, send)

    async def _handle_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        is_socket = scope['path'].startswith(SOCKET_PATH)
        if refusal := self._refuse_address(scope, headers) or (
            self._refuse_polling(scope, headers) if is_socket else self._refuse_page(scope)
        ):
            await _respond(refusal, scope, receive, send)
        elif is_socket and scope['method'] == 'POST':
            await self._handle_packets(scope, headers, receive, send)
        elif is_socket:
            request = await receive()
            if request['type'] != 'http.disconnect':  # which Engine.IO stumbles over
                await self._pass_on(scope, _replay(request, receive), send)
        else:
            await self._app(scope, receive, send)

    def _refuse_address(self, scope: Scope, headers: Headers) -> str | None:
        if len(scope['path']) > MAX_PATH_LENGTH or len(scope['query_string']) > MAX_QUERY_LENGTH:
            return TOO_LONG
        if not self._hosts.allows_host(headers.get('host', '')):
            return UNKNOWN_HOST
        return None

    def _refuse_page(self, scope: Scope) -> str | None:
        if scope['path'].startswith(NO_PAGES):
            return None
        network = _network(scope)
        if self._pages[network] >= MAX_PAGES or self._loads >= MAX_PAGES:  # now and then, since it looks at every page
            strangers = (client for client in Client.instances.values() if not self._has_logged_in(client))
            self._pages, self._loads = Counter(network_of(client.ip) for client in strangers), 0
        if self._pages[network] >= MAX_PAGES:
            return TOO_MANY
        self._pages[network] += 1
        self._loads += 1
        return None

    def _refuse_polling(self, scope: Scope, headers: Headers) -> str | None:
        query = _query(scope)
        # a request without `Origin` may still be a script or a picture in a foreign page
        is_foreign = headers.get('sec-fetch-site', 'same-origin') not in ('same-origin', 'none')
        if is_foreign or not self._hosts.allows_origin(headers):
            return FOREIGN_PAGE
        if scope['method'] not in ('GET', 'POST') or 'j' in query or not _has_ids(query):
            return NOT_A_PAGE
        if not _is_of_its_page(query):
            return NOT_A_PAGE
        if 'sid' not in query and not self._is_member(query['client_id']):
            polling = (other for other in compat.polling_scopes() if _network(other) == _network(scope))
            if len(self._strangers(_query(other).get('client_id', '') for other in polling)) >= MAX_SOCKETS:
                return TOO_MANY
        return None

    async def _handle_packets(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        query = _query(scope)
        is_member = self._is_member(query['client_id'])
        limit = MAX_MEMBER_PACKET if is_member else MAX_STRANGER_PACKET
        try:
            body = await _read(receive, headers, limit)
            packets = body.decode().split('\x1e')
            if len(packets) > MAX_STRANGER_PACKETS and not is_member:
                raise ValueError
            allowed = [
                packet
                for packet in packets
                if is_allowed(packet, client_id=query['client_id'], is_member=is_member)
                and not (packet.startswith('40') and compat.has_connected(query.get('sid', '')))
            ]
            if sum(packet.startswith('40') for packet in allowed) > 1:
                raise ValueError
        except (ValueError, TimeoutError, PacketError):
            await _respond(NOT_A_PAGE, scope, receive, send)
            return
        body = '\x1e'.join(allowed).encode()
        length = (b'content-length', str(len(body)).encode())
        changed = [length if name == b'content-length' else (name, value) for name, value in scope['headers']]
        receive = _replay({'type': 'http.request', 'body': body}, receive)
        await self._pass_on({**scope, 'headers': changed}, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        if compat.has_ended(_query(scope).get('sid', '')):  # a moment ago; Engine.IO would fail with a traceback
            await _respond(NOT_A_PAGE, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _handle_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = _query(scope)
        if self._refuse_websocket(scope, query):
            await receive()
            await send({'type': 'websocket.close', 'code': 1008})
            return
        client_id = query['client_id']
        network = _network(scope)
        is_member = partial(self._is_member, client_id)
        socket = GuardedSocket(receive, send, client_id=client_id, session_id=query.get('sid'), is_member=is_member)
        self._sockets[network].append(client_id)
        try:
            await self._app(scope, socket.receive, socket.send)
        finally:
            socket.end()
            self._garbage.count()
            if client_id in self._sockets[network]:
                self._sockets[network].remove(client_id)
            if not self._sockets[network]:
                del self._sockets[network]

    def _refuse_websocket(self, scope: Scope, query: dict[str, str]) -> bool:
        headers = Headers(scope=scope)
        if self._refuse_address(scope, headers) or not self._hosts.allows_origin(headers):
            return True
        if not scope['path'].startswith(SOCKET_PATH) or not _has_ids(query) or not _is_of_its_page(query):
            return True
        if self._is_member(query['client_id']):
            return False
        sockets = self._sockets.get(_network(scope), [])
        if len(sockets) >= MAX_SOCKETS:
            sockets[:] = self._strangers(sockets)
        return len(sockets) >= MAX_SOCKETS

    def _is_member(self, client_id: str) -> bool:
        client = Client.instances.get(client_id)
        return client is not None and self._has_logged_in(client)

    def _strangers(self, client_ids: Iterable[str]) -> list[str]:
        """Return the pages, of some, on which nobody has logged in."""
        return [client_id for client_id in client_ids if not self._is_member(client_id)]


def _network(scope: Mapping[str, Any]) -> str:
    return network_of(scope['client'][0]) if scope.get('client') else ''


def _query(scope: Mapping[str, Any]) -> dict[str, str]:
    try:
        return {name: values[0] for name, values in parse_qs(scope['query_string'].decode()).items()}
    except ValueError:
        return {}


def _has_ids(query: dict[str, str]) -> bool:
    """Return whether all is there that NiceGUI takes from an address, and nothing of it is long."""
    return (
        all(query.get(name) for name in IDS)
        and all(len(value) <= MAX_ID_LENGTH for value in query.values())
        and query.get('next_message_id', '0').isascii()
        and query.get('next_message_id', '0').isdigit()
    )


def _is_of_its_page(query: dict[str, str]) -> bool:
    """Return whether a request, if it goes on with a session, names the page that the session has begun with."""
    scope = compat.scope_of(query.get('sid', ''))
    return scope is None or _query(scope).get('client_id') == query['client_id']


async def _read(receive: Receive, headers: Headers, limit: int) -> bytes:
    """Return the body of a request.

    :raises ValueError: if its length is not given, it is longer than the limit, or the connection ends
    :raises TimeoutError: if it does not come
    """
    if not headers.get('content-length', '').isdigit() or int(headers['content-length']) > limit:
        raise ValueError
    body = bytearray()
    async with asyncio.timeout(READ_TIMEOUT):
        while True:
            message = await receive()
            if message['type'] == 'http.disconnect':
                raise ValueError
            body += message.get('body', b'')
            if not message.get('more_body'):
                return bytes(body)


def _replay(request: Message, receive: Receive) -> Receive:
    messages = [request]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


async def _respond(sentence: str, scope: Scope, receive: Receive, send: Send) -> None:
    status = {TOO_MANY: 429, NOT_A_PAGE: 400, TOO_LONG: 414}.get(sentence, 403)
    headers = {'Connection': 'close'}  # whatever else comes on it is not read
    await PlainTextResponse(sentence, status, headers=headers)(scope, receive, send)
