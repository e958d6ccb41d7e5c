"""`--copy` moves a conversation from SQLite to PostgreSQL: everything, or nothing and a sentence."""

import asyncio
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, select
from sqlmodel import SQLModel

from messenger.storage import DatabaseUnavailableError, Store, copy_conversation
from messenger.storage.commands import CreateRoom, DeleteMessage, EditMessage, PostMessage, SetReaction
from models import SearchQuery
from tests.support.databases import EARLIER, create, opened, searchable
from tests.support.postgres import Postgres, on_postgres
from tests.support.server import ROOT, environment

pytestmark = on_postgres
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
EMPTY = {'file': [], 'message': [], 'reaction': [], 'room': [(1, 'general', 'general', 'general', '', False)]}
TEXTS = ['Tea?', 'Grüße, 世界 🎉', 'a\tb\nc\\d\\N', '\\.', 'NULL', '"quoted", \'so\'', '']
MANY = """
WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 200000)
INSERT INTO message (id, seq, author, author_id, client_message_id, text, sent_at, edited, deleted, continuation)
SELECT n, n, 'Ann', 'ann', 'k' || n, 'text ' || n, '2026-01-02 12:00:00.000000', 0, 0, 0 FROM n
"""


def copy(source: str, target: str, *, report: Callable[[str, int, int], None] = lambda *_: None) -> str:
    return copy_conversation(source, target, report=report)


def rows(url: str) -> dict[str, Sequence[object]]:
    """Every row of every table."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return {
            table.name: connection.execute(select(table).order_by(*table.primary_key)).all()
            for table in SQLModel.metadata.sorted_tables
        }


def command() -> Sequence[str]:
    return sys.executable, str(ROOT / 'messenger_app.py'), '--copy', 'sqlite:///main.db'


@pytest.fixture
async def source(house: Path) -> str:
    """A conversation with everything that one may have."""
    url = f'sqlite:///{house}/main.db'
    store = Store(url)
    for number, text in enumerate(TEXTS):
        moment = NOON + timedelta(seconds=number * 100.000001)
        await store.apply(PostMessage('Ann', 'ann', f'{number}', text, moment, reply_to=number or None))
    await store.apply(PostMessage('Ben', 'ben', '0', 'Yes', NOON, reply_to=1))
    await store.apply(CreateRoom('Ann', 'ann', 'room', NOON, 'Ops', 'ops', 'Alarms', 200))
    await store.apply(EditMessage(2, 'ann', 'Greetings'))
    await store.apply(DeleteMessage(3, 'ann'))
    for author, emoji in (('ben', '👍'), ('ann', '🎉'), ('ann', '👍')):
        await store.apply(SetReaction(1, emoji, author, author.title()))
    await store.files.begin('Grüße.txt', user_id='ann', upload_id='u', now=NOON)
    await store.close()
    return url


@pytest.fixture
async def empty_target(database_url: str) -> str:
    await Store(database_url).close()
    return database_url


def test_every_row_of_every_table_is_the_same(source: str, database_url: str) -> None:
    said = copy(source, database_url)

    assert rows(database_url) == rows(source)
    counts = {name: len(found) for name, found in rows(source).items()}
    assert counts == {'file': 1, 'message': 9, 'reaction': 3, 'room': 2}
    assert said.startswith('Copied 9 messages, 1 file, 3 reactions and 2 rooms from ')
    assert said.endswith(
        '/main.db. Set MESSENGER_FILES to the directory that has its files. '
        'Start the messenger without --copy to go on there.'
    )


async def test_posting_goes_on_with_the_next_numbers(source: str, database_url: str) -> None:
    old = Store(source)
    before = (await old.newest_page(100), await old.changes_after(0, 100))
    copy(source, database_url)
    store = Store(database_url)

    assert (await store.newest_page(100), await store.changes_after(0, 100)) == before
    again = await store.apply(PostMessage('Ann', 'ann', '0', 'Tea?', NOON))
    new = await store.apply(PostMessage('Cleo', 'cleo', '0', 'Hello', NOON, reply_to=1))

    assert again.id == 1
    assert (new.id, new.seq) == (len(before[1]) + 1, before[0].seq + 1)
    await store.close()
    await old.close()


async def test_what_was_copied_is_found_before_and_after_it_is_indexed(source: str, database_url: str) -> None:
    create(Path(source.removeprefix('sqlite:///')), f'DELETE FROM reaction; DELETE FROM message; {MANY}')
    copy(source, database_url)
    store = Store(database_url)
    query = SearchQuery(('text 199999',))

    assert [message.id for message in (await store.search(query, before=None, limit=30)).messages] == [199_999]
    store.start()
    async with asyncio.timeout(60):
        while not searchable(database_url):
            await asyncio.sleep(0.1)
    assert [message.id for message in (await store.search(query, before=None, limit=30)).messages] == [199_999]
    await store.close()


async def test_a_conversation_in_use_is_copied_as_it_was_at_one_moment(source: str, database_url: str) -> None:
    server = Store(source, exclusive=True)
    await server.apply(PostMessage('Ann', 'ann', 'in the log only', 'Hello', NOON))
    before = rows(source)

    def go_on(name: str, *_: int) -> None:
        if name == 'messages':
            with opened(Path(source.removeprefix('sqlite:///'))) as other:
                other.execute("INSERT INTO reaction VALUES (2, '👍', 'cleo', 'Cleo', 99)")

    copy(source, database_url, report=go_on)

    assert rows(database_url) == before
    assert len(rows(source)['reaction']) == len(before['reaction']) + 1
    await server.close()


async def test_what_a_killed_server_left_in_the_log_is_copied(source: str, house: Path, database_url: str) -> None:
    store = Store(source)
    await store.apply(PostMessage('Ann', 'ann', 'last', 'in the log only', NOON))
    for end in ('', '-wal'):
        shutil.copy(house / f'main.db{end}', house / f'killed.db{end}')

    copy('sqlite:///killed.db', database_url)

    assert rows(database_url) == rows(source)
    await store.close()


def test_a_text_that_postgresql_cannot_keep_is_copied_without_its_nul(source: str, database_url: str) -> None:
    with opened(Path(source.removeprefix('sqlite:///'))) as other:
        other.execute("UPDATE message SET text = 'a' || char(0) || 'b' WHERE id = 1")

    copy(source, database_url)

    assert rows(database_url)['message'][0][5] == 'ab'  # type: ignore[index]


def test_a_failure_in_the_middle_leaves_nothing(source: str, empty_target: str) -> None:
    def fail(name: str, *_: int) -> None:
        if name == 'reactions':
            raise RuntimeError

    with pytest.raises(RuntimeError):
        copy(source, empty_target, report=fail)

    assert rows(empty_target) == EMPTY
    copy(source, empty_target)
    assert rows(empty_target) == rows(source)


async def test_a_target_with_messages_is_refused_and_kept(source: str, database_url: str) -> None:
    copy(source, database_url)
    before = rows(database_url)

    with pytest.raises(DatabaseUnavailableError, match=r'has messages already\. Set it to one that is empty\.'):
        copy(source, database_url)

    assert rows(database_url) == before


@pytest.mark.parametrize('earlier', EARLIER)
async def test_an_earlier_source_is_to_be_upgraded_first(earlier: str, house: Path, database_url: str) -> None:
    create(house / 'old.db', EARLIER[earlier])

    with pytest.raises(DatabaseUnavailableError, match=r'has revision 000\d, .* Start this version on it once, which'):
        copy('sqlite:///old.db', database_url)

    await Store('sqlite:///old.db').close()
    copy('sqlite:///old.db', database_url)
    assert rows(database_url) == rows('sqlite:///old.db')


def test_a_newer_source_is_refused(source: str, database_url: str) -> None:
    create(Path(source.removeprefix('sqlite:///')), "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(DatabaseUnavailableError, match=r'has revision 9999, .* Copy it with the newer version\.'):
        copy(source, database_url)


@pytest.mark.parametrize(
    ('url', 'sentence'),
    [
        ('sqlite:///missing.db', 'There is no database missing.db. Correct --copy.'),
        ('sqlite:///', 'There is no database . Correct --copy.'),
        ('sqlite:///folder', 'There is no database folder. Correct --copy.'),
        ('sqlite:///empty.db', 'empty.db is not a database of the messenger. Correct --copy.'),
        ('sqlite:///recipes.db', 'recipes.db is not a database of the messenger. Correct --copy.'),
        ('sqlite:///diary.db', 'The database diary.db cannot be read (file is not a database). Correct --copy, or'),
        ('main.db', '--copy takes a SQLite database. Write it like sqlite:///main.db.'),
        ('postgresql+psycopg://ann:sesame@host/name', '--copy takes a SQLite database. Write it like'),
    ],
)
def test_what_cannot_be_copied_is_a_sentence(url: str, sentence: str, house: Path, database_url: str) -> None:
    (house / 'folder').mkdir()
    (house / 'empty.db').touch()
    (house / 'diary.db').write_text('Dear diary, ' * 500)
    create(house / 'recipes.db', 'CREATE TABLE recipe (id INTEGER)')

    with pytest.raises(DatabaseUnavailableError) as caught:
        copy(url, database_url)

    assert str(caught.value).startswith(sentence)
    assert 'sesame' not in str(caught.value)
    assert not (house / 'missing.db').exists()


def test_a_source_that_is_damaged_in_the_middle_leaves_nothing(source: str, house: Path, empty_target: str) -> None:
    with opened(house / 'main.db') as other:
        other.execute('DELETE FROM message')
        other.executescript(MANY)
    content = bytearray((house / 'main.db').read_bytes())
    middle = len(content) // 2
    content[middle : middle + 100_000] = b'\xff' * 100_000
    (house / 'main.db').write_bytes(content)

    with pytest.raises(DatabaseUnavailableError, match=r'main\.db cannot be read \(.* or restore a back-up of it\.'):
        copy(source, empty_target)

    assert rows(empty_target) == EMPTY


@pytest.mark.parametrize('target', ['sqlite:///main.db', 'sqlite:///other.db'])
def test_sqlite_is_not_a_target(target: str, source: str) -> None:
    with pytest.raises(DatabaseUnavailableError, match=r'Set MESSENGER_DATABASE_URL to postgresql\+psycopg://'):
        copy(source, target)


@pytest.mark.usefixtures('source')
def test_the_command_shows_its_progress_and_says_what_was_copied(house: Path, database_url: str) -> None:
    create(house / 'main.db', f'DELETE FROM reaction; DELETE FROM message; {MANY}')

    ended = subprocess.run(
        command(), cwd=house, env=environment(database_url=database_url),
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert ended.stdout == (
        'Copied 200,000 messages, 1 file, 0 reactions and 2 rooms from main.db. '
        'Set MESSENGER_FILES to the directory that has its files. Start the messenger without --copy to go on there.\n'
    )
    progress = [f'{number:,} of 200,000 messages' for number in range(10_000, 210_000, 10_000)]
    assert ended.stderr.splitlines() == [*progress, '1 of 1 files', '0 of 0 reactions', '2 of 2 rooms']


@pytest.mark.usefixtures('source')
@pytest.mark.parametrize('how', [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_an_interrupted_copy_leaves_nothing(
    how: signal.Signals, house: Path, empty_target: str, postgres: Postgres
) -> None:
    create(house / 'main.db', f'DELETE FROM reaction; DELETE FROM message; {MANY}')
    copying = await asyncio.create_subprocess_exec(
        *command(), cwd=house, env=environment(database_url=empty_target), stderr=asyncio.subprocess.PIPE
    )
    assert copying.stderr
    assert re.fullmatch(rb'10,000 of 200,000 messages\n', await copying.stderr.readline())

    copying.send_signal(how)
    _, errors = await copying.communicate()

    assert copying.returncode != 0
    assert errors.decode().endswith('Interrupted, so nothing was copied.\n') == (how is signal.SIGINT)
    await until_alone(empty_target, postgres)
    assert rows(empty_target) == EMPTY


async def until_alone(url: str, postgres: Postgres) -> None:
    """Wait until nobody else is connected to a database."""
    query = 'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'
    async with asyncio.timeout(10):
        while postgres.execute(query, url) != [(0,)]:
            await asyncio.sleep(0.02)
