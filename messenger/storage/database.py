"""What the storage needs of a database, whichever it is."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from messenger.storage.sqlite import SqliteDatabase

T = TypeVar('T')


class Database(Protocol):
    """A database with the tables of this program. All methods wait for the disk: call them in worker threads."""

    def read(self, work: Callable[[Connection], T]) -> T:
        """Return what ``work`` returns, whose statements see one state of the database."""

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a write transaction, and return what it returns once that is committed and durable.

        Only one write transaction runs at a time, on all connections of all processes: ``work`` reads what every
        earlier one has committed. It may run twice, if the first attempt was rolled back.

        :raises DatabaseUnavailableError: if it could not be committed, and nothing of it is kept
        """

    def erase(self) -> bool:
        """Remove from the disk what has been overwritten or deleted; return False if it must be tried again."""

    def close(self) -> None:
        """Erase what has been overwritten or deleted, and close all connections."""


def open_database(url: str, *, lock_timeout: float, exclusive: bool) -> Database:
    """Open a database, and create or upgrade its tables.

    :param url: ``sqlite:///`` followed by a path
    :param lock_timeout: seconds to wait for another program that holds the database
    :param exclusive: whether other servers that ask for the same are kept away
    :raises DatabaseUnavailableError: if it cannot be read, cannot be written, or is not a database of this program
    """
    return SqliteDatabase(url, lock_timeout=lock_timeout, exclusive=exclusive)
