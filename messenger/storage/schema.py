"""The schema of a database: created, recognised, or upgraded at the start."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, inspect
from sqlmodel import SQLModel

from messenger.storage import search_tables
from messenger.storage.errors import DatabaseUnavailableError
from messenger.storage.rooms import create_general
from messenger.storage.statements import ANY_MESSAGE

BackUp = Callable[[str], AbstractContextManager[None]]
MIGRATIONS = Path(__file__).parent / 'migrations'
# where Alembic keeps the revision of a database
REVISION = Table(
    'alembic_version',
    MetaData(),
    Column('version_num', String(32), nullable=False),
    PrimaryKeyConstraint('version_num', name='alembic_version_pkc'),
)
FIRST_COLUMNS = frozenset({'id', 'seq', 'author', 'author_key', 'key', 'text', 'sent_at'})
LATER_COLUMNS = FIRST_COLUMNS | {'reply_to', 'edited', 'deleted', 'reactions'}
# what versions without migrations made: columns, and those of the unique constraint
UNVERSIONED: dict[tuple[frozenset[str], tuple[str, ...]], str] = {
    (FIRST_COLUMNS, ('author_key', 'key')): '0001',
    (LATER_COLUMNS, ('author_key', 'key')): '0002',
    (LATER_COLUMNS, ('key', 'author_key')): '0003',
}


def prepare_schema(
    connection: Connection, *, name: str, back_up: Callable[[str], AbstractContextManager[None]]
) -> None:
    """Create the tables of an empty database, or upgrade those of an earlier version.

    :param connection: in a write transaction, so that only one program does this at a time
    :param name: of the database, as its operator knows it
    :param back_up: called with the revision to come; entered before anything is changed, left after the upgrade
    :raises DatabaseUnavailableError: if it is a database of another program, or of a newer version of this one
    """
    known = known_revisions()
    if not inspect(connection).get_table_names():
        SQLModel.metadata.create_all(connection)
        search_tables.create(connection)
        create_general(connection)
        _stamp(connection, known[-1])
    elif (revision := find_revision(connection)) is None:
        raise DatabaseUnavailableError(explain_foreign(name))
    elif revision not in known:
        raise DatabaseUnavailableError(
            f'The database {name} has revision {revision}, but this version of the messenger knows revisions up to '
            f'{known[-1]} only. Start the newer version again, or set MESSENGER_DATABASE_URL to another database.'
        )
    elif revision != known[-1]:
        with back_up(known[-1]):
            _upgrade(connection, revision)
    connection.execute(ANY_MESSAGE)


def known_revisions() -> list[str]:
    """Return the revisions that can be upgraded, the earliest first, and as the last one that of this version."""
    return sorted(file.name.split('_')[0] for file in MIGRATIONS.glob('versions/[0-9]*.py'))


def explain_foreign(name: str) -> str:
    """Return a sentence about a database that this program cannot have made."""
    return (
        f'The database {name} was made by another program or version. '
        f'Move it away, or set MESSENGER_DATABASE_URL to another database.'
    )


def find_revision(connection: Connection) -> str | None:
    """Return the revision of a database, None if it is not one of this program."""
    inspector = inspect(connection)
    tables = inspector.get_table_names()
    if 'message' not in tables:
        return None
    columns = frozenset(column['name'] for column in inspector.get_columns('message'))
    if REVISION.name in tables and columns >= {'id', 'seq', 'text'}:
        return connection.execute(REVISION.select()).scalar()
    constraints = [tuple(constraint['column_names']) for constraint in inspector.get_unique_constraints('message')]
    return next((UNVERSIONED[columns, names] for names in constraints if (columns, names) in UNVERSIONED), None)


def _upgrade(connection: Connection, revision: str) -> None:
    from alembic import command  # only here: importing it takes longer than opening a database
    from alembic.config import Config

    _stamp(connection, revision)
    config = Config()
    config.set_main_option('script_location', str(MIGRATIONS).replace('%', '%%'))
    config.attributes['connection'] = connection
    command.upgrade(config, 'head')


def _stamp(connection: Connection, revision: str) -> None:
    REVISION.create(connection, checkfirst=True)
    connection.execute(REVISION.delete())
    connection.execute(REVISION.insert().values(version_num=revision))
