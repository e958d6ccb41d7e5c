"""SQLite: durable commits, one writer at a time, and its errors in words."""

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from messenger.storage.errors import DatabaseUnavailableError
from messenger.storage.statements import ANY_MESSAGE

T = TypeVar('T')


class SqliteDatabase:
    """One SQLite file, with a write-ahead log that is on the disk before a commit returns (``synchronous=FULL``)."""

    def __init__(self, url: str, *, lock_timeout: float) -> None:
        """Open the file, and create its tables.

        :raises DatabaseUnavailableError: if it cannot be read, cannot be written, or is not a database of this program
        """
        self._path = url.removeprefix('sqlite:///')
        self._engine = _create_engine(url, lock_timeout)
        self._write_engine = self._engine.execution_options(writing=True)
        try:
            self.write(self._prepare)
        except DBAPIError as error:
            self.close()
            raise DatabaseUnavailableError(explain_error(self._path, error)) from error

    def read(self, work: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection:
            return work(connection)

    def write(self, work: Callable[[Connection], T]) -> T:
        try:
            return self._write(work)
        except DBAPIError as error:
            if 'readonly' not in str(error.orig):
                raise
        self._engine.dispose()  # a connection remembers that the file was read-only
        return self._write(work)

    def close(self) -> None:
        self._engine.dispose()

    def _write(self, work: Callable[[Connection], T]) -> T:
        with self._write_engine.begin() as connection:
            return work(connection)

    def _prepare(self, connection: Connection) -> None:
        SQLModel.metadata.create_all(connection)
        connection.execute(ANY_MESSAGE)


def explain_error(path: str, error: DBAPIError) -> str:
    """Return a sentence that says why a database cannot be used, and what to do."""
    reason = str(error.orig)
    if 'not a database' in reason or 'malformed' in reason:
        return f'The file {path} is not a database. Move it away, or set MESSENGER_DATABASE_URL to another file.'
    if 'no such column' in reason:
        return (
            f'The database {path} was made by another program or version. '
            f'Move it away, or set MESSENGER_DATABASE_URL to another file.'
        )
    if 'readonly' in reason:
        return f'The database {path} is read-only. Make it and its folder writable, or set MESSENGER_DATABASE_URL.'
    if 'locked' in reason:
        return f'The database {path} is locked. End the program that holds it, or set MESSENGER_DATABASE_URL.'
    return (
        f'The database {path} cannot be opened ({reason}). '
        f'Check that the folder exists and is writable, or set MESSENGER_DATABASE_URL.'
    )


def _create_engine(url: str, lock_timeout: float) -> Engine:
    engine = create_engine(url, connect_args={'timeout': lock_timeout, 'check_same_thread': False})

    @event.listens_for(engine, 'connect')
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # sqlite3 would begin too late by itself; see _begin
        connection.execute('PRAGMA journal_mode=WAL')
        connection.execute('PRAGMA synchronous=FULL')

    @event.listens_for(engine, 'begin')
    def _begin(connection: Any) -> None:
        # a writer takes its lock before it reads the last position, so that two writers cannot take the same one
        writing = connection.get_execution_options().get('writing')
        connection.exec_driver_sql('BEGIN IMMEDIATE' if writing else 'BEGIN')

    return engine
