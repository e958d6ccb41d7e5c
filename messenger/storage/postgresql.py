"""PostgreSQL: one order for the writers of all servers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from messenger.storage import lease, register_tables
from messenger.storage.commands import PostMessage
from messenger.storage.errors import (
    CommandError,
    ConnectionLostError,
    DatabaseUnavailableError,
    LeaseLostError,
    RoomArchivedError,
    RoomNotFoundError,
)
from messenger.storage.follower import CHANGED, POSITION, Follower
from messenger.storage.lease import Lease
from messenger.storage.listener import NOTIFY, Listener
from messenger.storage.locks import ORDER_LOCK, SCHEMA_LOCK, TAKE_LOCK
from messenger.storage.new_messages import POST, PREPARE, QUOTED, parameters, quoted_ids, views
from messenger.storage.patience import Watch
from messenger.storage.postgresql_errors import explain_error, name_of
from messenger.storage.postgresql_register import PostgresqlRegister
from messenger.storage.postgresql_settings import (
    CONNECTING,
    PATIENT,
    SET_LOCK_TIMEOUT,
    SETTINGS,
    check_settings,
    options,
)
from messenger.storage.rooms import read_rooms
from messenger.storage.schema import prepare_schema
from messenger.storage.transaction import Command, Executed, execute, find_posted
from models import Changes, MessageView

T = TypeVar('T')
CONNECTIONS = 5
POOL_TIMEOUT = 10.0
PATIENCE = 10.0  # seconds beyond those to wait for another writer


class PostgresqlDatabase:
    """One PostgreSQL database, which several servers may use at once.

    A writer takes a lock in a statement of its own, and only then reads the last position: the rows of a transaction
    are visible before its locks are free, and statements see what is visible when they begin (READ COMMITTED).
    """

    def __init__(self, url: str, *, lock_timeout: float, replica: str) -> None:
        """Connect, and create or upgrade the tables.

        :param lock_timeout: seconds to wait for another writer
        :param replica: name of this server
        :raises DatabaseUnavailableError: if it cannot be reached or written, is not set up to keep what it commits, or
            is not a database of this program
        """
        engine = _create_engine(url, lock_timeout)
        self.name = name_of(engine.url)
        self.lease = Lease(replica)
        self._engine = engine
        self._watch = Watch(engine, patience=lock_timeout + PATIENCE)
        self._read_engine = engine.execution_options(isolation_level='AUTOCOMMIT')
        self._write_engine = engine.execution_options(writing=True)
        try:
            with self._explaining_errors(), engine.begin() as connection:
                check_settings(connection, self.name)
                connection.exec_driver_sql(PATIENT)
                connection.exec_driver_sql(TAKE_LOCK, {'lock': SCHEMA_LOCK})
                # a change of a table does not wait so long, since all others wait behind it
                connection.exec_driver_sql(SET_LOCK_TIMEOUT, {'timeout': _milliseconds(lock_timeout)})
                prepare_schema(connection, name=self.name, back_up=lambda revision: nullcontext())
                lease.SERVERS.create_all(connection)
                for statement in (lease.FORGET, lease.FORGET_NAMESAKES, lease.BEGIN, register_tables.FORGET):
                    connection.exec_driver_sql(statement, {'token': self.lease.token, 'name': replica})
                epoch, seq = connection.exec_driver_sql(POSITION).one()
        except DatabaseUnavailableError:
            engine.dispose()
            raise
        self._listener = Listener(self._listen, name=self.name)
        self._follower = Follower(self._listener, self.lease, seq=seq, epoch=epoch)
        self.register = PostgresqlRegister(self.write_unordered, self._listener, self.lease)

    @property
    def fencing_token(self) -> str:
        return self.lease.token

    @property
    def epoch(self) -> str:
        return self._follower.epoch

    @property
    def is_heard(self) -> bool:
        return self._listener.is_hearing

    def on_changes(self, tell: Callable[[Changes], None], *, on_rewind: Callable[[], None]) -> None:
        def rewind() -> None:
            self._read_engine.dispose()  # its connections may lead to the database that was left
            on_rewind()

        self._follower.on_changes(tell, on_rewind=rewind)

    def start(self) -> None:
        self._listener.start()
        self._watch.start()

    def committed(self, changes: Changes) -> None:
        self._follower.committed(changes)

    def look(self) -> None:
        self._follower.look()

    async def stop(self) -> None:
        self._watch.stop()
        await self.register.close()
        await self._listener.close()

    def read(self, work: Callable[[Connection], T]) -> T:
        return self._again_if_disconnected(lambda: self._read(work))

    def write(self, work: Callable[[Connection], T]) -> T:
        with self._explaining_errors(), self._write_engine.begin() as connection:
            return work(connection)

    def write_unordered(self, work: Callable[[Connection], T]) -> T:
        with self._explaining_errors(), self._engine.begin() as connection:
            return work(connection)

    def apply(self, commands: Sequence[Command], *, fencing_token: str) -> Executed:
        posts = [command for command in commands if isinstance(command, PostMessage)]

        def attempt() -> Executed:
            if len(posts) == len(commands) and not any(post.files for post in posts):
                return self._post(posts, fencing_token)
            return self.write(lambda connection: _execute(connection, commands, fencing_token))

        return self._again_if_disconnected(attempt)  # commands that are executed twice do what they do once

    def erase(self) -> bool:
        """Return True: PostgreSQL overwrites by itself what is deleted (VACUUM)."""
        return True

    def close(self) -> None:
        self._read_engine.dispose()

    async def _listen(self) -> psycopg.AsyncConnection[Any]:
        _, arguments = self._read_engine.dialect.create_connect_args(self._read_engine.url)
        return await psycopg.AsyncConnection.connect(
            **{**arguments, **CONNECTING, 'options': options(SETTINGS)}, autocommit=True
        )

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._explaining_errors(), self._read_engine.connect() as connection:
            return work(connection)

    def _post(self, commands: Sequence[PostMessage], fencing_token: str) -> Executed:
        """Post messages in one round trip: nobody waits for this process while it holds the lock."""
        identities = {(command.author_id, command.client_message_id): command for command in commands}
        with self._explaining_errors(), self._read_engine.connect() as connection:
            new = _insert(connection, list(identities.values()), fencing_token)
            found = {(view.author_id, view.client_message_id): view for view in new}
            if len(found) < len(identities):  # the others were there already
                found |= find_posted(connection, commands)
            rooms = set() if len(found) == len(identities) else {room.id for room in read_rooms(connection)}
        outcomes: list[MessageView | CommandError] = [
            found.get((command.author_id, command.client_message_id))
            or (RoomArchivedError() if command.room_id in rooms else RoomNotFoundError())
            for command in commands
        ]
        return outcomes, Changes(new[0].seq - 1 if new else 0, new)

    def _again_if_disconnected(self, work: Callable[[], T]) -> T:
        """Do the work once more if the connection was lost, by another one; what became of the first is not known."""
        try:
            return work()
        except ConnectionLostError as lost:
            self._read_engine.dispose()  # the others are most likely lost as well
            try:
                return work()
            except DatabaseUnavailableError as error:
                raise lost from error

    @contextmanager
    def _explaining_errors(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, psycopg.Error, PoolTimeoutError) as error:
            raise explain_error(self.name, error) from error


def _execute(connection: Connection, commands: Sequence[Command], fencing_token: str) -> Executed:
    if not connection.exec_driver_sql(lease.HELD, {'token': fencing_token}).all():
        raise LeaseLostError
    outcomes, changes = execute(connection, commands)
    connection.exec_driver_sql(NOTIFY, {'channel': CHANGED, 'payload': fencing_token})
    return outcomes, changes


def _insert(connection: Connection, commands: Sequence[PostMessage], fencing_token: str) -> list[MessageView]:
    """Insert those messages that are not there already, and return them."""
    driver: Any = connection.connection.driver_connection
    cursor = psycopg.ClientCursor(driver)  # since only a query without parameters may have several statements
    values = parameters(commands, fencing_token=fencing_token)
    quoted = quoted_ids(commands)
    try:
        if not connection.info.get('is_prepared'):
            driver.execute(PREPARE)
            connection.info['is_prepared'] = True
        cursor.execute(POST, values | {'lock': ORDER_LOCK, 'channel': CHANGED, 'payload': fencing_token})
        _, held, rows, _ = [result.fetchall() for result in cursor.results()]
        quotes = cursor.execute(QUOTED, {'ids': quoted}).fetchall() if quoted else []
    except psycopg.Error:
        if driver.info.transaction_status is TransactionStatus.UNKNOWN:
            connection.invalidate()
        raise
    if not held:
        raise LeaseLostError
    return views(commands, rows, quotes)


def _create_engine(url: str, lock_timeout: float) -> Engine:
    settings = SETTINGS | {'lock_timeout': _milliseconds(lock_timeout)}
    engine = create_engine(
        url,
        connect_args=CONNECTING | {'options': options(settings)},
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT,
        pool_use_lifo=True,
    )

    @event.listens_for(engine, 'begin')
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get('writing'):
            connection.exec_driver_sql(TAKE_LOCK, {'lock': ORDER_LOCK})

    return engine


def _milliseconds(seconds: float) -> str:
    return f'{seconds * 1000:.0f}ms'
