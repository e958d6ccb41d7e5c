"""Somebody who has logged in and sends files, as a page does or as none would."""

import asyncio
import uuid
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx

# tells what pages know, and waits less long
QUICK_UPLOADS = """
from nicegui import Client, app
from messenger.api import files
files.PIECE_TIMEOUT = 3.0
@app.get('/tokens')
def tokens():
    sessions = [client.storage.get('session') for client in Client.instances.values()]
    return {session.name: session.upload_token for session in sessions if session}
"""


class Uploader:
    """Sends files to a server that tells its tokens."""

    def __init__(self, url: str, name: str) -> None:
        self._url = urlsplit(url)
        self._name = name
        self._token = ''
        self.http = httpx.AsyncClient(base_url=url, timeout=60)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.aclose()

    async def log_in(self) -> None:
        """Take over from a page that has logged in."""
        self._token = (await self.http.get('/tokens')).json()[self._name]

    def headers(self, name: str = 'tea.txt', upload_id: str = '') -> dict[str, str]:
        return {
            'X-Upload-Token': self._token,
            'X-File-Name': quote(name),
            'X-Upload-Id': upload_id or str(uuid.uuid4()),
        }

    async def send(self, content: Any, name: str = 'tea.txt', upload_id: str = '', **headers: str) -> httpx.Response:
        """Send a file, in chunks if it is an iterator."""
        return await self.http.post('/files', content=content, headers=self.headers(name, upload_id) | headers)

    async def keep(self, content: bytes, name: str = 'tea.txt') -> dict[str, Any]:
        """Send a file that is kept, and return what is said of it."""
        response = await self.send(content, name)
        assert response.status_code == 201, response.text
        described: dict[str, Any] = response.json()
        return described

    async def open(self, *headers: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Begin an upload by a connection of its own, of which no byte of the body is sent yet."""
        reader, writer = await asyncio.open_connection(self._url.hostname, self._url.port)
        ours = [f'{name}: {value}' for name, value in self.headers().items()]
        head = '\r\n'.join(['POST /files HTTP/1.1', 'Host: localhost', *ours, *headers])
        writer.write(f'{head}\r\n\r\n'.encode())
        await writer.drain()
        return reader, writer
