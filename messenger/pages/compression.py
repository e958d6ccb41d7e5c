"""What is compressed: scripts and style sheets once instead of again for each visitor, pages each time."""

import asyncio
import gzip
from collections.abc import Callable, Mapping
from functools import partial

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# the best one first; browsers ask for Brotli by HTTPS and on this machine only. More quality would take seconds
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {'br': partial(brotli.compress, quality=9), 'gzip': gzip.compress}
MEDIA_TYPES = ('text/javascript', 'text/css')
MAX_SIZE = 1024 * 1024  # bytes; no page of ours loads a larger file
# files that users have sent go out as they are, so that browsers know how long they are
SENT_AS_IS = (*DEFAULT_EXCLUDED_CONTENT_TYPES, 'application/octet-stream')


def compress_responses(app: ASGIApp) -> GZipMiddleware:
    """Return middleware that compresses all else quickly, since a page is made anew for each load."""
    return GZipMiddleware(app, compresslevel=4, exclude_content_types=SENT_AS_IS)


class CompressedFiles:
    """Compresses each script and style sheet well, in a worker thread, and keeps the result.

    There are only so many of them, so nothing is ever dropped. All other responses are passed on as they are.
    """

    def __init__(self, app: ASGIApp, encodings: Mapping[str, Callable[[bytes], bytes]] = ENCODINGS) -> None:
        """
        :param encodings: how to compress, the best way first
        """
        self._app = app
        self._encodings = encodings
        self._compressed: dict[tuple[str, bytes], bytes] = {}
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        encoding = self._choose_encoding(scope)
        if encoding is None:
            await self._app(scope, receive, send)
            return
        start: Message = {}
        body = bytearray()

        async def send_compressed(message: Message) -> None:
            if not start and not _starts_file(message):
                await send(message)
            elif not start:
                start.update(message)
            else:
                body.extend(message['body'])
                if not message.get('more_body'):
                    compressed = await self._compress(encoding, bytes(body))
                    await _send_file(start, encoding, compressed, send)

        await self._app(scope, receive, send_compressed)

    async def _compress(self, encoding: str, body: bytes) -> bytes:
        async with self._lock:  # many visitors may come at once after a start
            if (encoding, body) not in self._compressed:
                self._compressed[encoding, body] = await asyncio.to_thread(self._encodings[encoding], body)
        return self._compressed[encoding, body]

    def _choose_encoding(self, scope: Scope) -> str | None:
        if scope['type'] != 'http' or scope['method'] != 'GET':
            return None
        accepted = [name.strip() for name in Headers(scope=scope).get('accept-encoding', '').split(',')]
        return next((encoding for encoding in self._encodings if encoding in accepted), None)


def _starts_file(message: Message) -> bool:
    """Return whether a message is the start of a whole script or style sheet."""
    if message['type'] != 'http.response.start' or message['status'] != 200:
        return False
    headers = Headers(raw=message['headers'])
    is_file = headers.get('content-type', '').startswith(MEDIA_TYPES) and 'content-encoding' not in headers
    return is_file and int(headers.get('content-length', MAX_SIZE + 1)) <= MAX_SIZE


async def _send_file(start: Message, encoding: str, body: bytes, send: Send) -> None:
    headers = MutableHeaders(raw=[*start['headers']])
    headers['content-encoding'] = encoding
    headers['content-length'] = str(len(body))
    headers.add_vary_header('Accept-Encoding')
    await send({**start, 'headers': headers.raw})
    await send({'type': 'http.response.body', 'body': body})
