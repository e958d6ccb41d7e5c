"""The only room that talks to the database: the group-committing writer, and the reads.

Nothing here waits on the event loop: commits and reads run in worker threads.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, event, func
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, col, create_engine, insert, select

from models import Message, MessageView

BUSY_TIMEOUT = 5
GROUP_LIMIT = 1000
FIELDS = [field.name for field in fields(MessageView)]
COLUMNS = [getattr(Message, name) for name in FIELDS]


class Unusable(Exception):
    """The database cannot be used; the message is a sentence that says what to do."""


class NotStored(Exception):
    """A change was not committed, and nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message before it has its place in the conversation; ``key`` is unique per author."""

    author: str
    author_key: str
    key: str
    text: str
    sent_at: datetime

    @property
    def identity(self) -> tuple[str, str]:
        return self.author_key, self.key


class Store:
    """Messages in one SQLite file, durable (WAL, ``synchronous=FULL``) before anyone is told of them."""

    def __init__(self, url: str) -> None:
        """Open the database and make its tables.

        :param url: ``sqlite:///`` followed by a path
        :raises Unusable: if it cannot be read, cannot be written, or is not a database of this program
        """
        self._engine = _engine(url)
        self._listener: Callable[[Sequence[MessageView]], None] = lambda changes: None
        self._waiting: list[tuple[NewMessage, asyncio.Future[MessageView]]] = []
        self._writer: asyncio.Task[None] | None = None
        try:
            SQLModel.metadata.create_all(self._engine)
            with self._writing() as session:
                session.exec(select(*COLUMNS).limit(1)).all()
        except DBAPIError as error:
            raise Unusable(_sentence(url.removeprefix('sqlite:///'), error)) from error

    def on_commit(self, listener: Callable[[Sequence[MessageView]], None]) -> None:
        """Have ``listener`` called on the event loop after each commit with its changes, in the order of ``seq``."""
        self._listener = listener

    async def append(self, message: NewMessage) -> MessageView:
        """Commit a message, together with whatever else is waiting, and answer it with its place in the conversation.

        A key that this author has used before answers the message that is already there.

        :raises NotStored: if it could not be committed (disk full, database locked or read-only)
        """
        stored: asyncio.Future[MessageView] = asyncio.get_running_loop().create_future()
        self._waiting.append((message, stored))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name='store writer')
        return await stored

    async def newest_page(self, limit: int) -> list[MessageView]:
        """The newest ``limit`` messages, oldest first."""
        return await self.page_before(None, limit)

    async def page_before(self, message_id: int | None, limit: int) -> list[MessageView]:
        """The ``limit`` messages before the one with ``message_id``, oldest first; ``None`` stands for the end."""
        query = select(*COLUMNS).order_by(col(Message.id).desc()).limit(limit)
        if message_id is not None:
            query = query.where(col(Message.id) < message_id)
        return (await asyncio.to_thread(self._read, query))[::-1]

    async def changes_after(self, seq: int, limit: int) -> list[MessageView]:
        """The first ``limit`` messages that changed after position ``seq``, in the order of their latest changes."""
        query = select(*COLUMNS).where(col(Message.seq) > seq).order_by(col(Message.seq)).limit(limit)
        return await asyncio.to_thread(self._read, query)

    async def close(self) -> None:
        """Commit what is waiting, then close the database."""
        if self._writer is not None:
            await self._writer
        await asyncio.to_thread(self._engine.dispose)

    async def _write(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:GROUP_LIMIT], self._waiting[GROUP_LIMIT:]
            try:
                views, changes = await asyncio.to_thread(self._commit, [message for message, _ in group])
            except Exception as error:  # whatever it was, each sender is told and the writer goes on
                failure = NotStored(type(error).__name__)
                failure.__cause__ = error
                for _, stored in group:
                    if not stored.done():
                        stored.set_exception(failure)
                continue
            for (_, stored), view in zip(group, views, strict=True):
                if not stored.done():
                    stored.set_result(view)
            self._listener(changes)  # here, not where a sender waits: a sender may be gone before the answer

    def _commit(self, messages: Sequence[NewMessage]) -> tuple[list[MessageView], list[MessageView]]:
        with self._writing() as session:
            known = self._known(session, messages)
            last_id = session.exec(select(func.max(Message.id))).one() or 0
            last_seq = session.exec(select(func.max(Message.seq))).one() or 0
            changes: list[MessageView] = []
            for message in messages:
                if message.identity not in known:
                    place = len(changes) + 1
                    view = MessageView(
                        last_id + place,
                        last_seq + place,
                        message.author,
                        *message.identity,
                        message.text,
                        message.sent_at,
                    )
                    known[message.identity] = view
                    changes.append(view)
            if changes:
                session.execute(insert(Message), [{name: getattr(view, name) for name in FIELDS} for view in changes])
            session.commit()
        return [known[message.identity] for message in messages], changes

    def _known(self, session: Session, messages: Sequence[NewMessage]) -> dict[tuple[str, str], MessageView]:
        query = select(*COLUMNS).where(col(Message.key).in_([message.key for message in messages]))
        return {(view.author_key, view.key): view for view in _views(session, query)}

    def _read(self, query: Any) -> list[MessageView]:
        with Session(self._engine) as session:
            return _views(session, query)

    def _writing(self) -> Session:
        return Session(self._engine.execution_options(writing=True))


def _views(session: Session, query: Any) -> list[MessageView]:
    return [MessageView(*row) for row in session.execute(query)]


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
