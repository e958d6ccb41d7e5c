"""A page of NiceGUI without a browser: its elements and listeners, its socket, and what its script would answer."""

import asyncio
import json
import re
import uuid
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from benchmarks.wire import Wire

SOCKET = '/_nicegui_ws/socket.io/'
LAYOUT = '0'  # the element that `ui.on` listens with
ESCAPES = {'&#36;': '$', '&#96;': '`', '&gt;': '>', '&lt;': '<', '&amp;': '&'}


async def fetch(port: int, path: str = '/') -> bytes:
    """The body of a page.

    :raises ConnectionError: if it is not there
    """
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    writer.write(f'GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n'.encode())
    head, _, body = (await reader.read(-1)).partition(b'\r\n\r\n')
    writer.close()
    if b' 200 ' not in head.partition(b'\r\n')[0]:
        raise ConnectionError(head.decode(errors='replace'))
    return body


class Page:
    """One page in one tab, from its load on."""

    def __init__(self, port: int) -> None:
        self.elements: dict[str, dict[str, Any]] = {}
        self._port = port
        self._wire = Wire(self.hear)
        self._loaded = 0
        self._client_id = ''
        self._next_id = 0
        self._acknowledged = -1
        self._connected = asyncio.Event()

    @property
    def received(self) -> int:
        """Bytes that have come from the server."""
        return self._loaded + self._wire.received

    async def load(self) -> None:
        """Fetch the page and connect its socket."""
        html = await fetch(self._port)
        self._loaded = len(html)
        self._read(html.decode())
        query = {
            'client_id': self._client_id, 'next_message_id': self._next_id, 'implicit_handshake': 'true',
            'document_id': uuid.uuid4(), 'tab_id': uuid.uuid4(), 'EIO': 4, 'transport': 'websocket',
        }  # fmt: skip
        await self._wire.open(self._port, f'{SOCKET}?{urlencode(query)}')
        await asyncio.wait_for(self._connected.wait(), 60)

    def hear(self, payload: bytes) -> None:
        """Take a packet of Engine.IO."""
        if payload.startswith(b'42'):
            name, data = _decode(payload)
            if '_id' in data:
                self._next_id = data['_id'] + 1
            if name == 'update':
                self.elements |= {id_: element for id_, element in data.items() if isinstance(element, dict)}
            elif name == 'run_javascript':
                self.run(data['code'], data.get('request_id'))
        elif payload == b'2':
            self._send('3')
        elif payload.startswith(b'40'):
            self._connected.set()
        elif payload.startswith(b'0'):
            self._send('40')

    def run(self, code: str, request_id: str | None) -> None:
        """Do what the code would do; whoever asks for an answer gets ``null``."""
        if request_id:
            answer = {'request_id': request_id, 'client_id': self._client_id, 'result': None}
            self._emit('javascript_response', answer)

    def find(self, label: str) -> str:
        """The id of the element with a label."""
        return next(id_ for id_, element in self.elements.items() if element.get('props', {}).get('label') == label)

    def act(self, element_id: str, kind: str, *arguments: object) -> None:
        """Have an event happen to an element."""
        listeners = [item for item in self.elements[element_id].get('events', []) if item['type'] == kind]
        assert listeners, f'nobody listens to {kind}'
        for listener in listeners:
            wanted = arguments if listener['args'] is None else arguments[: len(listener['args'])]
            event = {'id': int(element_id), 'client_id': self._client_id, 'listener_id': listener['listener_id']}
            self._emit('event', event | {'args': [json.dumps(argument) for argument in wanted]})

    def acknowledge(self) -> None:
        """Tell how far the page has come; a browser does so every 3 seconds."""
        if self._connected.is_set() and self._next_id > self._acknowledged:
            self._acknowledged = self._next_id
            self._emit('ack', {'client_id': self._client_id, 'next_message_id': self._next_id})

    def close(self) -> None:
        self._wire.close()

    def finish(self) -> None:
        """Close once everything is sent."""
        self._wire.finish()

    def _emit(self, name: str, data: object) -> None:
        self._send('42' + json.dumps([name, data]))

    def _send(self, text: str) -> None:
        self._wire.send(text)

    def _read(self, html: str) -> None:
        found = re.search(r"String\.raw`(.*?)`.*?'client_id': '(.*?)', 'next_message_id': (\d+)", html, re.DOTALL)
        assert found, 'this is not a page of NiceGUI'
        text = found[1]
        for escape, char in ESCAPES.items():
            text = text.replace(escape, char)
        self.elements, self._client_id, self._next_id = json.loads(text), found[2], int(found[3])


@lru_cache(maxsize=64)
def _decode(payload: bytes) -> tuple[str, dict[str, Any]]:
    """The name and the data of an event; most packets go to many pages and are decoded once."""
    name, data = json.loads(payload[2:])
    return name, data
