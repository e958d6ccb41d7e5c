"""The files of a SQLite database while it is in use: for one server only, and where they have always been."""

import os
import sqlite3
from contextlib import suppress

from messenger.storage.errors import DatabaseMovedError, DatabaseUnavailableError

ERASE_TIMEOUT = 0.2
Identity = tuple[int, int]


class OpenFiles:
    """A database file and the two that SQLite keeps beside it, held open by a connection of their own.

    SQLite goes on writing into a file that has been renamed or deleted. For the next connection it makes an empty one
    in its place, and deletes the write-ahead log, of which the renamed file then lacks everything.
    """

    def __init__(self, path: str) -> None:
        self._connection = _connect(path, timeout=ERASE_TIMEOUT)
        self._connection.execute('PRAGMA schema_version').fetchone()  # opens the files
        self._identities = {name: _identify(name) for name in (path, _log_of(path), f'{os.path.realpath(path)}-shm')}

    def check(self) -> None:
        """Check that each file is still where it was; three questions to the operating system.

        :raises DatabaseMovedError: if one has been moved, deleted or replaced
        """
        for name, identity in self._identities.items():
            if _identify(name) != identity:
                raise DatabaseMovedError(
                    f'The file {name} has been moved away, deleted or replaced while the messenger uses it. '
                    f'Put it back, or restart the messenger to go on with what is there.'
                )

    def empty_log(self) -> bool:
        """Copy the write-ahead log into the database, wherever both are now, and empty it.

        Return whether nobody was in the way. Writers wait as long as this waits for readers, so it does not wait long.
        """
        try:
            busy, *_ = self._connection.execute('PRAGMA wal_checkpoint(TRUNCATE)').fetchone()
        except sqlite3.Error:  # also if it is closed already
            return False
        return not busy

    def close(self) -> None:
        """Close them, after all other connections."""
        self._connection.close()


def create_file(path: str) -> None:
    """Create an empty file that only its owner can read, if there is none; those that SQLite makes beside it follow.

    :raises DatabaseUnavailableError: if a write-ahead log is there without its database: SQLite would delete it
    """
    if not _size_of(path) and _size_of(log := _log_of(path)):
        raise DatabaseUnavailableError(
            f'The database {path} is missing, but its latest messages are in {log}. '
            f'Put {path} back, or move {log} away to begin anew.'
        )
    with suppress(OSError):  # SQLite will say what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


def claim(path: str) -> sqlite3.Connection | None:
    """Keep other servers away until the connection is closed or the process has ended, in whatever way.

    Pages of one server would not be told what is said on another. Programs that only look are not kept away. Where no
    lock can be made, there is none: SQLite will say what is wrong with the folder.

    :raises DatabaseUnavailableError: if another server uses the database
    """
    try:
        lock = _connect(f'{os.path.realpath(path)}.lock', timeout=0)
        lock.execute('BEGIN EXCLUSIVE')
    except sqlite3.OperationalError as error:
        if 'locked' not in str(error):
            return None
        raise DatabaseUnavailableError(
            f'Another messenger uses the database {path}. End it, or set MESSENGER_DATABASE_URL to another file.'
        ) from None
    return lock


def _connect(path: str, *, timeout: float) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=timeout, isolation_level=None, check_same_thread=False)


def _log_of(path: str) -> str:
    return f'{os.path.realpath(path)}-wal'


def _size_of(path: str) -> int:
    with suppress(OSError):
        return os.stat(path).st_size
    return 0


def _identify(path: str) -> Identity | None:
    with suppress(OSError):
        found = os.stat(path)
        return found.st_dev, found.st_ino
    return None
