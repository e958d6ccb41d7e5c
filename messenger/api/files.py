"""Files: sent by pages whose users have logged in, served to whoever has their address."""

import asyncio
import re
from collections.abc import AsyncIterator
from urllib.parse import unquote

from nicegui import app
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response

from auth import LoginService
from config import Settings
from messenger.chat import Chat
from messenger.files import (
    FileError,
    Files,
    FileTooLargeError,
    FileUnavailableError,
    NoRoomError,
    TooManyUploadsError,
    in_megabytes,
)
from messenger.rate_limits import MemberLimits, in_words
from models import FileView

PIECE_TIMEOUT = 30.0  # seconds for something more of a file to come
STATUS: dict[type[FileError], int] = {
    FileTooLargeError: 413,
    TooManyUploadsError: 429,
    NoRoomError: 507,
    FileUnavailableError: 503,
}
TOKEN = re.compile('[A-Za-z0-9_-]{1,64}')
NOT_HERE = 'There is no file at this address.'
HEADERS = {
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'Cache-Control': 'private, max-age=31536000, immutable',
    'X-Content-Type-Options': 'nosniff',
}


def install_files(settings: Settings, login_service: LoginService, chat: Chat, files: Files) -> None:
    """Register the routes of files, and remove what nobody needs while the server runs."""
    app.on_startup(files.start)
    chat.messages_changed.subscribe(files.note_changes)
    limits = MemberLimits(posts_per_second=settings.posts_per_second, post_burst=settings.post_burst)

    @app.post('/files')
    async def upload(request: Request) -> Response:
        """Keep the body as a file of the user whose page sends it."""
        session = login_service.find_uploader(request.headers.get('x-upload-token', ''))
        if session is None:
            return _refuse(401, 'You have been logged out, so this file was not sent.')
        if wait := limits.count('upload', session):
            return _refuse(429, f'That was too much at once. Please wait {in_words(wait)}.', retry_after=wait)
        length = request.headers.get('content-length', '0')
        if not length.isdigit() or int(length) > files.max_size:
            return _refuse(413, f'A file can have at most {in_megabytes(files.max_size)}.')
        name, upload_id = unquote(request.headers.get('x-file-name', '')), request.headers.get('x-upload-id', '')
        try:
            file = await files.receive(_pieces(request), name=name, upload_id=upload_id, by=session)
        except FileError as error:
            return _refuse(STATUS.get(type(error), 400), f'{error}')
        except TimeoutError:
            return _refuse(408, 'The file did not come. Please try again.')
        except ClientDisconnect:
            return Response(status_code=400)  # which nobody reads
        return JSONResponse(_describe(file), 201)

    @app.api_route('/files/{token}/{name}', methods=['GET', 'HEAD'])
    async def download(token: str, request: Request) -> Response:
        """Return a file, whatever name its address ends in."""
        try:
            file = await files.find(token) if TOKEN.fullmatch(token) else None
            path = await files.path(file) if file else None
        except FileUnavailableError as error:
            return PlainTextResponse(f'{error}', 503)
        if file is None or path is None:
            return PlainTextResponse(NOT_HERE, 404)
        return FileResponse(
            path,
            headers=HEADERS,
            media_type=file.media_type if file.kind else 'application/octet-stream',
            filename=file.name,
            content_disposition_type='inline' if file.kind else 'attachment',
        )


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """Return the body as it comes.

    :raises TimeoutError: if it stops to come
    :raises ClientDisconnect: if the connection ends
    """
    stream = aiter(request.stream())
    while True:
        async with asyncio.timeout(PIECE_TIMEOUT):
            piece = await anext(stream, b'')
        if not piece:
            return
        yield piece


def _describe(file: FileView) -> dict[str, str | int | None]:
    return {
        'token': file.token,
        'address': file.address,
        'name': file.name,
        'size': file.size,
        'media_type': file.media_type,
        'width': file.width,
        'height': file.height,
    }


def _refuse(status: int, sentence: str, *, retry_after: float = 0.0) -> Response:
    """Return a response in words; the rest of a body is dropped, since browsers read no response before its end."""
    headers = {'Retry-After': f'{-int(-retry_after // 1)}'} if retry_after else {}
    if status == 401:
        headers['Connection'] = 'close'  # whatever else a stranger sends is not read
    return JSONResponse({'error': sentence}, status, headers=headers)
