"""Databases of every earlier version are upgraded with all their messages; others are left alone."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from messenger.storage import DatabaseUnavailableError, Store
from messenger.storage.commands import PostMessage
from messenger.storage.schema import MIGRATIONS, known_revisions
from models import Reaction
from tests.support.databases import EARLIER, FIRST, PLAIN_MESSAGES, create, opened, rows, schema

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def path(house: Path) -> Path:
    return house / 'main.db'


async def test_a_database_of_the_first_version_keeps_its_messages(path: Path) -> None:
    create(path, FIRST + PLAIN_MESSAGES)
    store = Store(f'sqlite:///{path}')

    found = (await store.newest_page(10)).messages

    assert [(view.id, view.seq, view.author, view.author_id, view.client_message_id, view.text) for view in found] == [
        (1, 1, 'Ann', 'ann', 'a', 'Grüße, 世界 🎉'),
        (2, 2, 'Ann', 'ann', 'b', 'more'),
        (3, 3, 'Ben', 'ben', 'a', 'Hello'),
    ]
    assert found[1].sent_at == NOON + timedelta(minutes=5) - timedelta(microseconds=1)
    assert [view.continuation for view in found] == [False, True, False]
    assert not any(view.edited or view.deleted or view.quote or view.reactions for view in found)
    await store.close()


@pytest.mark.parametrize('earlier', ['reactions', 'key first', 'stamped', 'json', 'without search', 'without files'])
async def test_an_earlier_database_keeps_replies_and_reactions(earlier: str, path: Path) -> None:
    create(path, EARLIER[earlier])
    store = Store(f'sqlite:///{path}')

    tea, yes, gone = (await store.newest_page(10)).messages

    assert (tea.seq, tea.text, tea.edited, tea.reactions) == (4, 'Tea', True, (Reaction('👍', ('ben',), ('Ben',)),))
    assert (yes.seq, yes.quote and yes.quote.text, yes.continuation) == (2, 'Tea', False)
    assert (gone.seq, gone.text, gone.deleted, gone.continuation) == (5, '', True, True)
    await store.close()


async def test_an_upgrade_keeps_the_first_500_reactions_in_their_order(path: Path) -> None:
    create(path, EARLIER['json'])
    many = json.dumps([['🎉' if number % 2 else '👍', f'{number}', f'{number}'] for number in range(4800)])
    with opened(path) as other:
        other.execute('UPDATE message SET reactions = ? WHERE id = 1', [many])
    store = Store(f'sqlite:///{path}')

    found = (await store.newest_page(10)).messages[0].reactions

    assert [(reaction.emoji, len(reaction.author_ids)) for reaction in found] == [('👍', 250), ('🎉', 250)]
    assert found[1].authors[:3] == ('1', '3', '5')
    await store.close()


@pytest.mark.parametrize('earlier', EARLIER)
async def test_an_upgraded_database_goes_on(earlier: str, path: Path) -> None:
    create(path, EARLIER[earlier])
    store = Store(f'sqlite:///{path}')

    known = await store.apply(PostMessage('Ann', 'ann', 'a', 'again', NOON))
    new = await store.apply(PostMessage('Cleo', 'cleo', 'a', 'new', NOON, reply_to=1))

    assert (known.id, new.id) == (1, 4)
    assert new.quote
    await store.close()


@pytest.mark.parametrize('earlier', EARLIER)
async def test_an_upgraded_schema_is_the_same_as_a_new_one(earlier: str, path: Path) -> None:
    create(path, EARLIER[earlier])
    await Store(f'sqlite:///{path}').close()
    await Store(f'sqlite:///{path}.new').close()

    assert schema(path) == schema(Path(f'{path}.new'))


@pytest.mark.parametrize('earlier', EARLIER)
async def test_a_copy_of_the_earlier_database_is_beside_it(earlier: str, path: Path) -> None:
    create(path, EARLIER[earlier])
    path.chmod(0o640)
    before = rows(path), schema(path)

    await Store(f'sqlite:///{path}').close()

    copy = Path(f'{path}.before-{known_revisions()[-1]}')
    assert (rows(copy), schema(copy)) == before
    assert copy.stat().st_mode & 0o777 == 0o640


async def test_the_copy_includes_what_is_in_the_write_ahead_log_only(path: Path) -> None:
    create(path, FIRST)
    with opened(path) as other:
        other.execute('PRAGMA journal_mode=WAL')
        other.execute('PRAGMA wal_autocheckpoint=0')
        other.executescript(PLAIN_MESSAGES)

        await Store(f'sqlite:///{path}').close()

    assert len(rows(Path(f'{path}.before-{known_revisions()[-1]}'))) == 3


async def test_an_older_copy_is_never_overwritten(path: Path) -> None:
    create(path, FIRST + PLAIN_MESSAGES)
    older = Path(f'{path}.before-{known_revisions()[-1]}')
    older.write_text('precious')

    await Store(f'sqlite:///{path}').close()

    assert older.read_text() == 'precious'
    assert len(rows(Path(f'{older}-2'))) == 3


async def test_a_database_of_this_version_is_not_copied(path: Path) -> None:
    await Store(f'sqlite:///{path}').close()
    await Store(f'sqlite:///{path}').close()

    assert not list(path.parent.glob('*before*'))


async def test_a_failing_upgrade_changes_nothing_and_leaves_no_copy(path: Path) -> None:
    create(path, FIRST + PLAIN_MESSAGES + 'CREATE INDEX ix_message_reply_to ON message (text);')
    before = rows(path), schema(path)

    with pytest.raises(DatabaseUnavailableError):
        Store(f'sqlite:///{path}')

    assert (rows(path), schema(path)) == before
    assert not list(path.parent.glob('*before*'))


async def test_an_upgrade_without_a_copy_does_not_happen(path: Path) -> None:
    create(path, FIRST + PLAIN_MESSAGES)
    before = rows(path), schema(path)
    Path(f'{path}.copying').mkdir()

    with pytest.raises(DatabaseUnavailableError, match=r'cannot be copied .* Make room for the copy, or'):
        Store(f'sqlite:///{path}')

    assert (rows(path), schema(path)) == before


async def test_a_newer_database_is_refused_in_words_and_kept(path: Path) -> None:
    await Store(f'sqlite:///{path}').close()
    create(path, "ALTER TABLE message ADD COLUMN later VARCHAR; UPDATE alembic_version SET version_num = '9999'")
    before = schema(path)

    with pytest.raises(DatabaseUnavailableError) as caught:
        Store(f'sqlite:///{path}')

    assert f'has revision 9999, but this version of the messenger knows revisions up to {known_revisions()[-1]}' in str(
        caught.value
    )
    assert 'Start the newer version again, or set MESSENGER_DATABASE_URL' in str(caught.value)
    assert schema(path) == before


@pytest.mark.parametrize(
    'sql',
    [
        'CREATE TABLE recipe (id INTEGER)',
        'CREATE TABLE message (id INTEGER, subject VARCHAR)',
        "CREATE TABLE alembic_version (version_num VARCHAR); INSERT INTO alembic_version VALUES ('0001')",
        FIRST.replace('seq', 'position'),
    ],
)
async def test_a_database_of_another_program_is_refused_and_kept(sql: str, path: Path) -> None:
    create(path, sql)
    before = schema(path)

    with pytest.raises(DatabaseUnavailableError, match=r'was made by another program or version\. Move it away, or'):
        Store(f'sqlite:///{path}')

    assert schema(path) == before


@pytest.mark.parametrize('sql', ['', FIRST + PLAIN_MESSAGES])
async def test_several_servers_may_start_at_once(sql: str, path: Path) -> None:
    create(path, sql)

    with ThreadPoolExecutor(8) as threads:
        stores = list(threads.map(Store, [f'sqlite:///{path}'] * 8))

    for store in stores:
        await store.close()
    assert len(rows(path)) == (3 if sql else 0)
    assert len(list(path.parent.glob('*before*'))) == (1 if sql else 0)


async def test_an_upgrade_says_nothing_on_the_console(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    create(path, FIRST + PLAIN_MESSAGES)

    await Store(f'sqlite:///{path}').close()

    assert capfd.readouterr() == ('', '')


async def test_an_upgrade_finds_the_same_continuations_as_posting(path: Path) -> None:
    moments = [
        ('ann', 0.0), ('ann', 299.9999), ('ann', 599.9999), ('ann', 599.9999), ('ben', 600.0),
        ('ann', 600.0), ('ann', 900.0), ('ann', 1199.999999), ('ann', 1100.0), ('ann', 1399.9996),
    ]  # fmt: skip
    new = Store(f'sqlite:///{path}.new')
    for number, (author, seconds) in enumerate(moments):
        await new.apply(PostMessage(author, author, f'{number}', 'x', NOON + timedelta(seconds=seconds)))
    create(path, FIRST)
    with opened(path) as connection:
        connection.executemany(
            'INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?)',
            [
                (
                    view.id,
                    view.seq,
                    view.author,
                    view.author_id,
                    view.client_message_id,
                    'x',
                    f'{view.sent_at:%F %T.%f}',
                )
                for view in (await new.newest_page(20)).messages
            ],
        )

    upgraded = Store(f'sqlite:///{path}')

    assert (await upgraded.newest_page(20)).messages == (await new.newest_page(20)).messages
    assert [view.continuation for view in (await upgraded.newest_page(20)).messages] == [
        False, True, False, True, False, False, False, True, True, True,
    ]  # fmt: skip
    await new.close()
    await upgraded.close()


def test_migrations_are_one_line_from_the_first_to_this_version() -> None:
    config = Config()
    config.set_main_option('script_location', str(MIGRATIONS))

    revisions = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]

    assert revisions[::-1] == known_revisions()
