"""Somebody who knows how the server works, and has no password."""

import asyncio
import re
import uuid
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urlsplit

import aiohttp

from tests.support.server import Server

PATH = '/_nicegui_ws/socket.io/'
CLIENT_ID = re.compile(r"'client_id': '(.*?)'")


class Attacker:
    """Opens connections and sends what no browser would."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._http = aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(limit=0))
        self.client_id = ''

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()

    async def load_page(self) -> str:
        """Load the page without connecting, and return its id."""
        async with self._http.get('/') as response:
            found = CLIENT_ID.search(await response.text())
        assert found, 'this is no page'
        self.client_id = found[1]
        return self.client_id

    async def get(self, path: str = '/', **headers: str) -> tuple[int, str]:
        """Return the status and the text of a response."""
        async with self._http.get(path, headers={name.replace('_', '-'): text for name, text in headers.items()}) as it:
            return it.status, await it.text()

    async def poll(self, method: str = 'GET', body: bytes | None = None, /, **query: str) -> tuple[int, str]:
        """Send one request of a client that polls."""
        address = {'EIO': '4', 'transport': 'polling'} | self.ids() | query
        async with self._http.request(method, PATH, params=address, data=body) as response:
            return response.status, await response.text()

    async def open_websocket(
        self, headers: dict[str, str] | None = None, /, **query: str
    ) -> aiohttp.ClientWebSocketResponse:
        """Open a WebSocket.

        :raises aiohttp.WSServerHandshakeError: if it is refused
        """
        address = {'EIO': '4', 'transport': 'websocket', 'implicit_handshake': 'true'} | self.ids() | query
        return await self._http.ws_connect(f'{PATH}?{urlencode(address)}', headers=headers)

    def ids(self) -> dict[str, str]:
        """What a page puts into the address of its connection."""
        return {'client_id': self.client_id or str(uuid.uuid4()), 'tab_id': 't', 'document_id': 'd'}

    async def connect(self) -> aiohttp.ClientWebSocketResponse:
        """Load a page, and connect as it would."""
        await self.load_page()
        websocket = await self.open_websocket()
        await websocket.send_str('40')
        while not (await websocket.receive_str()).startswith('40'):
            pass
        return websocket

    async def send_raw(self, *parts: bytes) -> bytes:
        """Send bytes by a connection of its own, and return what comes back until it is closed."""
        reader, writer = await asyncio.open_connection(self._url.hostname, self._url.port)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await reader.read()
        except ConnectionError:
            return b''
        finally:
            writer.close()


async def close_code(websocket: aiohttp.ClientWebSocketResponse) -> int | None:
    """Wait until the server closes a WebSocket, and return why."""
    async with asyncio.timeout(20):
        while not websocket.closed:
            await websocket.receive()
    return websocket.close_code


def memory_of(server: Server, figure: str = 'VmRSS') -> int:
    """Return the resident memory of a server in bytes, or another figure of ``/proc/<pid>/status``."""
    found = re.search(rf'{figure}:\s+(\d+) kB', Path(f'/proc/{server.pid}/status').read_text())
    assert found
    return int(found[1]) * 1024
