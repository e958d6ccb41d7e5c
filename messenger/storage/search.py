"""Finding messages: the newest first, a page at a time, and for no longer than a moment."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, column, func, select, table, text
from sqlalchemy.exc import DBAPIError

from messenger.folding import fold
from messenger.storage.search_tables import LAST, texts
from messenger.storage.statements import MAX_INT64, MESSAGES_WITH_IDS, messages, read_views
from models import MessageView, SearchPage, SearchQuery

MAX_SECONDS = 0.5
MIN_WINDOW, MAX_WINDOW = 8192, 131_072  # messages that one statement looks at
NEW_WINDOW = 500  # of those that are not in the index yet
MAX_ROOM = 20_000  # messages in a room that are looked through without the index
MAX_TRIGRAMS = 64  # that the index is asked for; the texts are compared with all of a term
LINKS = ('http://', 'https://')
PART_OF_LINKS = '://'

NEW: Any = select(messages.c.id, messages.c.text).where(
    messages.c.id >= bindparam('low'), messages.c.id < bindparam('high')
)
said = messages.alias('said')
IN_ROOM: Any = select(messages.c.id).where(messages.c.room_id == bindparam('room_id'))
BEYOND: Any = IN_ROOM.order_by(messages.c.id).offset(bindparam('count')).limit(1)
CHANGED = text('SELECT message_id FROM message_search WHERE text IS NULL')
FTS = table('message_fts', column('rowid'))
MATCHES = text('message_fts MATCH :match')
# those that PostgreSQL knows trigrams of: only of ASCII letters where LC_CTYPE is C
INDEXED = text("SELECT term FROM unnest(CAST(:terms AS text[])) AS term WHERE term ~ '[[:alnum:]]{3}'")
SET_TIMEOUT = "SET LOCAL statement_timeout = '300ms'"
TIMED_OUT = '57014'
Clock = Callable[[], float]
Looked = Iterator[tuple[int, Sequence[int]]]


def search(
    connection: Connection,
    query: SearchQuery,
    *,
    before: int | None,
    limit: int,
    max_room: int = MAX_ROOM,
    clock: Clock = time.monotonic,
) -> SearchPage:
    """Return the newest messages that are found.

    Where that takes too long, these may be fewer than there are, or none.

    :param before: only messages with smaller ids count; None for all
    :param limit: most messages that are returned
    :param max_room: most messages of a room that are looked through without the index
    """
    deadline = clock() + MAX_SECONDS
    found: list[MessageView] = []
    # one more than is returned, which tells whether there are any
    for low, ids in _candidates(connection, query, MAX_INT64 if before is None else before, limit + 1, max_room):
        views = read_views(connection, MESSAGES_WITH_IDS, ids=[*ids])
        found += sorted((view for view in views if is_found(query, view)), key=lambda view: -view.id)
        if len(found) > limit:
            return SearchPage(found[:limit], found[limit - 1].id)
        if clock() > deadline and low > 1:
            return SearchPage(found, low)
    return SearchPage(found, None)


def is_found(query: SearchQuery, message: MessageView) -> bool:
    """Return whether a message is looked for, as it is now."""
    author, words = fold(message.author), fold(message.text)
    return (
        not message.deleted
        and not message.notice
        and all(term in words for term in query.terms)
        and query.author in ('', author, *author.split())
        and (not query.has_link or any(link in words for link in LINKS))
        and (query.since is None or message.sent_at >= query.since)
        and (query.until is None or message.sent_at < query.until)
        and query.room_id in (None, message.room_id)
    )


def _candidates(
    connection: Connection, query: SearchQuery, high: int, count: int, max_room: int
) -> Iterator[tuple[int, Iterable[int]]]:
    """Yield ids from which on everything has been looked at, with those of messages that may be looked for."""
    last, newest = connection.execute(LAST).one()
    changed = connection.execute(CHANGED).scalars().all()
    high = min(high, newest + 1)
    new = NEW if query.room_id is None else NEW.where(messages.c.room_id == query.room_id)
    while high > last + 1:
        low = max(last + 1, high - NEW_WINDOW)
        rows = connection.execute(new, {'low': low, 'high': high}).all()
        yield low, [row.id for row in rows if all(term in fold(row.text) for term in query.terms)]
        high = low
    look = _look_on_sqlite if connection.dialect.name == 'sqlite' else _look_on_postgresql
    if query.room_id is not None:
        beyond = connection.execute(BEYOND, {'room_id': query.room_id, 'count': max_room})
        look = look if beyond.first() else _look_through_room
    for low, ids in look(connection, query, high, count):
        yield low, {*ids, *(id_ for id_ in changed if low <= id_ < high)}
        high = low


def _look_through_room(connection: Connection, query: SearchQuery, high: int, count: int) -> Looked:
    """Compare all texts of a room, since the index, which knows no rooms, finds common words in all others as well."""
    position = func.instr if connection.dialect.name == 'sqlite' else func.strpos
    of_message = _select(query, position).where(texts.c.message_id == messages.c.id).correlate(messages)
    found = IN_ROOM.where(messages.c.id < bindparam('high'), of_message.scalar_subquery().is_not(None))
    newest = found.order_by(messages.c.id.desc()).limit(count)
    while high > 1:
        ids = connection.execute(newest, {'room_id': query.room_id, 'high': high}).scalars().all()
        high = ids[-1] if len(ids) == count else 1
        yield high, ids


def _look_on_sqlite(connection: Connection, query: SearchQuery, high: int, count: int) -> Looked:
    """Ask the index for one window after the other. Without trigrams to ask for, all texts of a window are compared."""
    statement = _select(query, func.instr)
    id_: Any = texts.c.message_id
    trigrams = {term[at : at + 3]: None for term in _terms(query) for at in range(len(term) - 2)}
    if trigrams:
        id_ = FTS.c.rowid
        statement = statement.join(FTS, id_ == texts.c.message_id).where(MATCHES)
    match = ' '.join('"{}"'.format(trigram.replace('"', '""')) for trigram in islice(trigrams, MAX_TRIGRAMS))
    return _windows(
        connection, _newest_in_window(statement, id_, count), high, count, **{'match': match} if match else {}
    )


def _look_on_postgresql(connection: Connection, query: SearchQuery, high: int, count: int) -> Looked:
    """Look through the newest texts, where common words are found, and then ask the index, which finds rare ones.

    What takes the index too long is looked for in one window after the other. The planner, whose estimates may be those
    for an empty table, has no choice: no index is made for ``strpos``, nor the primary key for a sum, and a query for
    one value is not made a join.
    """
    statement, id_ = _select(query, func.strpos), texts.c.message_id
    in_window = _newest_in_window(statement, id_, count)
    for low, ids in islice(_windows(connection, in_window, high, count), 1):
        yield low, ids
        high = low
    terms = connection.execute(INDEXED, {'terms': _terms(query)}).scalars().all()
    like = [texts.c.text.like('%' + re.sub(r'([\\%_])', r'\\\1', term) + '%') for term in terms]
    by_index = statement.where(*like, id_ + 0 < bindparam('high')).order_by((id_ + 0).desc()).limit(count)
    while like and high > 1:
        found = _ask_index(connection, by_index, high)
        if found is None:
            break
        high = found[-1] if len(found) == count else 1
        yield high, found
    yield from _windows(connection, in_window, high, count)


def _windows(connection: Connection, statement: Any, high: int, count: int, **values: object) -> Looked:
    """Yield where each window begins, or the part of it that has been looked at, with the ids that were found."""
    size = MIN_WINDOW
    while high > 1:
        low = max(1, high - size)
        ids = connection.execute(statement, {**values, 'low': low, 'high': high}).scalars().all()
        if len(ids) == count:
            low = ids[-1]
        else:
            size = min(size * 2, MAX_WINDOW)
        yield low, ids
        high = low


def _ask_index(connection: Connection, statement: Any, high: int) -> Sequence[int] | None:
    """Return the newest ids before another one, None if that takes too long."""
    driver: Any = connection.connection.driver_connection
    try:
        with driver.transaction():
            driver.execute(SET_TIMEOUT)
            return connection.execute(statement, {'high': high}).scalars().all()
    except DBAPIError as error:
        if getattr(error.orig, 'sqlstate', None) != TIMED_OUT:
            raise
        return None


def _select(query: SearchQuery, position: Any) -> Any:
    """Return a statement that finds what is looked for, and little else.

    :param position: function of the database that tells where a text has another one, 0 if it has not
    """
    statement = select(texts.c.message_id).where(texts.c.text != '')
    statement = statement.where(*[position(texts.c.text, term) > 0 for term in _terms(query)])
    if query.author:
        statement = statement.where(position(' ' + texts.c.author + ' ', f' {query.author} ') > 0)
    sent_at, room_id = [
        select(column).where(said.c.id == texts.c.message_id).scalar_subquery()
        for column in (said.c.sent_at, said.c.room_id)
    ]
    if query.since:
        statement = statement.where(sent_at >= query.since)
    if query.until:
        statement = statement.where(sent_at < query.until)
    if query.room_id is not None:
        statement = statement.where(room_id == query.room_id)
    return statement


def _newest_in_window(statement: Any, id_: Any, count: int) -> Any:
    return statement.where(id_ < bindparam('high'), id_ >= bindparam('low')).order_by(id_.desc()).limit(count)


def _terms(query: SearchQuery) -> list[str]:
    return [*query.terms, PART_OF_LINKS] if query.has_link else [*query.terms]
