"""A page without a browser: it loads, connects, logs in through the form and speaks the protocol of the messages."""

import ast
import asyncio
import json
import re
import uuid
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlencode

import aiohttp
import httpx
import socketio
from aiohttp import ClientError
from socketio.exceptions import SocketIOError

from messenger.compat import allow_large_polling_payloads
from messenger.realtime.codec import SERVER_EVENTS, name_of, parse, to_data
from messenger.realtime.protocol import SyncFinishedEvent
from tests.support.message_model import MessageModel
from tests.support.person import PASSWORD

TIMEOUT = 20.0
PATH = '/_nicegui_ws/socket.io'
CONTENT = re.compile(r'String\.raw`(.*?)`.*?query: (\{.*?\})', re.DOTALL)
ESCAPES = {'&#36;': '$', '&#96;': '`', '&gt;': '>', '&lt;': '<', '&amp;': '&'}
EVENTS = {name_of(event_type): event_type for event_type in SERVER_EVENTS}
AnyEvent = TypeVar('AnyEvent')


class Connection:
    """One socket of a page, and what has come by it."""

    def __init__(self, page: 'SocketClient') -> None:
        self.received: list[Any] = []
        self.lost = asyncio.Event()
        self._page = page
        self._queues: defaultdict[type, asyncio.Queue[Any]] = defaultdict(asyncio.Queue)
        local_address = (page.local_address, 0) if page.local_address else None
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=local_address))
        self.socket = socketio.AsyncClient(reconnection=False, http_session=self._http)
        self.socket.on('*', self._take)
        self.socket.on('disconnect', self._lose)

    async def send(self, event: object) -> None:
        """Send an event of the protocol."""
        await self.forge(name_of(type(event)), to_data(event))

    async def forge(self, name: str, *data: object) -> None:
        """Send anything that JSON can say, such as numbers of any size and half surrogate pairs."""
        await self.socket.eio.send('2' + json.dumps([name, *data]))  # `emit` would refuse these itself

    async def next(self, event_type: type[AnyEvent]) -> AnyEvent:
        """Wait for an event of a type, the next one after that of the last call."""
        event: AnyEvent = await asyncio.wait_for(self._queues[event_type].get(), TIMEOUT)
        return event

    def all(self, event_type: type[AnyEvent]) -> list[AnyEvent]:
        """Everything of a type that has come."""
        return [event for event in self.received if isinstance(event, event_type)]

    async def close(self) -> None:
        """End it without a word, as a cut does, but not within a request: of that Engine.IO logs a traceback."""
        if not self.lost.is_set() or self.socket.transport() == 'polling':
            with suppress(TimeoutError):
                await asyncio.wait_for(self.socket.eio.queue.join(), 1)
        await self._http.close()
        self.socket.eio.queue.put_nowait(None)  # ends a wait of 20 s for more to send, if the server has closed it
        with suppress(TimeoutError):  # of a request that has waited long
            await self.socket.eio.wait()

    def _lose(self, *_: object) -> None:
        self.lost.set()
        if self._page.connection is self:
            self._page.model.live = False

    async def _take(self, name: str, data: Any = None) -> None:
        if name not in EVENTS:
            await self._page.take_update(name, data)
            return
        event = parse(EVENTS[name], data)
        self.received.append(event)
        self._queues[type(event)].put_nowait(event)
        if self._page.connection is self:
            await self._page.take(event)


class SocketClient:
    """One page of one user, which may lose its connection and make another.

    What it keeps of the conversation is its ``model``; as long as it is ``following``, it synchronizes as a page does.
    """

    def __init__(self, url: str, *, transport: str = 'websocket', local_address: str | None = None) -> None:
        """
        :param transport: ``websocket`` or ``polling``
        :param local_address: from which it connects, one of this machine's; any if not given
        """
        self.url = url
        self.local_address = local_address
        self.model = MessageModel()
        self.following = True
        self.connection: Connection
        self._connections: list[Connection] = []
        self._transport = transport
        self._elements: dict[str, dict[str, Any]] = {}
        self._updated = asyncio.Condition()
        self._opened: asyncio.Queue[str] = asyncio.Queue()
        self._query: dict[str, Any] = {}
        self._next_message_id = 0
        self._ids = {'document_id': str(uuid.uuid4()), 'tab_id': str(uuid.uuid4())}

    @property
    def client_id(self) -> str:
        return str(self._query['client_id'])

    @property
    def replica(self) -> str:
        """The name of the server that made the page."""
        return str(self._query['replica'])

    @classmethod
    async def arrive(cls, url: str, *, transport: str = 'websocket') -> 'SocketClient':
        """Load the page and connect."""
        client = cls(url, transport=transport)
        await client.load()
        return client

    async def load(self) -> None:
        """Load the page into the tab, anew if there is one."""
        transport = httpx.AsyncHTTPTransport(local_address=self.local_address)
        async with httpx.AsyncClient(timeout=TIMEOUT, transport=transport) as http:
            self._read((await http.get(self.url)).text)
        self._ids['document_id'] = str(uuid.uuid4())
        self.model = MessageModel()
        await self.connect()

    async def connect(self) -> Connection:
        """Make another connection. An earlier one that is still open stays so, and can be heard."""
        query = self._query | self._ids | {'next_message_id': self._next_message_id, 'implicit_handshake': 'true'}
        self.connection = Connection(self)
        self._connections.append(self.connection)
        allow_large_polling_payloads(1000)  # as the server does
        await self.connection.socket.connect(
            f'{self.url}?{urlencode(query)}',
            transports=[self._transport],
            socketio_path=PATH,
            wait_timeout=int(TIMEOUT),
        )
        return self.connection

    async def reconnect(self) -> None:
        """Make another connection, and get what has been missed."""
        await self.connect()
        await self.sync()

    async def log_in(self, name: str, password: str = PASSWORD) -> None:
        """Fill in the login screen."""
        await self.act('update:value', name, props={'label': 'Name'})
        await self.act('update:value', password, props={'label': 'Password'})
        await self.act('submit', tag='form')

    async def enter(self, name: str) -> None:
        """Log in, and wait until everything that has been said is there."""
        await self.log_in(name)
        await self.sees_element(tag='nicegui-message_list')
        await self.sync()

    async def stay(self) -> None:
        """Come back whenever the connection is lost, until this is cancelled."""
        while True:
            await self.connection.lost.wait()
            await asyncio.sleep(0.02)
            try:
                await self.connect()
                await self.connection.send(self.model.sync())
            except (SocketIOError, ClientError, TimeoutError):
                self.connection.lost.set()

    async def sync(self) -> SyncFinishedEvent:
        """Get what has been missed."""
        await self.connection.send(self.model.sync())
        return await self.connection.next(SyncFinishedEvent)

    async def send(self, event: object) -> None:
        """Send an event of the protocol."""
        await self.connection.send(event)

    async def next(self, event_type: type[AnyEvent]) -> AnyEvent:
        """Wait for an event of a type, the next one after that of the last call."""
        return await self.connection.next(event_type)

    async def post(self, *texts: str) -> None:
        """Send messages, without waiting for them; without a connection, as soon as there is one again."""
        for event in [self.model.post(text) for text in texts]:
            if self.model.live:
                await self.send(event)

    async def shows(self, kept: list[tuple[int, str]]) -> None:
        """Everything that is kept, in its order, and nothing else."""
        for _ in range(int(TIMEOUT / 0.02)):
            if self.model.shown == kept:
                return
            await asyncio.sleep(0.02)
        assert self.model.shown == kept

    async def is_up_to_date(self) -> None:
        """Wait until everything has come."""
        async with asyncio.timeout(TIMEOUT):
            while not self.model.live:
                await asyncio.sleep(0.02)

    async def sees(self, text: str) -> int:
        """Wait for the message with a text, and return its id."""
        for _ in range(int(TIMEOUT / 0.02)):
            for id_, shown in self.model.shown:
                if shown == text:
                    return id_
            await asyncio.sleep(0.02)
        raise AssertionError(f'{text!r} is not among {self.model.shown[-5:]}')

    async def sees_element(self, **wanted: Any) -> dict[str, Any]:
        """Wait for an element of NiceGUI."""
        async with asyncio.timeout(TIMEOUT), self._updated:
            await self._updated.wait_for(lambda: self._matching(**wanted))
        return self._elements[self._matching(**wanted)[0]]

    async def is_sent_to(self, path: str) -> None:
        """Wait until the server has the page go to another address."""
        assert await asyncio.wait_for(self._opened.get(), TIMEOUT) == path

    async def act(self, event: str, *arguments: object, **wanted: Any) -> None:
        """Have an event of NiceGUI happen to an element."""
        for data in self.events_of(event, *arguments, **wanted):
            await self.connection.forge('event', data)

    def events_of(self, event: str, *arguments: object, **wanted: Any) -> list[dict[str, Any]]:
        """What a page sends to NiceGUI when an event happens to an element."""
        element_id = self._find(**wanted)
        listeners = [one for one in self._elements[element_id]['events'] if one['type'].split('.')[0] == event]
        assert listeners, f'nobody listens to {event}'
        args = [json.dumps(argument) for argument in arguments]
        data = {'id': int(element_id), 'client_id': self.client_id, 'args': args}
        return [data | {'listener_id': listener['listener_id']} for listener in listeners]

    async def leave(self) -> None:
        """Close all connections of the page."""
        for connection in self._connections:
            await connection.close()

    async def take(self, event: object) -> None:
        """Do with an event what a page does."""
        if (sync := self.model.take(event)) and self.following:
            await self.connection.send(sync)
        if isinstance(event, SyncFinishedEvent) and self.model.live:
            for post in list(self.model.pending.values()):
                await self.connection.send(replace(post, repeated=True))

    async def take_update(self, name: str, data: Any) -> None:
        """Take a message of NiceGUI's."""
        if isinstance(data, dict) and '_id' in data:
            self._next_message_id = data['_id'] + 1
        if name == 'open':
            self._opened.put_nowait(data['path'])
        if name == 'run_javascript' and data.get('request_id'):
            answer = {'request_id': data['request_id'], 'client_id': self.client_id, 'result': None}
            await self.connection.forge('javascript_response', answer)
        if name == 'update':
            async with self._updated:
                changed = {id_: element for id_, element in data.items() if id_ != '_id'}
                self._elements = {id_: element for id_, element in (self._elements | changed).items() if element}
                self._updated.notify_all()

    def _find(self, **wanted: Any) -> str:
        return self._matching(**wanted)[0]

    def _matching(self, *, props: dict[str, Any] | None = None, **wanted: Any) -> list[str]:
        return [
            id_
            for id_, element in self._elements.items()
            if wanted.items() <= {key: element.get(key) for key in wanted}.items()
            and (props or {}).items() <= {key: element.get('props', {}).get(key) for key in props or {}}.items()
        ]

    def _read(self, html: str) -> None:
        self._elements, self._query = read_page(html)
        self._next_message_id = self._query['next_message_id']


def read_page(html: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the elements of a page of NiceGUI by their ids, and the query with which it opens its socket."""
    found = CONTENT.search(html)
    assert found, 'this is not a page of NiceGUI'
    text = found[1]
    for escape, char in ESCAPES.items():
        text = text.replace(escape, char)
    return json.loads(text), ast.literal_eval(found[2])
