"""The store: order, durability, repeats, and what it says when it cannot."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from messenger.storage import CommitError, MessageNotFoundError, Store
from messenger.storage.commands import DeleteMessage, EditMessage, PostMessage, SetReaction
from models import MessageView, Quote
from tests.support.databases import held
from tests.support.postgres import both_engines

pytestmark = both_engines
NOON = datetime(2026, 1, 2, 12, 0, 0, 123000, tzinfo=UTC)


def message(text: str, *, author: str = 'Ann', client_message_id: str | None = None) -> PostMessage:
    return PostMessage(author, author.casefold(), client_message_id or f'id of {text}', text, NOON)


async def fill(store: Store, count: int) -> list[MessageView]:
    return await asyncio.gather(*[store.apply(message(f'number {index}')) for index in range(1, count + 1)])


def texts(messages: Sequence[MessageView]) -> list[str]:
    return [message.text for message in messages]


async def test_a_message_comes_back_as_it_was_posted(store: Store) -> None:
    posted = await store.apply(message('Grüße, 世界 \n🎉'))

    assert (await store.newest_page(10)).messages == [posted]
    assert (posted.author, posted.text, posted.sent_at) == ('Ann', 'Grüße, 世界 \n🎉', NOON)
    assert posted.sent_at.utcoffset() == timedelta(0)


async def test_ids_and_positions_go_up_by_one_in_order_of_posting(store: Store) -> None:
    posted = await fill(store, 300)

    assert [view.id for view in posted] == list(range(1, 301))
    assert [view.seq for view in posted] == list(range(1, 301))
    assert texts((await store.newest_page(300)).messages) == [f'number {index}' for index in range(1, 301)]


async def test_many_posts_at_once_share_few_commits(store: Store) -> None:
    batches: list[int] = []
    store.on_commit(lambda changes: batches.append(len(changes.messages)))

    await fill(store, 500)

    assert sum(batches) == 500
    assert len(batches) < 10


async def test_pages_go_back_to_the_beginning_without_gap_or_overlap(store: Store) -> None:
    await fill(store, 120)

    newest = (await store.newest_page(50)).messages
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


async def test_a_repeated_client_message_id_is_the_same_message(store: Store) -> None:
    changes: list[MessageView] = []
    store.on_commit(lambda new: changes.extend(new.messages))
    first = await store.apply(message('Hello', client_message_id='a'))

    again = await store.apply(message('Hello, hello', client_message_id='a'))
    together = await asyncio.gather(*[store.apply(message('Twice', client_message_id='b')) for _ in range(3)])

    assert again == first
    assert len(set(together)) == 1
    assert texts(changes) == texts((await store.newest_page(10)).messages) == ['Hello', 'Twice']


async def test_two_authors_may_use_the_same_client_message_id(store: Store) -> None:
    await store.apply(message('Mine', client_message_id='a'))
    await store.apply(message('Mine as well', author='Ben', client_message_id='a'))

    assert texts((await store.newest_page(10)).messages) == ['Mine', 'Mine as well']


async def test_every_change_takes_the_next_position(store: Store) -> None:
    one, two = await fill(store, 2)

    edited = await store.apply(EditMessage(one.id, 'ann', 'another'))
    reacted = await store.apply(SetReaction(two.id, '👍', 'ben', 'Ben'))
    deleted = await store.apply(DeleteMessage(one.id, 'ann'))

    assert [edited.seq, reacted.seq, deleted.seq] == [3, 4, 5]
    assert [view.id for view in await store.changes_after(2, 10)] == [two.id, one.id]
    assert [view.id for view in (await store.newest_page(10)).messages] == [one.id, two.id]


async def test_replies_to_an_edited_message_take_positions_after_it(store: Store) -> None:
    one, _ = await fill(store, 2)
    replies = [
        await store.apply(PostMessage('Ben', 'ben', f'reply {index}', 'Yes', NOON, reply_to=one.id))
        for index in range(2)
    ]

    await store.apply(EditMessage(one.id, 'ann', 'another'))

    changes = await store.changes_after(4, 10)
    assert [(view.id, view.seq) for view in changes] == [(one.id, 5), (replies[0].id, 6), (replies[1].id, 7)]
    assert [view.quote and view.quote.text for view in changes] == [None, 'another', 'another']


def sent(author: str, *, at: datetime, text: str = 'x') -> PostMessage:
    return PostMessage(author, author.casefold(), f'{author} {text}', text, at)


@pytest.mark.parametrize(
    ('author', 'later', 'continues'),
    [
        ('Ann', timedelta(0), True),
        ('Ann', timedelta(minutes=5, microseconds=-1), True),
        ('Ann', timedelta(minutes=5), False),
        ('Ann', timedelta(seconds=-1), True),  # a clock that was set right
        ('Ann', timedelta(minutes=-5), False),
        ('Ben', timedelta(0), False),
    ],
)
async def test_a_message_continues_the_one_before_it(
    author: str, later: timedelta, continues: bool, store: Store
) -> None:
    first = await store.apply(sent('Ann', at=NOON))
    second = await store.apply(sent(author, at=NOON + later, text='y'))

    assert [first.continuation, second.continuation] == [False, continues]
    assert (await store.newest_page(10)).messages == [first, second]


async def test_messages_of_one_commit_continue_each_other(store: Store) -> None:
    authors = ['Ann', 'Ann', 'Ben', 'Ann', 'Ann']

    posted = await asyncio.gather(
        *[store.apply(message(f'{index}', author=author)) for index, author in enumerate(authors)]
    )

    assert [view.continuation for view in posted] == [False, True, False, False, True]
    assert (await store.newest_page(10)).messages == posted


async def test_what_a_message_continues_is_not_what_changed_last(store: Store) -> None:
    one, _ = [await store.apply(message(author, author=author)) for author in ('Ann', 'Ben')]
    await store.apply(EditMessage(one.id, 'ann', 'another'))

    assert (await store.apply(message('more', author='Ben'))).continuation


async def test_a_refused_command_does_not_disturb_its_group(store: Store) -> None:
    posted = await store.apply(message('mine'))

    results = await asyncio.gather(
        store.apply(EditMessage(posted.id, 'ben', 'yours')),
        store.apply(message('next')),
        store.apply(SetReaction(posted.id, '👍', 'ben', 'Ben')),
        return_exceptions=True,
    )

    assert isinstance(results[0], MessageNotFoundError)
    assert texts((await store.newest_page(10)).messages) == ['mine', 'next']


async def test_a_change_is_durable_before_anybody_sees_it(store: Store, database_url: str) -> None:
    seen: list[int] = []
    other = create_engine(database_url, poolclass=NullPool)

    def count(_: object) -> None:
        with other.connect() as connection:
            seen.append(connection.execute(text('select count(*) from message')).scalar_one())

    store.on_commit(count)
    await store.apply(message('one'))
    await store.apply(message('two'))

    assert seen == [1, 2]


async def test_a_sender_who_is_gone_does_not_take_the_message_away(store: Store) -> None:
    changes: list[MessageView] = []
    store.on_commit(lambda new: changes.extend(new.messages))
    posting = asyncio.create_task(store.apply(message('On my way out')))
    await asyncio.sleep(0)
    posting.cancel()

    await store.apply(message('Next'))

    assert texts(changes) == texts((await store.newest_page(10)).messages) == ['On my way out', 'Next']


async def test_a_failing_listener_does_not_fail_the_senders(store: Store) -> None:
    def fail(_: object) -> None:
        raise ValueError

    store.on_commit(fail)

    assert [(await store.apply(message(text))).text for text in ('one', 'two')] == ['one', 'two']


async def test_closing_commits_what_is_queued(database_url: str) -> None:
    store = Store(database_url)
    posting = asyncio.gather(*[store.apply(message(f'{index}')) for index in range(20)])
    await asyncio.sleep(0)

    await store.close()

    assert len(await posting) == 20
    again = Store(database_url)
    assert len((await again.newest_page(50)).messages) == 20
    await again.close()


async def test_messages_are_there_when_the_database_is_opened_again(database_url: str) -> None:
    store = Store(database_url)
    await fill(store, 3)
    await store.close()

    again = Store(database_url)

    assert texts((await again.newest_page(10)).messages) == ['number 1', 'number 2', 'number 3']
    assert (await again.apply(message('number 4'))).seq == 4
    await again.close()


async def test_a_locked_database_fails_a_post_and_then_it_goes_on(database_url: str) -> None:
    store = Store(database_url, lock_timeout=0.05)
    with held(database_url), pytest.raises(CommitError):
        await store.apply(message('Now?'))

    assert (await store.apply(message('Now?'))).id == 1
    await store.close()


async def test_two_writers_never_take_the_same_position(database_url: str) -> None:
    stores = [Store(database_url) for _ in range(2)]

    posted = await asyncio.gather(*[stores[index % 2].apply(message(f'{index}')) for index in range(60)])

    assert sorted(view.seq for view in posted) == list(range(1, 61))
    for store in stores:
        await store.close()


async def test_a_reply_carries_what_it_quotes(store: Store) -> None:
    posted = await store.apply(message('Tea?'))
    replies = [PostMessage('Ben', 'ben', f'{quoted}', 'Yes', NOON, reply_to=quoted) for quoted in (posted.id, 7, 2**70)]

    views = await asyncio.gather(*map(store.apply, replies))

    assert [view.quote for view in views] == [Quote(posted.id, 'Ann', 'Tea?', False), None, None]
    assert (await store.newest_page(3)).messages == views
