"""Adds to the search what was posted, and what was changed once its old text is erased."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from math import inf
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, bindparam, select, text, update

from messenger.folding import fold
from messenger.storage.database import Database
from messenger.storage.search_tables import LAST, texts
from messenger.storage.statements import messages

MAX_ROWS = 500  # in one transaction
NEWEST = 128  # that are read as they are, since most changes are made soon: a text in the index is dear to erase
MANY = 50_000  # messages
MERGED_PAGES = 100  # in one transaction

COLUMNS = [messages.c[name] for name in ('id', 'author', 'text')]
NEXT: Any = select(*COLUMNS).where(messages.c.id > bindparam('last')).order_by(messages.c.id).limit(MAX_ROWS + NEWEST)
ADD = {  # what has a row already was changed meanwhile
    'sqlite': 'INSERT OR IGNORE INTO message_search (message_id, author, text) VALUES (?, ?, ?)',
    'postgresql': """
        INSERT INTO message_search (message_id, author, text)
        SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]) ON CONFLICT DO NOTHING
    """,
}
CHANGED: Any = (
    select(*COLUMNS)
    .join(texts, texts.c.message_id == messages.c.id)
    .where(texts.c.text.is_(None), messages.c.id.between(bindparam('first'), bindparam('last')))
    .order_by(messages.c.id)
    .with_for_update(read=True, of=messages)  # not changed again until this is over; SQLite has no need of it
)
NOT_ADDED: Any = CHANGED.where(texts.c.author.is_(None))
# of which something may be in the index
STALE = text('SELECT message_id FROM message_search WHERE text IS NULL AND author IS NOT NULL ORDER BY message_id')
RENEW: Any = (
    update(texts)
    .where(texts.c.message_id == bindparam('id'))
    .values(author=bindparam('new_author'), text=bindparam('new_text'))
)
MERGE = text("INSERT INTO message_fts (message_fts, rank) VALUES ('merge', :pages)")
CHANGES = text('SELECT total_changes()')
T = TypeVar('T')
log = logging.getLogger('messenger')


class SearchIndex:
    """The index of the search, brought up to date in small steps; several servers may do so at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def extend(self, *, is_over: Callable[[], bool]) -> None:
        """Add all messages but the newest; a long way is told in the log.

        :param is_over: asked between two steps
        :raises DatabaseUnavailableError: here and below, if it must be tried again
        """
        last, newest = await asyncio.to_thread(self._database.read, _progress)
        told = last if newest - last >= MANY else inf
        while not is_over() and (last := await _rest_after(self._extend)):
            if last >= told:
                log.warning('Preparing the search: %s of %s messages.', f'{last:,}', f'{newest:,}')
                told += max(MANY, newest // 10)
        if told != inf and not is_over():
            log.warning('The search is ready.')

    async def is_stale(self) -> bool:
        """Return whether there is something to renew."""
        return bool(await asyncio.to_thread(self._database.read, _stale))

    async def renew(self) -> None:
        """Erase the old texts of messages that were changed, and add the new ones."""
        stale = await asyncio.to_thread(self._database.read, _stale)
        # first of all the old texts, since what is stale tells the next server that it has to do so
        is_merging = bool(stale) and await _rest_after(partial(self._merge, -MERGED_PAGES))
        while is_merging:
            is_merging = await _rest_after(partial(self._merge, MERGED_PAGES))
        for id_ in stale:
            await asyncio.to_thread(
                self._database.write_unordered, partial(_renew, changed=CHANGED, first=id_, last=id_)
            )

    def _extend(self) -> int:
        """Return the id up to which messages have been added, 0 if there were none to add."""
        rows = self._database.read(_next)
        if len(rows) < 2 * NEWEST:
            return 0
        self._database.write_unordered(partial(_add, rows=[_fold(row) for row in rows[:-NEWEST]]))
        return int(rows[-NEWEST - 1].id)

    def _merge(self, pages: int) -> bool:
        return self._database.write_unordered(partial(_merge, pages=pages))


def _progress(connection: Connection) -> tuple[int, int]:
    last, newest = connection.execute(LAST).one()
    return last, newest


def _next(connection: Connection) -> Sequence[Row[Any]]:
    last, _ = _progress(connection)
    return connection.execute(NEXT, {'last': last}).all()


def _stale(connection: Connection) -> Sequence[int]:
    return connection.execute(STALE).scalars().all()


def _add(connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    is_sqlite = connection.dialect.name == 'sqlite'
    values: Any = rows if is_sqlite else tuple(map(list, zip(*rows, strict=True)))
    connection.exec_driver_sql(ADD[connection.dialect.name], values)
    _renew(connection, changed=NOT_ADDED, first=rows[0][0], last=rows[-1][0])


def _renew(connection: Connection, *, changed: Any, first: int, last: int) -> None:
    for row in connection.execute(changed, {'first': first, 'last': last}).all():
        id_, author, words = _fold(row)
        connection.execute(RENEW, {'id': id_, 'new_author': author, 'new_text': words})


def _merge(connection: Connection, pages: int) -> bool:
    """Write so much of the index anew without what is not in it any more, and return whether there is more to do.

    PostgreSQL does so by itself (VACUUM).

    :param pages: negative to begin with everything that there is
    """
    if connection.dialect.name != 'sqlite':
        return False
    before = connection.execute(CHANGES).scalar_one()
    connection.execute(MERGE, {'pages': pages})
    return bool(connection.execute(CHANGES).scalar_one() - before >= 2)  # https://www.sqlite.org/fts5.html


def _fold(row: Row[Any]) -> tuple[int, str, str]:
    return row.id, fold(row.author), fold(row.text)


async def _rest_after(work: Callable[[], T]) -> T:
    """Do some work in a thread, and nothing for a tenth of the time, since others have something to do as well."""
    start = time.monotonic()
    result = await asyncio.to_thread(work)
    await asyncio.sleep((time.monotonic() - start) / 10)
    return result
