"""SQLite: durable commits, one writer at a time, and its errors in words."""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from messenger.storage.database_files import OpenFiles, claim, create_file
from messenger.storage.errors import DatabaseMovedError, DatabaseUnavailableError
from messenger.storage.register import MemoryRegister
from messenger.storage.schema import explain_foreign, prepare_schema
from messenger.storage.transaction import Command, Executed, execute
from models import Changes

T = TypeVar('T')
CONNECTIONS = 5


class SqliteDatabase:
    """One SQLite file, with a write-ahead log that is on the disk before a commit returns (``synchronous=FULL``).

    A new file can be read by its owner only. What is deleted is overwritten (``secure_delete``), in the write-ahead log
    by `erase`. Since one server uses it, nothing is told but what is committed here.
    """

    fencing_token = ''
    epoch = ''
    is_heard = True

    def __init__(self, url: str, *, lock_timeout: float, exclusive: bool = False) -> None:
        """Open the file, and create or upgrade its tables.

        :param exclusive: whether other servers that ask for the same are kept away
        :raises DatabaseUnavailableError: if it cannot be read, cannot be written, or is not a database of this program
        """
        self._engine = _create_engine(url, lock_timeout)
        self._path = path = str(self._engine.url.database)
        self._write_engine = self._engine.execution_options(writing=True)
        self._turn = threading.Lock()  # where SQLite would look again and again whether others are done
        try:
            self._claim = claim(path) if exclusive else None
            create_file(path)
            with self._explaining_errors(), self._write_engine.begin() as connection:
                prepare_schema(connection, name=path, back_up=partial(back_up, path))
        except DatabaseUnavailableError:
            self._engine.dispose()
            raise
        self._files = OpenFiles(path)
        self.register = MemoryRegister()
        self._tell: Callable[[Changes], None] = lambda changes: None
        self._open_connections()
        self.erase()  # what a server that was killed has left

    def on_changes(self, tell: Callable[[Changes], None], *, on_rewind: Callable[[], None]) -> None:
        self._tell = tell

    def start(self) -> None:
        pass

    def committed(self, changes: Changes) -> None:
        self._tell(changes)

    def look(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    def read(self, work: Callable[[Connection], T]) -> T:
        with self._explaining_errors(), self._engine.connect() as connection:
            return work(connection)

    def write(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._explaining_errors():
                return self._write_again_if_read_only(work)
        except DatabaseMovedError:
            self._files.empty_log()  # which may have stayed behind
            raise

    def write_unordered(self, work: Callable[[Connection], T]) -> T:
        return self.write(work)

    def apply(self, commands: Sequence[Command], *, fencing_token: str) -> Executed:
        return self.write(lambda connection: execute(connection, commands))

    def erase(self) -> bool:
        """Copy the write-ahead log into the database and empty it; return whether nobody was in the way."""
        return self._files.empty_log()

    def close(self) -> None:
        self.erase()
        self._engine.dispose()
        self._files.close()
        if self._claim:
            self._claim.close()

    def _open_connections(self) -> None:
        """Open all connections at once: a file that is moved away is read on, but not opened again."""
        with ExitStack() as connections:
            for _ in range(CONNECTIONS):
                connections.enter_context(self._engine.connect())
        event.listen(self._engine, 'do_connect', lambda *_: self._files.check())

    def _write_again_if_read_only(self, work: Callable[[Connection], T]) -> T:
        try:
            return self._write(work)
        except DBAPIError as error:
            if 'readonly' not in str(error.orig):
                raise
        self._engine.dispose()  # a connection remembers that the file was read-only
        return self._write(work)

    def _write(self, work: Callable[[Connection], T]) -> T:
        with self._turn, self._write_engine.begin() as connection:
            result = work(connection)
            self._files.check()
            return result

    @contextmanager
    def _explaining_errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise DatabaseUnavailableError(explain_error(self._path, error)) from error


@contextmanager
def back_up(path: str, revision: str) -> Iterator[None]:
    """Copy a database to ``<path>.before-<revision>`` beside it, and keep the copy unless its upgrade fails.

    A copy that is there already is kept; the new one is then called ``…-2``.

    :raises DatabaseUnavailableError: if it cannot be copied
    """
    target = _free_path(f'{path}.before-{revision}')
    unfinished = Path(f'{path}.copying')
    try:
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
        shutil.copymode(path, unfinished)
        unfinished.rename(target)
    except (sqlite3.Error, OSError) as error:
        raise DatabaseUnavailableError(
            f'The database {path} cannot be copied to {target} before its upgrade ({error}). '
            f'Make room for the copy, or set MESSENGER_DATABASE_URL to another file.'
        ) from error
    try:
        yield
    except BaseException:
        target.unlink()  # nothing has changed; a server that is started again and again must not fill the disk
        raise


def _free_path(name: str) -> Path:
    candidates = (Path(f'{name}-{number}') for number in count(2))
    return next(path for path in chain([Path(name)], candidates) if not path.exists())


def explain_error(path: str, error: DBAPIError) -> str:
    """Return a sentence that says why a database cannot be used, and what to do."""
    reason = str(error.orig)
    if 'not a database' in reason or 'malformed' in reason:
        return f'The file {path} is not a database. Move it away, or set MESSENGER_DATABASE_URL to another file.'
    if 'no such column' in reason:
        return explain_foreign(path)
    if 'no such module' in reason or 'no such tokenizer' in reason:
        return (
            f'SQLite {sqlite3.sqlite_version} has no index for the search ({reason}). '
            f'Use a Python with SQLite 3.34 or newer and FTS5, or set MESSENGER_DATABASE_URL to PostgreSQL.'
        )
    if 'readonly' in reason:
        return f'The database {path} is read-only. Make it and its folder writable, or set MESSENGER_DATABASE_URL.'
    if 'full' in reason or 'disk I/O' in reason:
        return f'The disk of the database {path} is full or failing ({reason}). Make room, or replace the disk.'
    if 'locked' in reason:
        return f'The database {path} is locked. End the program that holds it, or set MESSENGER_DATABASE_URL.'
    return (
        f'The database {path} cannot be used ({reason}). '
        f'Check that the folder exists and is writable, or set MESSENGER_DATABASE_URL.'
    )


def _create_engine(url: str, lock_timeout: float) -> Engine:
    engine = create_engine(
        url,
        connect_args={'timeout': lock_timeout, 'check_same_thread': False},
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,  # the writer finds in its connection's cache what it has just written
    )

    @event.listens_for(engine, 'connect')
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # sqlite3 would begin too late by itself; see _begin
        connection.execute('PRAGMA journal_mode=WAL')
        connection.execute('PRAGMA synchronous=FULL')
        connection.execute('PRAGMA secure_delete=ON')

    @event.listens_for(engine, 'begin')
    def _begin(connection: Any) -> None:
        # a writer takes its lock before it reads the last position, so that two writers cannot take the same one
        writing = connection.get_execution_options().get('writing')
        connection.exec_driver_sql('BEGIN IMMEDIATE' if writing else 'BEGIN')

    return engine
