"""Files of the database that are moved, deleted or replaced while the server runs: nothing goes into what is lost."""

import asyncio
import logging
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from messenger.storage import CommitError, DatabaseUnavailableError, Store
from messenger.storage.commands import DeleteMessage, PostMessage
from tests.support.databases import create, opened

FILES = ['main.db', 'main.db-wal', 'main.db-shm']


async def say(store: Store, *texts: str) -> None:
    for text in texts:
        await store.apply(PostMessage('Ann', 'ann', text, text, datetime.now(UTC)))


async def texts(store: Store) -> list[str]:
    return [message.text for message in (await store.newest_page(10)).messages]


def texts_in(file: Path) -> list[str]:
    with opened(file) as database:
        return [text for (text,) in database.execute('SELECT text FROM message ORDER BY id')]


@pytest.mark.parametrize('name', FILES)
async def test_nothing_is_stored_until_a_moved_file_is_back(name: str, store: Store, house: Path) -> None:
    await say(store, 'before')

    (house / name).rename(house / 'away')
    with pytest.raises(CommitError):
        await say(store, 'meanwhile')
    assert await texts(store) == ['before']
    (house / 'away').rename(house / name)
    await say(store, 'after')

    assert await texts(store) == texts_in(house / 'main.db') == ['before', 'after']


async def test_a_moved_database_has_everything_even_without_its_log(house: Path) -> None:
    store = Store(f'sqlite:///{house}/main.db', erase_pause=0.01)
    await say(store, 'before')
    await store.apply(DeleteMessage(1, 'ann'))
    await say(store, 'then')

    (house / 'main.db').rename(house / 'away.db')
    with pytest.raises(CommitError):
        await say(store, 'meanwhile')
    await store.close()

    assert texts_in(house / 'away.db') == ['', 'then']
    assert not (house / 'main.db').exists()


async def test_a_database_that_is_moved_in_silence_is_complete_at_the_end(store: Store, house: Path) -> None:
    await say(store, 'before')

    (house / 'main.db').rename(house / 'away.db')
    await store.close()

    assert texts_in(house / 'away.db') == ['before']


@pytest.mark.parametrize('name', FILES[1:])
async def test_a_deleted_file_of_sqlite_takes_nothing_away(name: str, store: Store, house: Path) -> None:
    await say(store, 'before')

    (house / name).unlink()
    with pytest.raises(CommitError):
        await say(store, 'meanwhile')
    await store.close()

    again = Store(f'sqlite:///{house}/main.db')
    assert await texts(again) == ['before']
    await say(again, 'after')
    await again.close()


async def test_a_database_in_the_place_of_another_is_left_alone(store: Store, house: Path) -> None:
    await say(store, 'before')
    create(house / 'other.db', 'CREATE TABLE other (id INTEGER)')
    other = (house / 'other.db').read_bytes()

    (house / 'other.db').rename(house / 'main.db')
    with pytest.raises(CommitError):
        await say(store, 'meanwhile')

    assert await texts(store) == ['before']
    await store.close()
    assert (house / 'main.db').read_bytes() == other


async def test_a_moved_database_is_read_on_by_many_at_once(store: Store, house: Path) -> None:
    await say(store, 'before')

    (house / 'main.db').rename(house / 'away.db')

    assert await asyncio.gather(*[texts(store) for _ in range(50)]) == [['before']] * 50
    assert not (house / 'main.db').exists()


async def test_the_log_says_once_what_to_do_and_when_it_is_over(
    store: Store, house: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await say(store, 'before')
    (house / 'main.db').rename(house / 'away.db')
    for _ in range(3):
        with pytest.raises(CommitError):
            await say(store, 'meanwhile')
    (house / 'away.db').rename(house / 'main.db')
    await say(store, 'after', 'and then')

    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (
            logging.ERROR,
            f'Nothing can be stored. The file {house}/main.db has been moved away, deleted or replaced while the '
            f'messenger uses it. Put it back, or restart the messenger to go on with what is there.',
        ),
        (logging.WARNING, 'Messages can be stored again.'),
    ]


async def test_a_log_without_its_database_is_not_begun_anew(store: Store, house: Path) -> None:
    await say(store, 'before')
    log = house / 'killed.db-wal'
    shutil.copy(house / 'main.db-wal', log)  # what a killed server leaves, and somebody who moved its database away

    with pytest.raises(DatabaseUnavailableError, match=r'killed\.db back, or move .*killed\.db-wal away'):
        Store(f'sqlite:///{house}/killed.db')
    shutil.copy(house / 'main.db', house / 'killed.db')
    again = Store(f'sqlite:///{house}/killed.db')

    assert await texts(again) == ['before']
    await again.close()
