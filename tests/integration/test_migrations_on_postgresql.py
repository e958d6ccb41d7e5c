"""Servers that start at once on one PostgreSQL create or upgrade its tables once; others' tables are left alone."""

import asyncio
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from messenger.storage import DatabaseUnavailableError, Store, schema
from messenger.storage.commands import PostMessage
from messenger.storage.schema import MIGRATIONS, known_revisions
from tests.support.postgres import Postgres, libpq_url, on_postgres
from tests.support.server import Server

pytestmark = on_postgres
ROUNDS = 10
# slower than any other transaction may be, and it fails if it runs twice
LATER = """
import time
from alembic import op
from sqlalchemy import Column, String

revision = '9999'
down_revision = {last!r}

def upgrade():
    time.sleep(1.2)
    op.add_column('message', Column('later', String))
    op.execute("UPDATE message SET later = 'upgraded'")
"""
COLUMNS = """
SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'
ORDER BY table_name, column_name
"""


@pytest.fixture
def later_version(house: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Be a version with one revision more."""
    last, folder = known_revisions()[-1], house / 'migrations'
    shutil.copytree(MIGRATIONS, folder)
    (folder / 'versions' / '9999_later.py').write_text(LATER.format(last=last))
    monkeypatch.setattr(schema, 'MIGRATIONS', folder)
    return '9999'


@pytest.fixture
async def conversation(database_url: str) -> None:
    """A conversation of one message, as this version keeps it."""
    store = Store(database_url)
    await store.apply(PostMessage('Ann', 'ann', 'a', 'Tea?', datetime.now(UTC)))
    await store.close()


def open_at_once(url: str, lock_timeout: float = 5.0) -> Sequence[Store]:
    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(lambda _: Store(url, lock_timeout=lock_timeout), range(4)))


async def close(stores: Sequence[Store]) -> None:
    for store in stores:
        await store.close()


async def test_four_servers_start_at_once_on_an_empty_database(postgres: Postgres) -> None:
    for _ in range(ROUNDS):
        url = postgres.create_database()

        stores = open_at_once(url)

        await stores[0].apply(PostMessage('Ann', 'ann', 'a', 'Tea?', datetime.now(UTC)))
        assert [(await store.newest_page(10)).seq for store in stores] == [1, 1, 1, 1]
        assert postgres.execute('SELECT version_num FROM alembic_version', url) == [(known_revisions()[-1],)]
        await close(stores)
        postgres.drop_database(url)


async def test_four_processes_start_at_once_on_an_empty_database(house: Path, database_url: str) -> None:
    servers = []
    for name in 'abcd':
        (house / name).mkdir()
        servers.append(Server(house / name, database_url=database_url, replica=name))

    await asyncio.gather(*[server.start() for server in servers])

    assert all(server.is_healthy() for server in servers)
    await asyncio.gather(*[server.stop() for server in servers])


@pytest.mark.usefixtures('conversation')
async def test_four_servers_upgrade_an_older_database_once(
    later_version: str, database_url: str, postgres: Postgres
) -> None:
    stores = open_at_once(database_url, lock_timeout=0.2)

    assert [len((await store.newest_page(10)).messages) for store in stores] == [1, 1, 1, 1]
    assert postgres.execute('SELECT text, later FROM message', database_url) == [('Tea?', 'upgraded')]
    assert postgres.execute('SELECT version_num FROM alembic_version', database_url) == [(later_version,)]
    await close(stores)


@pytest.mark.usefixtures('conversation', 'later_version')
async def test_an_upgrade_does_not_keep_everybody_waiting_behind_it(database_url: str) -> None:
    with psycopg.connect(libpq_url(database_url)) as reader:  # such as pg_dump
        reader.execute('SELECT FROM message')

        with pytest.raises(DatabaseUnavailableError, match=r'is locked\. End the program that holds it, or'):
            Store(database_url, lock_timeout=0.2)

    await Store(database_url).close()


@pytest.mark.usefixtures('conversation', 'later_version')
async def test_a_failing_upgrade_changes_nothing(database_url: str, postgres: Postgres) -> None:
    postgres.execute('ALTER TABLE message ADD COLUMN later INTEGER', database_url)
    before = postgres.execute(COLUMNS, database_url)

    with pytest.raises(DatabaseUnavailableError, match='column "later" of relation "message" already exists'):
        Store(database_url)

    assert postgres.execute(COLUMNS, database_url) == before
    assert postgres.execute('SELECT version_num FROM alembic_version', database_url) == [(known_revisions()[-2],)]


@pytest.mark.usefixtures('conversation')
async def test_a_newer_database_is_refused_in_words_and_kept(database_url: str, postgres: Postgres) -> None:
    postgres.execute("UPDATE alembic_version SET version_num = '9999'", database_url)
    postgres.execute('ALTER TABLE message ADD COLUMN later VARCHAR', database_url)
    before = postgres.execute(COLUMNS, database_url)

    with pytest.raises(DatabaseUnavailableError) as caught:
        Store(database_url)

    assert f'has revision 9999, but this version of the messenger knows revisions up to {known_revisions()[-1]}' in str(
        caught.value
    )
    assert 'Start the newer version again, or set MESSENGER_DATABASE_URL to another database.' in str(caught.value)
    assert postgres.execute(COLUMNS, database_url) == before


@pytest.mark.parametrize(
    'sql',
    [
        'CREATE TABLE recipe (id INTEGER)',
        'CREATE TABLE message (id INTEGER, subject VARCHAR)',
        'CREATE TABLE alembic_version (version_num VARCHAR)',
    ],
)
async def test_a_database_of_another_program_is_refused_and_kept(
    sql: str, database_url: str, postgres: Postgres
) -> None:
    postgres.execute(sql, database_url)
    before = postgres.execute(COLUMNS, database_url)

    with pytest.raises(DatabaseUnavailableError, match=r'was made by another program or version\. Move it away, or'):
        Store(database_url)

    assert postgres.execute(COLUMNS, database_url) == before
