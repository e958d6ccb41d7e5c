"""What keeps a running server from storing anything, each for as long as a test likes."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from tests.support.server import Server

SENTENCE = 'This could not be stored, so nobody has seen it. Please try again.'


@contextmanager
def disk_full(server: Server) -> Iterator[None]:
    """No file of the server can be written any more."""
    limits = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (0, limits[1]))
    yield
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, limits)


@contextmanager
def database_locked(server: Server) -> Iterator[None]:
    """Another program writes, for longer than anybody waits."""
    with closing(sqlite3.connect(server.database, isolation_level=None)) as other:
        other.execute('BEGIN IMMEDIATE')
        yield
        other.execute('ROLLBACK')


@contextmanager
def database_read_only(server: Server) -> Iterator[None]:
    """SQLite says 'attempt to write a readonly database'.

    Rights on the file do not matter to a program that has it open, and none matter to root. A header that asks for a
    newer SQLite to write does, to every user (https://www.sqlite.org/fileformat.html, 'file format version numbers').
    """
    set_write_version(server, 3)
    yield
    set_write_version(server, 2)


@contextmanager
def database_moved(server: Server) -> Iterator[None]:
    """Somebody moves the file away, leaves those that SQLite keeps beside it, and then puts it back."""
    away = server.database.rename(server.database.with_name('away.db'))
    yield
    assert not server.database.exists()
    away.rename(server.database)


def set_write_version(server: Server, version: int) -> None:
    """Write byte 18 of the database file, and have a program that has it open read it again."""
    with closing(sqlite3.connect(server.database, isolation_level=None)) as other:
        assert other.execute('PRAGMA wal_checkpoint(TRUNCATE)').fetchall() == [(0, 0, 0)]
    with server.database.open('r+b') as file:
        file.seek(18)
        file.write(bytes([version]))
    with closing(sqlite3.connect(server.database, isolation_level=None)) as other, suppress(sqlite3.OperationalError):
        [(schema,)] = other.execute('PRAGMA user_version')
        other.execute(f'PRAGMA user_version = {schema}')
