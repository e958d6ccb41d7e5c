"""Those who talk at the servers. What they say carries a number, by which everybody's screens are watched."""

import asyncio
import json
import re
import uuid
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

from messenger.realtime import codec, protocol
from tests.support.person import PASSWORD
from tests.support.socket_client import EVENTS, read_page

PATIENCE = 60.0  # seconds
ACKNOWLEDGE_AFTER = 3.0
NUMBER = re.compile(r'Message No\. (\d+)\.')
DIALOG, MENU = 'nicegui-dialog', 'q-menu'
SEARCH_FIELD, RESULTS, MORE = 'nicegui-search_field', 'ol', 'Earlier messages'
MESSAGE_LIST, BROWSER_TAB = 'nicegui-message_list', 'nicegui-browser_tab'


def sentence(number: int) -> str:
    """Return a message of usual length; one in five has some Markdown."""
    cake = '*one* piece' if number % 5 == 0 else 'one piece'
    return f'Message No. {number:07}. The kettle is on, and there is {cake} of cake left on the table.'


@lru_cache(maxsize=64)
def numbers_in(payload: str) -> list[int]:
    """Return the numbers of the messages in a packet; most packets go to many people and are read once."""
    return [int(number) for number in NUMBER.findall(payload)]


@lru_cache(maxsize=64)
def decode(payload: str) -> Any:
    """Return the name and the data of an event of Socket.IO."""
    return json.loads(payload[2:])


class WebSocketMember:
    """Somebody at the floor, which is a plain WebSocket server."""

    path = '/'
    room = 1

    def __init__(self, http: ClientSession, name: str, on_numbers: Callable[[Sequence[int]], None]) -> None:
        """
        :param on_numbers: called with the numbers of the messages that arrive, in their order
        """
        self.http = http
        self.name = name
        self.on_numbers = on_numbers
        self.socket: ClientWebSocketResponse
        self.changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def enter(self) -> None:
        """Come to the server, and return when everything that has been said is there."""
        await self.connect()

    def say(self, number: int) -> None:
        self.send(sentence(number))

    async def connect(self, **query: str) -> None:
        self.socket = await self.http.ws_connect(self.path, params=query, max_msg_size=0)
        self._start(self._listen())

    def send(self, text: str) -> None:
        self._start(self._send_text(text))

    def on_message(self, payload: str) -> None:
        self.on_numbers(numbers_in(payload))

    async def wait_for(self, condition: Callable[[], Any]) -> None:
        """Wait until a condition holds, which is looked at whenever ``changed`` is set."""
        while not condition():
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), PATIENCE)

    async def _send_text(self, text: str) -> None:
        with suppress(ConnectionError):  # the server has ended; what is missing otherwise is counted
            await self.socket.send_str(text)

    async def _listen(self) -> None:
        async for message in self.socket:
            self.on_message(message.data)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class SocketIOMember(WebSocketMember):
    """Somebody at the seed, which speaks Socket.IO."""

    path = '/socket.io/'
    is_connected = False

    def say(self, number: int) -> None:
        self.emit('say', json.dumps(sentence(number)))

    async def connect(self, **query: str) -> None:
        await super().connect(EIO='4', transport='websocket', **query)
        await self.wait_for(lambda: self.is_connected)

    def emit(self, name: str, data: str) -> None:
        """Send an event with data in JSON."""
        self.send(f'42["{name}",{data}]')

    def receive(self, name: str, data: Any) -> None:
        """Take an event."""

    def on_message(self, payload: str) -> None:
        if payload.startswith('42'):
            self.on_numbers(numbers_in(payload))
            self.receive(*decode(payload))
        elif payload == '2':
            self.send('3')
        elif payload.startswith('40'):
            self.is_connected = True
            self.changed.set()
        elif payload.startswith('0'):
            self.send('40')


class NiceGUIMember(SocketIOMember):
    """Somebody at a page of NiceGUI, as that of the demo: its elements and listeners, its socket, its replies."""

    path = '/_nicegui_ws/socket.io/'
    elements: dict[str, dict[str, Any]]
    _acknowledging: asyncio.TimerHandle | None = None

    async def enter(self) -> None:
        async with self.http.get('/') as response:
            self.elements, query = read_page(await response.text())
        self._client_id = query['client_id']
        tab = {'document_id': str(uuid.uuid4()), 'tab_id': str(uuid.uuid4()), 'implicit_handshake': 'true'}
        await self.connect(**{name: str(value) for name, value in query.items()} | tab)

    def say(self, number: int) -> None:
        [box] = self.find('Message')
        self.act(box, 'update:value', sentence(number))
        self.act(box, 'keydown')

    def find(self, value: str) -> list[str]:
        """Return the ids of the elements with a tag, a text or any property."""
        names = {
            id_: (one['tag'], one.get('text'), *one.get('props', {}).values()) for id_, one in self.elements.items()
        }
        return [id_ for id_, found in names.items() if value in found]

    def act(self, element_id: str, kind: str, *arguments: object) -> None:
        """Have an event happen to an element."""
        listeners = [item for item in self.elements[element_id].get('events', ()) if item['type'] == kind]
        assert listeners, f'There is no listener to {kind}.'
        for listener in listeners:
            event = {'id': int(element_id), 'client_id': self._client_id, 'listener_id': listener['listener_id']}
            self.emit('event', json.dumps(event | {'args': [json.dumps(argument) for argument in arguments]}))

    def receive(self, name: str, data: Any) -> None:
        if name == 'update':
            changes = {id_: element for id_, element in data.items() if id_ != '_id'}
            self.elements = {id_: element for id_, element in (self.elements | changes).items() if element}
        elif name == 'run_javascript' and data.get('request_id'):
            answer = {'request_id': data['request_id'], 'client_id': self._client_id, 'result': None}
            self.emit('javascript_response', json.dumps(answer))
        if '_id' in data:
            self._next_id = data['_id'] + 1
            loop = asyncio.get_running_loop()
            self._acknowledging = self._acknowledging or loop.call_later(ACKNOWLEDGE_AFTER, self._acknowledge)
        self.changed.set()

    def _acknowledge(self) -> None:
        """Tell how far the page has come, so that NiceGUI need not keep that any longer."""
        self._acknowledging = None
        self.emit('ack', json.dumps({'client_id': self._client_id, 'next_message_id': self._next_id}))


class Visitor(NiceGUIMember):
    """A visitor of the messenger, who does what the browser's half of its elements does."""

    _is_live = False
    _cursor = _sync_number = _older_than = _jumped_to = 0

    async def enter(self) -> None:
        await super().enter()
        self.act(self.find('Name')[0], 'update:value', self.name)
        self.act(self.find('Password')[0], 'update:value', PASSWORD)
        self.act(self.find('form')[0], 'submit')
        await self.wait_for(lambda: self._is_live)

    def say(self, number: int) -> None:
        self._send(protocol.PostEvent(str(uuid.uuid4()), sentence(number), room=self.room))

    async def enter_room(self, room: int) -> None:
        """Show another room, and wait until everything that has been said there is there."""
        self.room, self._cursor = room, 0
        self._sync()
        await self.wait_for(lambda: self._is_live)

    async def read_back(self, message_id: int) -> None:
        """Ask for the messages before one of them, and wait for them."""
        self._older_than = 0
        self._send(protocol.LoadOlderEvent(message_id))
        await self.wait_for(lambda: self._older_than == message_id)

    async def jump(self, message_id: int) -> None:
        """Ask for the messages around one of them, and wait for them."""
        self._jumped_to = 0
        self._send(protocol.JumpEvent(message_id))
        await self.wait_for(lambda: self._jumped_to == message_id)

    async def open_and_close_help(self) -> int:
        """Open the menu, choose the help in it, close both, and return how many elements are left of them."""
        before = len(self.elements)
        self.act(self.find('Menu')[0], 'click')
        await self.wait_for(lambda: self.find('Help'))
        label, menu = int(self.find('Help')[0]), self.find(MENU)[0]
        item = next(id_ for id_, element in self.elements.items() if label in element.get('children', ()))
        self.act(item, 'click', {})
        self.act(menu, 'hide')
        await self.wait_for(lambda: self.find(DIALOG) and not self.find(MENU))
        self.act(self.find(DIALOG)[0], 'hide')
        await self.wait_for(lambda: not self.find(DIALOG))
        return len(self.elements) - before

    async def search(self, words: str) -> None:
        """Write words, which somebody has said, into the box of the search, and wait for what is found."""
        [field] = self.find(SEARCH_FIELD)
        before = {*self.find(RESULTS), *self.find(MORE)}
        self.act(field, 'search', words)
        await self.wait_for(lambda: {*self.find(RESULTS), *self.find(MORE)} - before)

    async def leave(self) -> None:
        """Close the page, after a word to the server."""
        self.act(self.find(BROWSER_TAB)[0], 'leave')
        await self.socket.close()

    def receive(self, name: str, data: Any) -> None:
        match EVENTS.get(name):
            case protocol.MessagesEvent if data['room'] == self.room:
                self._take_messages(data['follows'], data['messages'][-1]['seq'])
            case protocol.SyncFinishedEvent:
                self._finish_sync(data['number'], data['seq'])
            case protocol.OlderMessagesEvent:
                self._older_than = data['before']
            case protocol.WindowEvent:
                self._jumped_to = data['message_id']
            case protocol.ResyncEvent:
                self._sync()
            case None:
                super().receive(name, data)
                if not self._sync_number and self.find(MESSAGE_LIST):
                    self._sync()
        self.changed.set()

    def _sync(self) -> None:
        self._is_live = False
        self._sync_number += 1
        self._send(protocol.SyncEvent(self._sync_number, self._cursor, self.room))

    def _take_messages(self, follows: int, to: int) -> None:
        if follows <= self._cursor:
            self._cursor = max(self._cursor, to)
        elif self._is_live:  # something has been missed
            self._sync()

    def _finish_sync(self, number: int, seq: int) -> None:
        if number == self._sync_number:
            self._cursor = max(self._cursor, seq)
            self._is_live = True

    def _send(self, event: Any) -> None:
        self.emit(codec.name_of(type(event)), codec.to_json(event))
