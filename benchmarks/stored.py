"""Databases of the messenger, looked at and filled from outside."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import create_engine, insert

from benchmarks.members import NUMBER, sentence
from messenger.storage.database import open_database
from models import Message

STEP = 20_000


def order(database: Path) -> list[int]:
    """The numbers of the stored messages, in the order of their ids."""
    with closing(sqlite3.connect(database)) as connection:
        texts = connection.execute('SELECT text FROM message ORDER BY id').fetchall()
    return [int(found[1]) for (text,) in texts if (found := NUMBER.search(text))]


def is_write_ahead(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as connection:
        return bool(connection.execute('PRAGMA journal_mode').fetchone() == ('wal',))


def fill(database: Path, count: int) -> None:
    """Make a database with ``count`` messages."""
    shutil.copy(_filled(count), database)


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix='benchmark-')


@cache
def _filled(count: int) -> Path:
    """A database that was filled through the messenger's own table, once for all runs."""
    path = Path(_folder().name) / f'{count}.db'
    open_database(f'sqlite:///{path}', lock_timeout=1).close()
    engine = create_engine(f'sqlite:///{path}')
    now = datetime.now(UTC)
    with engine.begin() as connection:
        for first in range(1, count + 1, STEP):
            numbers = range(first, min(first + STEP, count + 1))
            connection.execute(insert(Message), [_message(number, now) for number in numbers])
    engine.dispose()
    return path


def _message(number: int, now: datetime) -> dict[str, object]:
    return {
        'id': number,
        'seq': number,
        'author': 'Somebody',
        'author_id': 'somebody',
        'client_message_id': f'{number:036}',
        'text': sentence(number),
        'sent_at': now,
    }
