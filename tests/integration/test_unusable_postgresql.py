"""A PostgreSQL that cannot be used is refused with a sentence for the operator, and no password is in it."""

import asyncio
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from messenger.storage import DatabaseUnavailableError, Store
from messenger.storage.postgresql_errors import explain_error
from tests.support.postgres import PASSWORD, Postgres, on_postgres
from tests.support.server import Server, environment
from tests.support.waiting import until

pytestmark = on_postgres


def refusal(url: str) -> str:
    """The one sentence or two with which a database is refused."""
    with pytest.raises(DatabaseUnavailableError) as caught:
        Store(url)
    assert '\n' not in str(caught.value)
    assert 'MESSENGER_DATABASE_URL' in str(caught.value)
    return str(caught.value)


def with_login(url: str, login: str) -> str:
    return url.replace('postgres@', f'{login}@')


async def test_a_server_that_does_not_run_is_to_be_started(database_url: str, postgres: Postgres) -> None:
    with postgres.stopped():
        refused = refusal(database_url)

    assert 'cannot be reached (' in refused
    assert '). Start it, or correct MESSENGER_DATABASE_URL.' in refused
    await Store(database_url).close()


@pytest.mark.parametrize('login', ['guest', 'guest:open%20says%20me'])
async def test_a_wrong_password_is_to_be_corrected_and_is_not_shown(login: str, database_url: str) -> None:
    refused = refusal(with_login(database_url, login))

    assert 'does not let the messenger in' in refused
    assert 'Correct user and password in MESSENGER_DATABASE_URL.' in refused
    assert 'says' not in refused


async def test_a_wrong_password_among_the_options_is_not_shown(database_url: str) -> None:
    refused = refusal(f'{with_login(database_url, "guest")}&password=says')

    assert 'password authentication failed' in refused
    assert 'says' not in refused


async def test_the_right_password_lets_it_in_and_is_nowhere_to_be_seen(
    database_url: str, postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    database = make_url(database_url).database
    postgres.execute(f'ALTER DATABASE {database} OWNER TO guest')
    url = with_login(database_url, f'guest:{PASSWORD.replace(" ", "%20")}')
    store = Store(url)
    store.start()
    await until_heard(store)

    with postgres.stopped():
        await until_logged('is not heard any more', caplog)

    await store.close()
    assert database
    assert database in caplog.text
    assert not [word for word in PASSWORD.split() if word in f'{caplog.text}{store!r}']


async def until_heard(store: Store) -> None:
    await until(lambda: store.is_heard)


async def until_logged(words: str, caplog: pytest.LogCaptureFixture) -> None:
    await until(lambda: words in caplog.text)


async def test_a_user_without_rights_is_to_be_made_the_owner(database_url: str) -> None:
    refused = refusal(with_login(database_url, f'guest:{PASSWORD}'))

    assert 'permission denied for schema public' in refused
    assert 'Make its user the owner of the database, or correct' in refused


async def test_a_user_who_may_not_create_the_extension_is_to_be_made_the_owner(
    database_url: str, postgres: Postgres
) -> None:
    postgres.execute('GRANT ALL ON SCHEMA public TO guest', database_url)

    refused = refusal(with_login(database_url, f'guest:{PASSWORD}'))

    assert 'permission denied to create extension "pg_trgm"' in refused
    assert 'Make its user the owner of the database, or correct' in refused


def test_an_extension_that_is_not_installed_is_to_be_installed(postgres: Postgres) -> None:
    with pytest.raises(psycopg.Error) as caught:
        postgres.execute('CREATE EXTENSION not_installed')

    assert 'Install the contrib modules of its PostgreSQL, or set' in str(explain_error('chat', caught.value))


async def test_a_user_whom_the_server_rejects_is_to_be_allowed(database_url: str) -> None:
    refused = refusal(with_login(database_url, 'stranger'))

    assert 'Allow it in pg_hba.conf, or correct MESSENGER_DATABASE_URL.' in refused


async def test_what_is_not_there_is_to_be_created(database_url: str) -> None:
    name = make_url(database_url).database or ''

    for url in (database_url.replace(name, 'missing'), with_login(database_url, 'nobody')):
        refused = refusal(url)

        assert '" does not exist). Create it, or correct MESSENGER_DATABASE_URL.' in refused


@pytest.mark.parametrize('setting', ['fsync', 'full_page_writes'])
async def test_a_server_that_might_lose_what_is_sent_is_refused(
    setting: str, database_url: str, postgres: Postgres
) -> None:
    with postgres.configured(setting, 'off'):
        until_set(setting, 'off', postgres)
        refused = refusal(database_url)

    until_set(setting, 'on', postgres)
    assert f'has {setting} off, so what is sent could be lost. Set it to on, or' in refused
    await Store(database_url).close()


def until_set(setting: str, value: str, postgres: Postgres) -> None:
    """Wait until new connections have a value that the server has been told to read."""
    for _ in range(500):
        if postgres.execute(f'SHOW {setting}') == [(value,)]:
            return
        time.sleep(0.01)
    raise AssertionError(f'{setting} is not {value}')


@pytest.mark.parametrize('encoding', ['LATIN1', 'SQL_ASCII'])
async def test_another_encoding_than_utf8_is_refused(encoding: str, postgres: Postgres) -> None:
    url = postgres.create_database(f"ENCODING '{encoding}' TEMPLATE template0")

    refused = refusal(url)

    postgres.drop_database(url)
    assert f'has server_encoding {encoding}, so not every text can be kept. Create one with TEMPLATE' in refused


async def test_a_read_only_database_says_what_it_may_be(database_url: str, postgres: Postgres) -> None:
    postgres.execute(f'ALTER DATABASE {make_url(database_url).database} SET default_transaction_read_only = on')

    refused = refusal(database_url)

    assert 'is read-only (' in refused
    assert 'if it names a standby, or set default_transaction_read_only to off.' in refused


async def test_a_standby_is_refused(database_url: str, postgres: Postgres) -> None:
    await Store(database_url).close()
    with postgres.as_standby():
        assert postgres.execute('SELECT pg_is_in_recovery()') == [(True,)]
        refused = refusal(database_url)

    assert 'is read-only (' in refused
    assert 'Correct MESSENGER_DATABASE_URL if it names a standby' in refused


@pytest.fixture
def crowded(database_url: str, postgres: Postgres) -> Iterator[str]:
    name = make_url(database_url).database
    postgres.execute(f'ALTER DATABASE {name} OWNER TO guest')
    postgres.execute('ALTER ROLE guest CONNECTION LIMIT 0')
    yield with_login(database_url, f'guest:{PASSWORD}')
    postgres.execute('ALTER ROLE guest CONNECTION LIMIT -1')


async def test_a_server_without_free_connections_needs_room(crowded: str) -> None:
    refused = refusal(crowded)

    assert 'has no room (' in refused
    assert 'Make room, or set MESSENGER_DATABASE_URL to another database.' in refused


async def test_an_unknown_option_is_to_be_corrected(database_url: str) -> None:
    refused = refusal(f'{database_url}&colour=blue')

    assert 'cannot be used (invalid connection option "colour"). Correct MESSENGER_DATABASE_URL.' in refused


async def test_without_psycopg_it_says_the_command_that_installs_it(house: Path, database_url: str) -> None:
    server = Server(house, database_url=database_url)
    server.worsen('sys.modules["psycopg"] = None')

    settings = environment(database_url=database_url, host='127.0.0.1', port=server.port)
    ended = await asyncio.create_subprocess_exec(
        *server.command,
        cwd=house, env=settings, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, errors = await ended.communicate()

    assert ended.returncode == 1
    assert errors.decode().splitlines() == [
        'PostgreSQL needs psycopg. Install it with: pip install -r requirements-postgresql.txt'
    ]
