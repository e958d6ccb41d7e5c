"""The bytes of files, in a directory of their own. Everything here waits for the disk: call it in worker threads."""

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from messenger.storage.errors import FilesUnavailableError, NoSpaceError


class FileStore:
    """A directory with one file for each token, under the token's hash, by which nobody finds the address.

    A file has its name only when it is complete and on the disk; until then it is called ``….part``. Which files there
    are is in the database, so nothing is ever removed that no row tells of: another server may use the directory, too.
    """

    def __init__(self, directory: Path) -> None:
        """
        :raises FilesUnavailableError: if nothing can be written there
        """
        self._directory = directory
        probe = directory / f'.probe-{secrets.token_hex(8)}'
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe.touch(mode=0o600)
            probe.unlink()
        except OSError as error:
            raise FilesUnavailableError(
                f'Files cannot be kept in {directory} ({error.strerror}). '
                f'Make it a writable directory, or set MESSENGER_FILES to another one.'
            ) from error

    def path(self, token: str) -> Path:
        """Return where the file of a token is, once it is complete."""
        digest = hashlib.sha256(token.encode()).hexdigest()
        return self._directory / digest[:2] / digest[2:]

    def receive(self, token: str) -> 'IncomingFile':
        """Begin a file.

        :raises NoSpaceError: here and below, if the disk is full
        :raises FilesUnavailableError: here and below, if it cannot be written
        """
        path = self.path(token)
        with explaining_errors():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            return IncomingFile(path)

    def size_of(self, token: str) -> int | None:
        """Return the size of a file, None if it is not there."""
        with suppress(OSError):
            return self.path(token).stat().st_size
        return None

    def remove(self, token: str) -> None:
        """Remove a file, complete or not."""
        path = self.path(token)
        with explaining_errors():
            for name in (path, *_unfinished(path)):
                name.unlink(missing_ok=True)


class IncomingFile:
    """A file while it is written, under a temporary name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.part, self.replacement = _unfinished(path)
        self._file = open(self.part, 'xb', buffering=0, opener=lambda name, flags: os.open(name, flags, 0o600))  # noqa: SIM115

    def write(self, piece: bytes) -> None:
        with explaining_errors():
            rest = memoryview(piece)
            while rest:
                rest = rest[self._file.write(rest) :]

    def replace(self) -> None:
        """Go on with what somebody has written to ``replacement``."""
        with explaining_errors():
            self._file.close()
            self.replacement.replace(self.part)

    def finish(self) -> tuple[int, str]:
        """Have it on the disk under its name, and return its size and SHA-256."""
        with explaining_errors():
            self._file.close()
            with self.part.open('rb+') as file:
                digest = hashlib.file_digest(file, 'sha256').hexdigest()
                size = file.tell()
                os.fsync(file.fileno())
            self.part.replace(self._path)
            _sync_directory(self._path.parent)
        return size, digest

    def discard(self) -> None:
        """Close it; what is not finished is removed."""
        self._file.close()
        with suppress(OSError):  # the clean-up will try again
            for name in (self.part, self.replacement):
                name.unlink(missing_ok=True)


def _unfinished(path: Path) -> tuple[Path, Path]:
    return path.with_name(f'{path.name}.part'), path.with_name(f'{path.name}.new')


def _sync_directory(directory: Path) -> None:
    if os.name == 'posix':  # elsewhere a directory cannot be opened
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def explaining_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpaceError('The disk for files is full.') from error
        raise FilesUnavailableError(f'Files cannot be kept ({error.strerror}).') from error
