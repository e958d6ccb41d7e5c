"""PostgreSQL: one order for the writers of all servers, and its errors in words."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from messenger.storage import lease
from messenger.storage.errors import CommandError, ConnectionLostError, DatabaseUnavailableError, LeaseLostError
from messenger.storage.follower import CHANGED, POSITION, Follower
from messenger.storage.lease import Lease
from messenger.storage.listener import Listener
from messenger.storage.new_messages import INSERT_NEW, QUOTED, parameters, quoted_parameters, views
from messenger.storage.schema import explain_foreign, prepare_schema
from messenger.storage.transaction import Command, Executed, execute, find_posted
from models import Changes, MessageView, PostMessage

T = TypeVar('T')
CONNECTIONS = 5
POOL_TIMEOUT = 10.0
ORDER_LOCK = 4711  # who holds it gives the next numbers
SCHEMA_LOCK = 4713
TAKE_LOCK = 'SELECT pg_advisory_xact_lock(%(lock)s)'
NOTIFY = 'SELECT pg_notify(%(channel)s, %(payload)s)'
CONNECTING = {
    'connect_timeout': 3,
    'target_session_attrs': 'read-write',
    # a connection on which nothing is heard any more is given up within seconds
    'keepalives_idle': 2,
    'keepalives_interval': 1,
    'keepalives_count': 3,
    'tcp_user_timeout': 4000,
}
SETTINGS = {
    'timezone': 'UTC',
    'synchronous_commit': 'on',
    'statement_timeout': '10s',
    # a server that is stopped while it holds the lock of the order stops all others for this long
    'idle_in_transaction_session_timeout': '1s',
    # Every statement is made for an index. Without statistics PostgreSQL would plan for the empty table, and keep the
    # plan; and it would compile the plan of a scan that cannot be avoided.
    'enable_seqscan': 'off',
    'jit': 'off',
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html
CLASS_OF_LOGIN, CLASS_OF_RESOURCES, CLASS_OF_SHUTDOWN, CLASS_OF_CONNECTION = '28', '53', '57P', '08'
UNKNOWN_DATABASE, LOCK_TIMEOUT, UNDEFINED_COLUMN = '3D000', '55P03', '42703'
REQUIRED = {'fsync': 'on', 'full_page_writes': 'on', 'server_encoding': 'UTF8', 'transaction_read_only': 'off'}


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
        self.name = engine.url.render_as_string(hide_password=True)
        self.lease = Lease(replica)
        self._read_engine = engine.execution_options(isolation_level='AUTOCOMMIT')
        self._write_engine = engine.execution_options(writing=True)
        try:
            with self._explaining_errors(), engine.begin() as connection:
                _check_settings(connection, self.name)
                connection.exec_driver_sql(TAKE_LOCK, {'lock': SCHEMA_LOCK})
                prepare_schema(connection, name=self.name, back_up=lambda revision: nullcontext())
                lease.SERVERS.create_all(connection)
                connection.exec_driver_sql(lease.BEGIN, vars(self.lease))
                epoch, seq = connection.exec_driver_sql(POSITION).one()
        except DatabaseUnavailableError:
            engine.dispose()
            raise
        self._listener = Listener(self._listen, name=self.name)
        self._follower = Follower(self._listener, self.lease, seq=seq, epoch=epoch)

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
        self._follower.on_changes(tell, on_rewind=on_rewind)

    def start(self) -> None:
        self._listener.start()

    def committed(self, changes: Changes) -> None:
        self._follower.committed(changes)

    def look(self) -> None:
        self._follower.look()

    async def stop(self) -> None:
        await self._listener.close()

    def read(self, work: Callable[[Connection], T]) -> T:
        return self._again_if_disconnected(lambda: self._read(work))

    def write(self, work: Callable[[Connection], T]) -> T:
        with self._explaining_errors(), self._write_engine.begin() as connection:
            return work(connection)

    def apply(self, commands: Sequence[Command], *, fencing_token: str) -> Executed:
        posts = [command for command in commands if isinstance(command, PostMessage)]
        if len(posts) == len(commands):  # again is the same as once
            return self._again_if_disconnected(lambda: self._post(posts, fencing_token))
        return self.write(lambda connection: _execute(connection, commands, fencing_token))

    def erase(self) -> bool:
        """Return True: PostgreSQL overwrites by itself what is deleted (VACUUM)."""
        return True

    def close(self) -> None:
        self._read_engine.dispose()

    async def _listen(self) -> psycopg.AsyncConnection[Any]:
        _, arguments = self._read_engine.dialect.create_connect_args(self._read_engine.url)
        return await psycopg.AsyncConnection.connect(
            **{**arguments, **CONNECTING, 'options': _options(SETTINGS)}, autocommit=True
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
        outcomes: list[MessageView | CommandError] = [
            found[command.author_id, command.client_message_id] for command in commands
        ]
        return outcomes, Changes(new[0].seq - 1 if new else 0, new)

    def _again_if_disconnected(self, work: Callable[[], T]) -> T:
        """Do the work once more if the database was restarted: the next connection is a new one."""
        try:
            return work()
        except ConnectionLostError:
            return work()

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
    try:
        with driver.pipeline():
            driver.execute('BEGIN')
            driver.execute(TAKE_LOCK, {'lock': ORDER_LOCK})
            held = driver.execute(lease.HELD, {'token': fencing_token})
            rows = driver.execute(INSERT_NEW, parameters(commands, fencing_token=fencing_token))
            quotes = driver.execute(QUOTED, quoted_parameters(commands))
            driver.execute(NOTIFY, {'channel': CHANGED, 'payload': fencing_token})
            driver.execute('COMMIT')
    except psycopg.Error:
        if driver.info.transaction_status is TransactionStatus.UNKNOWN:
            connection.invalidate()
        raise
    if not held.fetchall():
        raise LeaseLostError
    return views(commands, rows.fetchall(), quotes.fetchall())


def _check_settings(connection: Connection, name: str) -> None:
    for setting, required in REQUIRED.items():
        found = connection.exec_driver_sql(f'SHOW {setting}').scalar()
        if found != required:
            raise DatabaseUnavailableError(
                f'The database {name} has {setting} {found}, so what is sent could be lost. '
                f'Set it to {required}, or set MESSENGER_DATABASE_URL to another database.'
            )


def _create_engine(url: str, lock_timeout: float) -> Engine:
    settings = SETTINGS | {'lock_timeout': f'{lock_timeout * 1000:.0f}ms'}
    engine = create_engine(
        url,
        connect_args=CONNECTING | {'options': _options(settings)},
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


def _options(settings: dict[str, str]) -> str:
    return ' '.join(f'-c {name}={value}' for name, value in settings.items())


def explain_error(name: str, error: Exception) -> DatabaseUnavailableError:
    """Return an error whose sentence says why a database cannot be used, and what to do."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(origin, 'sqlstate', None) or ''
    reason = str(origin).strip().split('\n')[0]
    change = 'or set MESSENGER_DATABASE_URL to another database'
    if isinstance(error, PoolTimeoutError):
        return DatabaseUnavailableError(f'The database {name} does not answer. Look at its log, {change}.')
    if code.startswith((CLASS_OF_SHUTDOWN, CLASS_OF_CONNECTION)) or (
        not code and isinstance(origin, psycopg.OperationalError)
    ):
        return ConnectionLostError(f'The database {name} cannot be reached ({reason}). Start it, {change}.')
    if code.startswith((CLASS_OF_LOGIN, UNKNOWN_DATABASE)):
        return DatabaseUnavailableError(
            f'The database {name} does not let the messenger in ({reason}). Correct MESSENGER_DATABASE_URL.'
        )
    if code == LOCK_TIMEOUT:
        return DatabaseUnavailableError(f'The database {name} is locked. End the program that holds it, {change}.')
    if code == UNDEFINED_COLUMN:
        return DatabaseUnavailableError(explain_foreign(name))
    if code.startswith(CLASS_OF_RESOURCES):
        return DatabaseUnavailableError(f'The database {name} has no room ({reason}). Make room, {change}.')
    return DatabaseUnavailableError(f'The database {name} cannot be used ({reason}). Look at its log, {change}.')
