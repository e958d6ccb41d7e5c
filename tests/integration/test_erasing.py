"""What was edited or deleted leaves the disk, and only the owner can read the rest."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from messenger.storage import Command, Store
from messenger.storage.commands import DeleteMessage, EditMessage, PostMessage
from messenger.storage.search_index import NEWEST
from models import SearchQuery
from tests.support.databases import opened, searchable


def message(text: str, client_message_id: str = 'k') -> PostMessage:
    return PostMessage('Ann', 'ann', client_message_id, text, datetime.now(UTC))


def is_on_disk(house: Path, text: str) -> bool:
    return any(text.encode() in file.read_bytes() for file in house.glob('main.db*'))


def parts_on_disk(house: Path) -> list[str]:
    """The parts of a word that nobody else writes, as far as they are found."""
    return [part for part in ('䴗䴘', '䴘䴙', '䴗䴘䴙') if is_on_disk(house, part)]


@pytest.mark.parametrize('command', [DeleteMessage(1, 'ann'), EditMessage(1, 'ann', 'tea')])
async def test_old_text_leaves_the_disk_while_the_server_runs(command: Command, house: Path) -> None:
    store = Store(f'sqlite:///{house}/main.db', erase_pause=0.01)
    await store.apply(message('secret of the kettle ' * 50))
    assert is_on_disk(house, 'secret of the kettle')

    await store.apply(command)

    async with asyncio.timeout(20):
        while is_on_disk(house, 'secret of the kettle'):
            await asyncio.sleep(0.01)
    assert (house / 'main.db-wal').exists()
    await store.close()


@pytest.mark.parametrize('command', [DeleteMessage(1, 'ann'), EditMessage(1, 'ann', 'tea')])
async def test_old_text_leaves_the_index_of_the_search_down_to_its_parts(command: Command, house: Path) -> None:
    url = f'sqlite:///{house}/main.db'
    store = Store(url, erase_pause=0.01, index_pause=0.01)
    await store.apply(message('䴗䴘䴙 of the kettle'))
    await asyncio.gather(*[store.apply(message('tea of the kettle', f'{number}')) for number in range(300)])
    async with asyncio.timeout(20):
        while not searchable(url):
            await asyncio.sleep(0.01)
    assert parts_on_disk(house) == ['䴗䴘', '䴘䴙', '䴗䴘䴙']

    await store.apply(command)

    async with asyncio.timeout(20):
        while parts_on_disk(house):
            await asyncio.sleep(0.01)
    assert searchable(url) == 301 - NEWEST
    assert (await store.search(SearchQuery(('kettle',)), before=None, limit=1)).messages
    await store.close()


async def test_a_killed_server_leaves_nothing_in_the_index_that_the_next_one_keeps(house: Path) -> None:
    url = f'sqlite:///{house}/main.db'
    store = Store(url, index_pause=0.01)
    await store.apply(message('䴗䴘䴙 of the kettle'))
    await asyncio.gather(*[store.apply(message('tea', f'{number}')) for number in range(300)])
    async with asyncio.timeout(20):
        while not searchable(url):
            await asyncio.sleep(0.01)
    await store.close()
    with opened(house / 'main.db') as killed:
        killed.execute("UPDATE message SET text = '' WHERE id = 1")
    assert parts_on_disk(house)

    again = Store(url)
    again.start()

    async with asyncio.timeout(20):
        while parts_on_disk(house):
            await asyncio.sleep(0.01)
    await again.close()


async def test_old_text_leaves_the_disk_when_a_reader_is_out_of_the_way(house: Path) -> None:
    store = Store(f'sqlite:///{house}/main.db', erase_pause=0.01)
    posted = await store.apply(message('secret of the kettle'))
    with opened(house / 'main.db') as reader:
        reader.execute('BEGIN')
        reader.execute('SELECT * FROM message').fetchall()
        await store.apply(DeleteMessage(posted.id, 'ann'))
        await store.apply(message('goes on', 'l'))
        assert is_on_disk(house, 'secret of the kettle')

    async with asyncio.timeout(20):
        while is_on_disk(house, 'secret of the kettle'):
            await asyncio.sleep(0.01)
    await store.close()


async def test_old_text_is_erased_at_the_end_whoever_else_has_the_file(store: Store, house: Path) -> None:
    with opened(house / 'main.db') as other:
        other.execute('SELECT * FROM message').fetchall()
        posted = await store.apply(message('secret of the kettle'))
        await store.apply(DeleteMessage(posted.id, 'ann'))

        await store.close()

        assert not is_on_disk(house, 'secret of the kettle')


async def test_what_a_killed_server_has_left_is_erased_at_the_start(store: Store, house: Path) -> None:
    with opened(house / 'main.db') as killed:
        killed.execute('PRAGMA secure_delete=ON')
        await store.apply(message('secret of the kettle'))
        killed.execute("UPDATE message SET text = ''")

        again = Store(f'sqlite:///{house}/main.db')

        assert not is_on_disk(house, 'secret of the kettle')
    await again.close()


@pytest.mark.skipif(os.name != 'posix', reason='only POSIX has these modes')
async def test_only_the_owner_can_read_a_new_database(store: Store, house: Path) -> None:
    await store.apply(message('Hello'))

    files = sorted(house.glob('main.db*'))
    assert [file.name for file in files] == ['main.db', 'main.db-shm', 'main.db-wal']
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
