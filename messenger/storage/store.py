"""The only room that talks to the database: the group-committing writer, and the reads.

Nothing here waits on the event loop: commits and reads run in worker threads.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from itertools import starmap
from typing import Any

from sqlalchemy import Engine, bindparam, event, func
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col, create_engine, insert, select, update

from messenger.batching import Batcher
from models import DeleteMessage, EditMessage, Message, MessageView, PostMessage, Quote, Reaction, ToggleReaction

BUSY_TIMEOUT = 5
GROUP_LIMIT = 1000
LARGEST = 2**63 - 1
Quoted = aliased(Message)
COLUMNS: list[Any] = [
    *(Message.id, Message.seq, Message.author, Message.author_key, Message.key, Message.text, Message.sent_at),
    *(Message.edited, Message.deleted, Message.reactions, Quoted.id, Quoted.author, Quoted.text, Quoted.deleted),
]
# the statements of the usual way, made once: making one costs as much as running it
MESSAGES: Any = select(*COLUMNS).outerjoin(Quoted, col(Quoted.id) == Message.reply_to)
CHANGES_AFTER: Any = MESSAGES.where(col(Message.seq) > bindparam('seq')).order_by(col(Message.seq))
INSERT = insert(Message.__table__)  # type: ignore[attr-defined]
# two queries in one: SQLite looks up a greatest value in an index, but two of them at once in the whole table
LAST: Any = select(select(func.max(Message.seq)).scalar_subquery(), select(func.max(Message.id)).scalar_subquery())
KNOWN: Any = select(Message.author_key, Message.key, Message.id).where(
    col(Message.key).in_(bindparam('keys', expanding=True))
)


class DatabaseUnavailableError(Exception):
    """The database cannot be used; the message is a sentence that says what to do."""


class CommitError(Exception):
    """A change was not committed, and nothing of it is kept."""


class MessageNotFoundError(Exception):
    """There is no such message, or it is not this person's, or it is deleted."""


Command = PostMessage | EditMessage | DeleteMessage | ToggleReaction
Outcome = MessageView | Exception


class Store:
    """Messages in one SQLite file, durable (WAL, ``synchronous=FULL``) before anyone is told of them."""

    def __init__(self, url: str) -> None:
        """Open the database and make its tables.

        :param url: ``sqlite:///`` followed by a path
        :raises DatabaseUnavailableError: if it cannot be read, cannot be written, or is not a database of this program
        """
        self._engine = _engine(url)
        self._listener: Callable[[Sequence[MessageView]], None] = lambda changes: None
        self._writer = Batcher(self._write, name='store writer', limit=GROUP_LIMIT)
        try:
            SQLModel.metadata.create_all(self._engine)
            with self._writing() as session:
                _views(session, MESSAGES.limit(1))
        except DBAPIError as error:
            raise DatabaseUnavailableError(_sentence(url.removeprefix('sqlite:///'), error)) from error

    def on_commit(self, listener: Callable[[Sequence[MessageView]], None]) -> None:
        """Have ``listener`` called on the event loop after each commit with its changes, in the order of ``seq``."""
        self._listener = listener

    async def apply(self, request: Command) -> MessageView:
        """Commit a change, together with whatever else is waiting, and answer the message as it is then.

        A new message whose key this author has used before answers the message that is already there.

        :raises CommitError: if it could not be committed (disk full, database locked or read-only)
        :raises MessageNotFoundError: if there is no message that this request may change
        """
        stored: asyncio.Future[MessageView] = asyncio.get_running_loop().create_future()
        self._writer.add((request, stored))
        return await stored

    async def get(self, message_id: int) -> MessageView | None:
        """One message."""
        found = await self._read(MESSAGES.where(col(Message.id) == _fit(message_id)))
        return found[0] if found else None

    async def newest_page(self, limit: int) -> list[MessageView]:
        """The newest ``limit`` messages, oldest first."""
        return (await self._read(MESSAGES.order_by(col(Message.id).desc()).limit(limit)))[::-1]

    async def page_before(self, message_id: int, limit: int) -> list[MessageView]:
        """The ``limit`` messages before the one with ``message_id``, oldest first."""
        earlier = MESSAGES.where(col(Message.id) < _fit(message_id))
        return (await self._read(earlier.order_by(col(Message.id).desc()).limit(limit)))[::-1]

    async def changes_after(self, seq: int, limit: int) -> list[MessageView]:
        """The first ``limit`` messages that changed after position ``seq``, in the order of their latest changes."""
        return await self._read(CHANGES_AFTER.limit(limit), seq=_fit(seq))

    async def close(self) -> None:
        """Commit what is waiting, then close the database."""
        await self._writer.close()
        await asyncio.to_thread(self._engine.dispose)

    async def _write(self, group: Sequence[tuple[Command, asyncio.Future[MessageView]]]) -> None:
        outcomes: Sequence[Outcome]
        changes: Sequence[MessageView] = ()
        try:
            outcomes, changes = await self._try_to_commit([request for request, _ in group])
        except Exception as error:  # whatever it was, each sender is told and the writer goes on
            outcomes = [CommitError(type(error).__name__) for _ in group]
        for (_, stored), outcome in zip(group, outcomes, strict=True):
            if stored.done():
                continue
            if isinstance(outcome, Exception):
                stored.set_exception(outcome)
            else:
                stored.set_result(outcome)
        if changes:
            self._listener(changes)  # here, not where a sender waits: a sender may be gone before the answer

    async def _try_to_commit(self, requests: Sequence[Command]) -> tuple[Sequence[Outcome], Sequence[MessageView]]:
        try:
            return await asyncio.to_thread(self._commit, requests)
        except DBAPIError as error:
            if 'readonly' not in str(error.orig):
                raise
        await asyncio.to_thread(self._engine.dispose)  # a connection remembers that the file was read-only
        return await asyncio.to_thread(self._commit, requests)

    def _commit(self, requests: Sequence[Command]) -> tuple[list[Outcome], list[MessageView]]:
        with self._writing() as session:
            ledger = _Ledger(session)
            said = ledger.say([request for request in requests if isinstance(request, PostMessage)])
            targets: list[int | None] = []
            for request in requests:
                match request:
                    case PostMessage():
                        targets.append(said[request.author_id, request.client_message_id])
                    case EditMessage() | DeleteMessage():
                        targets.append(ledger.rewrite(request))
                    case ToggleReaction():
                        targets.append(ledger.toggle(request))
            if all(isinstance(request, PostMessage) and request.reply_to is None for request in requests):
                changes = ledger.new  # as they will be read
            else:
                changes = _views(session, CHANGES_AFTER, seq=ledger.start)
            views = {view.id: view for view in changes}
            if repeated := {target for target in targets if target is not None} - views.keys():
                repeats = _views(session, MESSAGES.where(col(Message.id).in_(repeated)))
                views |= {view.id: view for view in repeats}
            session.commit()
        return [MessageNotFoundError() if target is None else views[target] for target in targets], changes

    async def _read(self, query: Any, **values: int) -> list[MessageView]:
        def read() -> list[MessageView]:
            with Session(self._engine) as session:
                return _views(session, query, **values)

        return await asyncio.to_thread(read)

    def _writing(self) -> Session:
        return Session(self._engine.execution_options(writing=True))


class _Ledger:
    """One transaction's changes, each with the next position."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.start, self._last_id = (last or 0 for last in session.connection().execute(LAST).one())
        self._seq = self.start
        self.new: list[MessageView] = []

    def say(self, messages: Sequence[PostMessage]) -> dict[tuple[str, str], int]:
        """Insert what is new, and answer where each message is, new or not."""
        if not messages:
            return {}
        known = self._session.connection().execute(KNOWN, {'keys': [message.client_message_id for message in messages]})
        places = {(author_key, key): message_id for author_key, key, message_id in known}
        rows: list[dict[str, object]] = []
        for message in messages:
            identity = message.author_id, message.client_message_id
            if identity not in places:
                view = self._place(message)
                self.new.append(view)
                places[identity] = view.id
                rows.append(_columns(view, reply_to=message.reply_to))
        if rows:
            self._session.connection().execute(INSERT, rows)
        return places

    def _place(self, message: PostMessage) -> MessageView:
        """The next place in the conversation, and what is known of a message that replies to none."""
        self._last_id += 1
        author, author_id, key = message.author, message.author_id, message.client_message_id
        return MessageView(self._last_id, self._next(), author, author_id, key, message.text, message.sent_at)

    def rewrite(self, request: EditMessage | DeleteMessage) -> int | None:
        message = self._session.get(Message, _fit(request.message_id), populate_existing=True)
        if message is None or message.deleted or message.author_key != request.author_id:
            return None
        if isinstance(request, DeleteMessage):
            message.text, message.reactions, message.deleted = '', [], True
        else:
            message.text, message.edited = request.text, True
        message.seq = self._next()
        self._session.flush()
        replies = select(Message.id).where(Message.reply_to == message.id).order_by(col(Message.id))
        for reply in self._session.exec(replies).all():  # they quote it
            self._session.execute(update(Message).where(col(Message.id) == reply).values(seq=self._next()))
        return message.id

    def toggle(self, request: ToggleReaction) -> int | None:
        message = self._session.get(Message, _fit(request.message_id), populate_existing=True)
        if message is None or message.deleted:
            return None
        new = [request.reaction.emoji, request.reaction.author_id, request.reaction.author]
        others = [reaction for reaction in message.reactions if reaction[:2] != new[:2]]
        message.reactions = others if len(others) < len(message.reactions) else [*others, new]
        message.seq = self._next()
        self._session.flush()
        return message.id

    def _next(self) -> int:
        self._seq += 1
        return self._seq


def _columns(new: MessageView, *, reply_to: int | None) -> dict[str, object]:
    place = {'id': new.id, 'seq': new.seq, 'author': new.author, 'author_key': new.author_id}
    content = {'key': new.client_message_id, 'text': new.text, 'sent_at': new.sent_at}
    return (
        place | content | {'reply_to': reply_to and _fit(reply_to), 'edited': False, 'deleted': False, 'reactions': []}
    )


def _fit(number: int) -> int:
    """The nearest number that SQLite can hold: one that is too large must not fail the others of its group."""
    return max(-LARGEST, min(number, LARGEST))


def _views(session: Session, query: Any, **values: int) -> list[MessageView]:
    return [_view(*row) for row in session.execute(query, values)]


def _view(*row: Any) -> MessageView:
    *plain, reactions, quoted, author, text, deleted = row
    quote = Quote(quoted, author, text, deleted) if quoted is not None else None
    return MessageView(*plain, quote=quote, reactions=tuple(starmap(Reaction, reactions)))


def _engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={'timeout': BUSY_TIMEOUT, 'check_same_thread': False})

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


def _sentence(path: str, error: DBAPIError) -> str:
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
