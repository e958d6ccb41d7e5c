"""What users can do with files, and the rules of it: limits, names, what is shown as a picture, what is removed."""

import asyncio
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import filetype
from nicegui import background_tasks

from messenger.batching import Batcher
from messenger.lookalikes import is_invisible
from messenger.pictures import Picture, make_picture
from messenger.storage import (
    DatabaseUnavailableError,
    FileStore,
    FilesUnavailableError,
    IncomingFile,
    NoSpaceError,
    StoredFiles,
)
from models import PICTURES, Changes, FileView, User

MEGABYTE = 1_000_000  # bytes
UPLOAD_ID = re.compile('[!-~]{1,64}')
MAX_NAME_SIZE = 255  # bytes, which every file system takes
MAX_RAW_NAME_LENGTH = 1024  # composing a longer one takes time that grows with the square of its length
MAX_EXTENSION_SIZE = 20
MAX_UPLOADS = 20  # at once, of one user
UNKNOWN = 'application/octet-stream'
POST_WITHIN = timedelta(hours=24)
CLEAN_UP_EVERY = 24 * 3600.0  # seconds
T = TypeVar('T')
log = logging.getLogger('messenger')


class FileError(Exception):
    """A file that is refused; the message is a sentence for the user."""


class FileTooLargeError(FileError):
    """The file is larger than one may be."""


class NoRoomError(FileError):
    """All files together are as large as they may be."""


class TooManyUploadsError(FileError):
    """The user is sending too many at once; the same upload will do when others are done."""


class FileUnavailableError(FileError):
    """The file cannot be kept or read now; the same upload will do later."""


class Files:
    """The files that users send, from the first byte to their removal."""

    def __init__(
        self,
        stored: StoredFiles,
        directory: Path,
        limits: tuple[int, int],
        *,
        is_shared: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        :param stored: the rows of files
        :param directory: where their bytes are
        :param limits: how large one file, and all files together, may be, in bytes
        :param is_shared: whether other servers use the same database
        :raises FilesUnavailableError: if nothing can be written there
        """
        self.max_size, self._max_total = limits
        self._stored = stored
        self._store = FileStore(directory)
        self._is_shared = is_shared
        self._clock = clock
        self._started_at = clock()
        self._threads = ThreadPoolExecutor(4, thread_name_prefix='files')  # posting waits for none of this
        self._painters = ThreadPoolExecutor(1, thread_name_prefix='pictures')  # one at a time, for they need memory
        self._cleaner = Batcher[None](lambda _: self._try_to_clean_up(), name='remove files', pause=1.0)
        self._uploads = Counter[str]()
        self._incoming = 0  # bytes of files that are not complete

    def start(self) -> None:
        """Remove what nobody needs, now and daily. The event loop must be running."""
        background_tasks.create(self._clean_up_daily(), name='clean up files')

    async def receive(self, body: AsyncIterator[bytes], *, name: str, upload_id: str, by: User) -> FileView:
        """Keep a file, which is durable then.

        :param body: the bytes, which are written as they come
        :param upload_id: made by the sender for this file, 1 to 64 visible ASCII characters; a repeat returns the same
            file again
        :raises FileError: if it is refused or cannot be kept; nothing is left of it then
        """
        if not UPLOAD_ID.fullmatch(upload_id):
            raise FileError('This file came without a proper key. Please reload the page.')
        if self._uploads[by.user_id] >= MAX_UPLOADS:
            raise TooManyUploadsError(f'{MAX_UPLOADS} of your files are on their way already. Please wait for them.')
        self._uploads[by.user_id] += 1
        try:
            with _explaining_errors():
                return await self._receive(body, clean_file_name(name), upload_id, by.user_id)
        finally:
            self._uploads -= Counter([by.user_id])  # which forgets users that have none

    async def find(self, token: str) -> FileView | None:
        """Return a file by its address, None if there is none.

        :raises FileUnavailableError: if it cannot be read now
        """
        with _explaining_errors():
            return await self._stored.find(token)

    async def path(self, file: FileView) -> Path | None:
        """Return where the bytes of a file are, None if they have been removed."""
        is_there = await self._run(self._store.size_of, file.token) == file.size
        return self._store.path(file.token) if is_there else None

    def note_changes(self, changes: Changes) -> None:
        """Remove the files of messages that were deleted."""
        if any(message.deleted for message in changes.messages):
            self._cleaner.add(None)

    async def clean_up(self) -> None:
        """Remove files that were never posted, or did not come, or were deleted with their messages."""
        yesterday = self._clock() - POST_WITHIN
        # what this server has not begun, and no other one can be receiving, will not go on
        incomplete_before = yesterday if self._is_shared else max(yesterday, self._started_at)
        tokens = await self._stored.withdraw_old(unposted_before=yesterday, incomplete_before=incomplete_before)
        await self._remove(tokens)

    async def _receive(self, body: AsyncIterator[bytes], name: str, upload_id: str, user_id: str) -> FileView:
        total = await self._stored.total_size()
        begun = await self._stored.begin(name, user_id=user_id, upload_id=upload_id, now=self._clock())
        if isinstance(begun, FileView):
            await self._take(body, 0, _drop)  # browsers read no response before they have sent everything
            return begun
        file = None
        try:
            incoming = await self._run(self._store.receive, begun)
            try:
                await self._take(body, total, partial(self._run, incoming.write))
                file = await self._finish(incoming, begun)
            finally:
                await asyncio.shield(self._run(incoming.discard))
        finally:
            if file is None or file.token != begun:
                await asyncio.shield(self._discard(begun))
        return file

    async def _take(
        self, body: AsyncIterator[bytes], total: int, write: Callable[[bytes], Coroutine[Any, Any, None]]
    ) -> None:
        """Write the pieces of a file until it, or all files together, become too large."""
        size = 0
        try:
            async for piece in body:
                size += len(piece)
                self._incoming += len(piece)
                if size > self.max_size:
                    raise FileTooLargeError(f'A file can have at most {in_megabytes(self.max_size)}.')
                if total + self._incoming > self._max_total:
                    raise NoSpaceError
                await write(piece)
        finally:
            self._incoming -= size

    async def _finish(self, incoming: IncomingFile, token: str) -> FileView:
        media_type = await self._run(_guess_type, incoming.part)
        picture = None
        if media_type in PICTURES:
            picture = await self._paint(incoming)
            media_type = picture.media_type if picture else UNKNOWN
        size, sha256 = await self._run(incoming.finish)
        return await self._stored.finish(
            token,
            max_total=self._max_total,
            size=size,
            sha256=sha256,
            media_type=media_type,
            width=picture and picture.width,
            height=picture and picture.height,
        )

    async def _paint(self, incoming: IncomingFile) -> Picture | None:
        loop = asyncio.get_running_loop()
        picture = await loop.run_in_executor(self._painters, make_picture, incoming.part, incoming.replacement)
        if picture:
            await self._run(incoming.replace)
        return picture

    async def _discard(self, token: str) -> None:
        """Remove what there is of a file that was refused; if that fails, the clean-up will do so."""
        with suppress(DatabaseUnavailableError, FilesUnavailableError, NoSpaceError):
            await self._stored.withdraw(token)  # it may be complete although nobody was told
            await self._remove([token])

    async def _remove(self, tokens: Sequence[str]) -> None:
        for token in tokens:
            await self._run(self._store.remove, token)
        await self._stored.forget(tokens)

    async def _clean_up_daily(self) -> None:
        while True:
            await self._try_to_clean_up()
            await asyncio.sleep(CLEAN_UP_EVERY)

    async def _try_to_clean_up(self) -> None:
        try:
            await self.clean_up()
        except (DatabaseUnavailableError, FilesUnavailableError, NoSpaceError) as error:
            log.warning('Old files were not removed. %s', error)

    async def _run(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)


async def _drop(_: bytes) -> None:
    pass


def clean_file_name(name: str) -> str:
    """Return a name under which a file can be saved anywhere: without a path and without what cannot be seen.

    The name is kept in Unicode (NFC) and has 1 to 255 bytes; the end of a longer one is its extension.
    """
    name = re.split(r'[/\\]', name)[-1][-MAX_RAW_NAME_LENGTH:]
    visible = ''.join(char for char in unicodedata.normalize('NFC', name) if not is_invisible(char))
    name = ' '.join(visible.split()).strip('. ')
    stem, dot, extension = name.rpartition('.')
    if not dot or len(extension.encode()) > MAX_EXTENSION_SIZE:
        stem, extension = name, ''
    end = dot + extension if extension else ''
    kept = stem.encode()[: MAX_NAME_SIZE - len(end.encode())].decode(errors='ignore').strip()
    return f'{kept}{end}' or 'file'


def in_megabytes(size: int) -> str:
    """Return a limit as it is told."""
    return f'{size / MEGABYTE:g} MB'


def _guess_type(path: Path) -> str:
    """Return what a file is by its first bytes."""
    kind = filetype.guess(path)
    return str(kind.mime) if kind else UNKNOWN


@contextmanager
def _explaining_errors() -> Iterator[None]:
    try:
        yield
    except NoSpaceError:
        raise NoRoomError(
            'There is no room for more files. Delete messages with files, or ask the operator for room.'
        ) from None
    except DatabaseUnavailableError:
        raise FileUnavailableError('The server cannot reach its database. Please try again in a moment.') from None
    except FilesUnavailableError as error:
        log.error('%s', error)
        raise FileUnavailableError('The server cannot keep files now. Please try again later.') from None
