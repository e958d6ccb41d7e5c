"""The store: order, durability, repeats, and what it says when it cannot."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from messenger.storage import CommitError, DatabaseUnavailableError, MessageNotFoundError, Store
from models import DeleteMessage, EditMessage, MessageView, PostMessage, Reaction, ToggleReaction

NOON = datetime(2026, 1, 2, 12, 0, 0, 123000, tzinfo=UTC)


def message(text: str, *, author: str = 'Ann', key: str | None = None) -> PostMessage:
    return PostMessage(author, author.casefold(), key or f'key of {text}', text, NOON)


async def fill(store: Store, count: int) -> list[MessageView]:
    return await asyncio.gather(*[store.apply(message(f'number {index}')) for index in range(1, count + 1)])


def texts(messages: list[MessageView]) -> list[str]:
    return [message.text for message in messages]


async def test_a_message_comes_back_as_it_was_said(store: Store) -> None:
    said = await store.apply(message('Grüße, 世界 \n🎉'))

    assert await store.newest_page(10) == [said]
    assert (said.author, said.text, said.sent_at) == ('Ann', 'Grüße, 世界 \n🎉', NOON)
    assert said.sent_at.tzinfo is UTC


async def test_ids_and_positions_go_up_by_one_in_the_order_of_sending(store: Store) -> None:
    said = await fill(store, 300)

    assert [view.id for view in said] == list(range(1, 301))
    assert [view.seq for view in said] == list(range(1, 301))
    assert texts(await store.newest_page(300)) == [f'number {index}' for index in range(1, 301)]


async def test_many_posts_at_once_share_few_commits(store: Store) -> None:
    batches: list[int] = []
    store.on_commit(lambda changes: batches.append(len(changes)))

    await fill(store, 500)

    assert sum(batches) == 500
    assert len(batches) < 10


async def test_pages_go_back_to_the_beginning_without_gap_or_overlap(store: Store) -> None:
    await fill(store, 120)

    newest = await store.newest_page(50)
    middle = await store.page_before(newest[0].id, 50)
    oldest = await store.page_before(middle[0].id, 50)

    assert [view.id for view in [*oldest, *middle, *newest]] == list(range(1, 121))
    assert await store.page_before(oldest[0].id, 50) == []


async def test_following_the_positions_misses_nothing(store: Store) -> None:
    await fill(store, 25)

    first = await store.changes_after(0, 10)
    second = await store.changes_after(first[-1].seq, 10)
    third = await store.changes_after(second[-1].seq, 10)

    assert [view.seq for view in [*first, *second, *third]] == list(range(1, 26))
    assert await store.changes_after(25, 10) == []


async def test_the_same_key_is_the_same_message(store: Store) -> None:
    changes: list[MessageView] = []
    store.on_commit(changes.extend)
    first = await store.apply(message('Hello', key='k'))

    again = await store.apply(message('Hello, hello', key='k'))
    together = await asyncio.gather(*[store.apply(message('Twice', key='t')) for _ in range(3)])

    assert again == first
    assert len(set(together)) == 1
    assert texts(changes) == texts(await store.newest_page(10)) == ['Hello', 'Twice']


async def test_two_people_may_use_the_same_key(store: Store) -> None:
    await store.apply(message('Mine', key='k'))
    await store.apply(message('Mine as well', author='Ben', key='k'))

    assert texts(await store.newest_page(10)) == ['Mine', 'Mine as well']


async def test_every_change_takes_the_next_position(store: Store) -> None:
    one, two = await fill(store, 2)

    edited = await store.apply(EditMessage(one.id, 'ann', 'another'))
    reacted = await store.apply(ToggleReaction(two.id, Reaction('👍', 'ben', 'Ben')))
    deleted = await store.apply(DeleteMessage(one.id, 'ann'))

    assert [edited.seq, reacted.seq, deleted.seq] == [3, 4, 5]
    assert [view.id for view in await store.changes_after(2, 10)] == [two.id, one.id]
    assert [view.id for view in await store.newest_page(10)] == [one.id, two.id]


async def test_a_text_that_is_deleted_is_not_in_the_file_any_more(store: Store, house: Path) -> None:
    said = await store.apply(message('secret of the kettle'))
    await store.apply(DeleteMessage(said.id, 'ann'))

    with sqlite3.connect(house / 'main.db') as other:
        assert other.execute('select text, reactions from message').fetchall() == [('', '[]')]


async def test_one_who_may_not_is_told_and_the_others_of_the_group_are_not_disturbed(store: Store) -> None:
    said = await store.apply(message('mine'))

    answers = await asyncio.gather(
        store.apply(EditMessage(said.id, 'ben', 'yours')),
        store.apply(message('next')),
        store.apply(ToggleReaction(said.id, Reaction('👍', 'ben', 'Ben'))),
        return_exceptions=True,
    )

    assert isinstance(answers[0], MessageNotFoundError)
    assert texts(await store.newest_page(10)) == ['mine', 'next']


async def test_many_react_at_once_and_each_counts(store: Store) -> None:
    said = await store.apply(message('cake'))

    await asyncio.gather(*[store.apply(ToggleReaction(said.id, Reaction('👍', f'{n}', f'{n}'))) for n in range(50)])

    found = await store.get(said.id)
    assert found
    assert [reaction.author for reaction in found.reactions] == [f'{n}' for n in range(50)]


async def test_it_is_durable_before_anybody_is_told(store: Store, house: Path) -> None:
    seen: list[int] = []

    def count(_: object) -> None:
        with sqlite3.connect(house / 'main.db') as other:
            seen.append(other.execute('select count(*) from message').fetchone()[0])

    store.on_commit(count)
    await store.apply(message('one'))
    await store.apply(message('two'))

    assert seen == [1, 2]


async def test_commits_wait_for_the_disk(store: Store) -> None:
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql('PRAGMA journal_mode').scalar() == 'wal'
        assert connection.exec_driver_sql('PRAGMA synchronous').scalar() == 2


async def test_a_sender_who_is_gone_does_not_take_the_message_away(store: Store) -> None:
    told: list[MessageView] = []
    store.on_commit(told.extend)
    sending = asyncio.create_task(store.apply(message('On my way out')))
    await asyncio.sleep(0)
    sending.cancel()

    await store.apply(message('Next'))

    assert texts(told) == texts(await store.newest_page(10)) == ['On my way out', 'Next']


async def test_closing_commits_what_is_waiting(house: Path) -> None:
    store = Store(f'sqlite:///{house}/main.db')
    sending = asyncio.gather(*[store.apply(message(f'{index}')) for index in range(20)])
    await asyncio.sleep(0)

    await store.close()

    assert len(await sending) == 20
    assert len(await Store(f'sqlite:///{house}/main.db').newest_page(50)) == 20


async def test_what_was_said_is_there_when_it_is_opened_again(house: Path) -> None:
    store = Store(f'sqlite:///{house}/main.db')
    await fill(store, 3)
    await store.close()

    again = Store(f'sqlite:///{house}/main.db')

    assert texts(await again.newest_page(10)) == ['number 1', 'number 2', 'number 3']
    assert (await again.apply(message('number 4'))).seq == 4
    await again.close()


async def test_while_it_is_locked_senders_are_told_and_then_it_goes_on(
    store: Store, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store._engine.connect() as connection:  # the writer's own connection, out of the pool and back
        connection.exec_driver_sql('PRAGMA busy_timeout=50')
    other = sqlite3.connect(house / 'main.db', isolation_level=None)
    other.execute('BEGIN IMMEDIATE')

    with pytest.raises(CommitError):
        await store.apply(message('Now?', key='k'))

    other.execute('ROLLBACK')
    assert (await store.apply(message('Now?', key='k'))).id == 1
    other.close()


async def test_two_writers_on_one_file_never_take_the_same_position(house: Path) -> None:
    stores = [Store(f'sqlite:///{house}/main.db') for _ in range(2)]

    said = await asyncio.gather(*[stores[index % 2].apply(message(f'{index}', key=f'{index}')) for index in range(60)])

    assert sorted(view.seq for view in said) == list(range(1, 61))
    for store in stores:
        await store.close()


def a_text_file(house: Path) -> str:
    (house / 'notes.txt').write_text('Milk, bread, eggs. ' * 300)
    return 'notes.txt'


def no_folder(_: Path) -> str:
    return 'missing/main.db'


def a_folder(house: Path) -> str:
    (house / 'folder').mkdir()
    return 'folder'


def a_database_of_others(house: Path) -> str:
    with sqlite3.connect(house / 'other.db') as other:
        other.execute('create table message (id integer primary key, subject text)')
    return 'other.db'


def a_torn_database(house: Path) -> str:
    with sqlite3.connect(house / 'torn.db') as torn:
        torn.execute('create table message (id integer primary key)')
    content = (house / 'torn.db').read_bytes()
    (house / 'torn.db').write_bytes(content[:100] + os.urandom(len(content) - 100))
    return 'torn.db'


@pytest.mark.parametrize(
    ('make', 'sentence'),
    [
        (a_text_file, 'The file notes.txt is not a database. Move it away, or'),
        (no_folder, 'Check that the folder exists and is writable, or'),
        (a_folder, 'Check that the folder exists and is writable, or'),
        (a_database_of_others, 'was made by another program or version. Move it away, or'),
        (a_torn_database, 'is not a database. Move it away, or'),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence_with_a_way_out(
    make: Callable[[Path], str], sentence: str, house: Path
) -> None:
    with pytest.raises(DatabaseUnavailableError) as caught:
        Store(f'sqlite:///{make(house)}')

    assert sentence in str(caught.value)
    assert 'MESSENGER_DATABASE_URL' in str(caught.value)
    assert '\n' not in str(caught.value)
