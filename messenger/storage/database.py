"""What the storage needs of a database, whichever it is."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from messenger.storage.errors import DatabaseUnavailableError
from messenger.storage.register import Register
from messenger.storage.sqlite import SqliteDatabase
from messenger.storage.transaction import Command, Executed
from models import Changes

T = TypeVar('T')


class Database(Protocol):
    """A database with the tables of this program. Where nothing else is said, methods wait for the disk: call them in
    worker threads.
    """

    @property
    def fencing_token(self) -> str:
        """What commands are to be applied with; another one after this server was away for too long."""

    @property
    def epoch(self) -> str:
        """The history in which positions mean something; another one after a fail-over that may have lost some."""

    @property
    def is_heard(self) -> bool:
        """Whether the database has answered within the last seconds; does not wait."""

    @property
    def register(self) -> Register:
        """What the servers that use this database know of each other's users."""

    def on_changes(self, tell: Callable[[Changes], None], *, on_rewind: Callable[[], None]) -> None:
        """Have all changes told in the order of their positions; does not wait.

        :param tell: called on the event loop
        :param on_rewind: called when the epoch is another one, before changes of it are told
        """

    def start(self) -> None:
        """Begin to tell what other servers commit; does not wait."""

    def committed(self, changes: Changes) -> None:
        """Have changes told that were committed here, as soon as all earlier ones are; does not wait."""

    def look(self) -> None:
        """Look soon whether there is something to tell; does not wait."""

    async def stop(self) -> None:
        """Tell no more of what other servers commit."""

    def read(self, work: Callable[[Connection], T]) -> T:
        """Return what ``work`` returns. No statement of it sees an earlier state than the one before it.

        :raises DatabaseUnavailableError: if that is not possible
        """

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a write transaction, and return what it returns once that is committed and durable.

        Only one write transaction runs at a time, on all connections of all processes: ``work`` reads what every
        earlier one has committed. It may run twice, if the first attempt was rolled back.

        :raises DatabaseUnavailableError: if it could not be committed, and nothing of it is kept
        """

    def write_unordered(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a transaction that gives no numbers, and return what it returns.

        Where the database can do so, others write at the same time.

        :raises DatabaseUnavailableError: if it could not be committed
        """

    def apply(self, commands: Sequence[Command], *, fencing_token: str) -> Executed:
        """Execute commands in one transaction, and return what they did once that is committed and durable.

        :param fencing_token: the one that was there when the commands were given
        :raises ConnectionLostError: if it is not known whether they were committed
        :raises DatabaseUnavailableError: if they could not be committed, and nothing of them is kept
        """

    def erase(self) -> bool:
        """Remove from the disk what has been overwritten or deleted; return False if it must be tried again."""

    def close(self) -> None:
        """Erase what has been overwritten or deleted, and close all connections."""


def open_database(url: str, *, lock_timeout: float, exclusive: bool, replica: str) -> Database:
    """Open a database, and create or upgrade its tables.

    :param url: ``sqlite:///`` followed by a path, or ``postgresql+psycopg://`` followed by user, host and name
    :param lock_timeout: seconds to wait for another program that holds the database
    :param exclusive: whether other servers that ask for the same are kept away, where several cannot use it at once
    :param replica: name of this server among those that use the same database
    :raises DatabaseUnavailableError: if it cannot be read, cannot be written, or is not a database of this program
    """
    if url.startswith('sqlite:'):
        return SqliteDatabase(url, lock_timeout=lock_timeout, exclusive=exclusive)
    try:
        from messenger.storage.postgresql import PostgresqlDatabase  # only here: SQLite does without psycopg
    except ImportError:
        raise DatabaseUnavailableError(
            'PostgreSQL needs psycopg. Install it with: pip install -r requirements-postgresql.txt'
        ) from None
    return PostgresqlDatabase(url, lock_timeout=lock_timeout, replica=replica)
