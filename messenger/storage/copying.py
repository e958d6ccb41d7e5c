"""Copies a conversation from SQLite to PostgreSQL: with all numbers, all or nothing, a few rows at a time."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, NullPool, Row, Table, create_engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from messenger.storage.database import open_database
from messenger.storage.errors import DatabaseUnavailableError
from messenger.storage.postgresql_settings import PATIENT
from messenger.storage.rooms import rooms
from messenger.storage.schema import find_revision, known_revisions
from messenger.storage.statements import ANY_MESSAGE, messages
from messenger.storage.store import LOCK_TIMEOUT

SOURCE = 'sqlite:///'
TARGET = 'postgresql+psycopg://'
STEP = 10_000  # rows between two reports
Report = Callable[[str, int, int], None]


def copy_conversation(source_url: str, target_url: str, *, report: Report) -> str:
    """Copy everything that is kept into a database without messages, and return a sentence about it.

    The source may be in use: what is copied is what it holds at the beginning. The target is written in one
    transaction, for which all other writers wait.

    :param source_url: ``sqlite:///`` and a path
    :param target_url: ``postgresql+psycopg://``, user, host and name
    :param report: called from time to time with what is copied, how many have been so far, and how many there are
    :raises DatabaseUnavailableError: if one of the databases cannot be used for this; nothing is copied then
    """
    if not source_url.startswith(SOURCE):
        raise DatabaseUnavailableError(f'--copy takes a SQLite database. Write it like {SOURCE}main.db.')
    if not target_url.startswith(TARGET):
        raise DatabaseUnavailableError(
            f'--copy copies to PostgreSQL only. Set MESSENGER_DATABASE_URL to {TARGET}user:password@host/name, '
            f'or copy the file of a SQLite database.'
        )
    path = source_url.removeprefix(SOURCE)
    with _snapshot(path) as source:
        _check_revision(source, path)
        target = open_database(target_url, lock_timeout=LOCK_TIMEOUT, exclusive=False, replica='')
        try:
            copied = target.write(lambda connection: _copy_tables(source, connection, path, report))
        finally:
            target.close()
    return f'Copied {copied} Start the messenger without --copy to go on there.'


@contextmanager
def _snapshot(path: str) -> Iterator[Connection]:
    """Open a SQLite file for reading; whatever others write meanwhile is not seen."""
    if not Path(path).is_file():
        raise DatabaseUnavailableError(f'There is no database {path}. Correct --copy.')
    uri = f'{Path(path).absolute().as_uri()}?mode=ro'
    engine = create_engine(
        'sqlite://', creator=lambda: sqlite3.connect(uri, uri=True, isolation_level=None), poolclass=NullPool
    )
    with engine.connect() as connection:
        connection.exec_driver_sql('BEGIN')
        yield connection


def _check_revision(source: Connection, path: str) -> None:
    with _explaining_errors(path):
        found, known = find_revision(source), known_revisions()
    if found is None:
        raise DatabaseUnavailableError(f'{path} is not a database of the messenger. Correct --copy.')
    if found not in known:
        raise DatabaseUnavailableError(
            f'The database {path} has revision {found}, but this version of the messenger knows revisions up to '
            f'{known[-1]} only. Copy it with the newer version.'
        )
    if found != known[-1]:
        raise DatabaseUnavailableError(
            f'The database {path} has revision {found}, and this version of the messenger copies {known[-1]} only. '
            f'Start this version on it once, which upgrades it, and copy it then.'
        )


def _copy_tables(source: Connection, target: Connection, path: str, report: Report) -> str:
    """Copy all tables, and return in words what was copied."""
    if target.execute(ANY_MESSAGE).first():
        raise DatabaseUnavailableError(
            'The database of MESSENGER_DATABASE_URL has messages already. Set it to one that is empty.'
        )
    target.exec_driver_sql(PATIENT)
    target.execute(rooms.delete())  # the source has its own
    tables = sorted(SQLModel.metadata.sorted_tables, key=lambda table: table is not messages)  # these first
    copied = {table.name: _copy_table(table, source, target, path, report) for table in tables}
    *most, last = [f'{count:,} {name}{"" if count == 1 else "s"}' for name, count in copied.items()]
    hint = ' Set MESSENGER_FILES to the directory that has its files.' if copied['file'] else ''
    return f'{", ".join(most)} and {last} from {path}.{hint}'


def _copy_table(table: Table, source: Connection, target: Connection, path: str, report: Report) -> int:
    driver: Any = target.connection.driver_connection
    columns = ', '.join(f'"{column.name}"' for column in table.columns)
    with _explaining_errors(path):
        total: int = source.execute(select(func.count()).select_from(table)).scalar_one()
    copied = 0
    with driver.cursor() as cursor, cursor.copy(f'COPY {table.name} ({columns}) FROM STDIN') as copy:
        for copied, row in enumerate(_read(table, source, path), start=1):
            copy.write_row([_storable(value) for value in row])
            if copied % STEP == 0 and copied < total:
                report(f'{table.name}s', copied, total)
    report(f'{table.name}s', copied, total)
    return copied


def _read(table: Table, source: Connection, path: str) -> Iterator[Row[Any]]:
    with _explaining_errors(path):
        yield from source.execute(select(table).order_by(*table.primary_key))


def _storable(value: object) -> object:
    """Return a value as PostgreSQL can keep it; earlier versions took a NUL that no page has ever sent."""
    return value.replace('\0', '') if isinstance(value, str) else value


@contextmanager
def _explaining_errors(path: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise DatabaseUnavailableError(
            f'The database {path} cannot be read ({error.orig}). Correct --copy, or restore a back-up of it.'
        ) from error
