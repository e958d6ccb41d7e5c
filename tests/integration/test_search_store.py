"""What the store finds is what a look through all texts finds, on both engines, however much of it is indexed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from operator import attrgetter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine

from messenger.folding import fold
from messenger.storage import Store
from messenger.storage.commands import CreateRoom, DeleteMessage, EditMessage, PostMessage
from messenger.storage.search import search
from messenger.storage.search_index import NEWEST
from models import MessageView, SearchPage, SearchQuery
from tests.support.databases import searchable
from tests.support.examples import at_random
from tests.support.postgres import both_engines

pytestmark = both_engines
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
AUTHORS = ['Ann', 'Ben Nevis', 'Zoë']
WORDS = [
    'tea',
    'Teapot',
    'kettle',
    'Kéttles',
    'on',
    '世界',
    '你好世界',
    'https://example.org',
    'a',
    '50%',
    '_',
    "it's",
    '"',
]
PARTS = [*WORDS, 'te', 'et', 'ttle', '世', '界', '好世', 'tea kettle', 'a on', '%', 'zzz', 'example.org https']
MOMENTS = [None, NOON, NOON + timedelta(minutes=300), NOON + timedelta(minutes=900)]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(' '.join)
QUERIES = st.builds(
    SearchQuery,
    terms=st.lists(st.sampled_from(PARTS).map(fold), max_size=3).map(tuple),
    author=st.sampled_from(['', '', 'ann', 'ben', 'nevis', 'ben nevis', 'zoe', 'be']),
    has_link=st.sampled_from([False, False, True]),
    since=st.sampled_from(MOMENTS),
    until=st.sampled_from(MOMENTS),
    room_id=st.sampled_from([None, None, 1, 2, 3, 9]),
)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = Store(database_url, erase_pause=0.01, index_pause=0.01)
    store.start()
    yield store
    await store.close()


async def post(store: Store, texts: Sequence[str], author: str = 'Ann', rooms: int = 1) -> list[MessageView]:
    first = (await store.newest_page(1)).seq
    commands = [
        PostMessage(
            author, author, f'{first} {number}', text, NOON + timedelta(minutes=number), room_id=1 + number % rooms
        )
        for number, text in enumerate(texts)
    ]
    return list(await asyncio.gather(*map(store.apply, commands)))


async def until_indexed(database_url: str, messages: int) -> None:
    async with asyncio.timeout(20):
        while searchable(database_url) < messages:
            await asyncio.sleep(0.01)


async def find(store: Store, query: SearchQuery) -> list[str]:
    """Return all texts that are found, page by page, the newest first."""
    found: list[str] = []
    before: int | None = None
    while True:
        page = await store.search(query, before=before, limit=30)
        found += [message.text for message in page.messages]
        if page.before is None:
            return found
        before = page.before


async def find_words(store: Store, *terms: str, **filters: Any) -> list[str]:
    return await find(store, SearchQuery(tuple(map(fold, terms)), **filters))


by_id = attrgetter('id')


def is_wanted(message: MessageView, query: SearchQuery) -> bool:
    """The meaning of a query, said as plainly as possible."""
    author, text = fold(message.author), fold(message.text)
    return (
        not message.deleted
        and not message.notice
        and all(term in text for term in query.terms)
        and query.author in ('', author, *author.split())
        and (not query.has_link or 'https://' in text)
        and (not query.since or message.sent_at >= query.since)
        and (not query.until or message.sent_at < query.until)
        and query.room_id in (None, message.room_id)
    )


@at_random(25)
@given(data=st.data())
async def test_a_search_finds_what_a_look_through_all_texts_finds(
    store: Store, database_url: str, data: st.DataObject
) -> None:
    if len(await store.rooms()) == 1:
        for name in ('ops', 'tea'):
            await store.apply(CreateRoom('Ann', 'ann', name, NOON, name, name, '', 10))
    texts = data.draw(st.lists(TEXTS, max_size=12)) * data.draw(st.sampled_from([1, 30]))
    posted = await post(store, texts, data.draw(st.sampled_from(AUTHORS)), rooms=3)
    some = st.lists(st.sampled_from(posted), max_size=3, unique_by=lambda message: message.id)
    for message in data.draw(some) if posted else []:
        if data.draw(st.booleans()):
            await store.apply(EditMessage(message.id, message.author_id, data.draw(TEXTS)))
        else:
            await store.apply(DeleteMessage(message.id, message.author_id))
    if data.draw(st.booleans()):
        await asyncio.sleep(0.03)  # some of it is indexed meanwhile
    messages = sorted([one for room in (1, 2, 3) for one in await store.page_from(0, 100_000, room_id=room)], key=by_id)

    for query in data.draw(st.lists(QUERIES, min_size=3, max_size=6)):
        wanted = [one.text for one in reversed(messages) if is_wanted(one, query)]
        assert await find(store, query) == wanted
        with create_engine(database_url, poolclass=NullPool).connect() as connection:  # as in a room of many messages
            page = search(connection, query, before=None, limit=100_000, max_room=0, clock=lambda: 0.0)
        assert [message.text for message in page.messages] == wanted


async def test_words_are_found_in_any_order_in_parts_and_without_accents(store: Store, database_url: str) -> None:
    await post(store, ['The Kéttle is on', *['filler'] * 600, 'on with the kettle'])
    await until_indexed(database_url, 601 - NEWEST)

    assert await find_words(store, 'on', 'KETTLE') == ['on with the kettle', 'The Kéttle is on']
    assert await find_words(store, 'ettl') == ['on with the kettle', 'The Kéttle is on']
    assert await find_words(store, 'kettle is') == ['The Kéttle is on']


@pytest.mark.parametrize('word', ['世界', '日本', 'カナ', '한국', 'ok', 'é!', '猫'])
async def test_words_of_two_characters_are_found_however_long_ago(word: str, store: Store, database_url: str) -> None:
    await post(store, [f'before{word}after', *['filler'] * 1000])
    await until_indexed(database_url, 1001 - NEWEST)

    assert await find_words(store, word) == [f'before{word}after']


async def test_edited_texts_are_found_by_their_new_words_and_deleted_ones_no_longer(
    store: Store, database_url: str
) -> None:
    ann, ben, *_ = await post(store, ['tea for two', 'tea for three', *['filler'] * 300])
    await until_indexed(database_url, 301 - NEWEST)

    await store.apply(EditMessage(ann.id, 'Ann', 'coffee for two'))
    await store.apply(DeleteMessage(ben.id, 'Ann'))

    for _ in range(2):
        assert await find_words(store, 'tea') == []
        assert await find_words(store, 'coffee') == ['coffee for two']
        async with asyncio.timeout(20):  # then the same with these indexed anew
            while searchable(database_url, stale=True):
                await asyncio.sleep(0.01)


async def test_what_is_changed_before_it_is_indexed_is_found_by_its_new_words(store: Store, database_url: str) -> None:
    ann, ben, *_ = await post(store, ['tea for two', 'tea for three'])
    await store.apply(EditMessage(ann.id, 'Ann', 'coffee for two'))
    await store.apply(DeleteMessage(ben.id, 'Ann'))
    await post(store, ['filler'] * 300)
    await until_indexed(database_url, 302 - NEWEST)

    assert await find_words(store, 'coffee') == ['coffee for two']
    assert await find_words(store, 'tea') == []


@pytest.mark.parametrize(
    'hostile',
    [
        '"',
        "'; DROP TABLE message; --",
        'NEAR(',
        '*',
        '%',
        '_',
        '\\',
        '^',
        'a OR b',
        ':term0',
        '{',
        '[0]',
        '\x1e',
        '\x1f',
    ],
)
async def test_signs_of_query_languages_are_only_signs(hostile: str, store: Store, database_url: str) -> None:
    await post(store, [f'before {hostile} after', *['other'] * 600])
    await until_indexed(database_url, 601 - NEWEST)

    found = await find_words(store, f'before {hostile} aft')

    assert found == [f'before {hostile} after']
    assert (await find_words(store, f'x{hostile}y')) == []


async def test_a_query_of_ten_thousand_characters_is_a_query(store: Store, database_url: str) -> None:
    long = 'kettle ' * 1400
    await post(store, [long.strip(), *['kettle'] * 300])
    await until_indexed(database_url, 301 - NEWEST)

    assert await find_words(store, long) == [long.strip()]


async def test_a_page_has_so_many_and_says_where_the_next_one_begins(store: Store) -> None:
    await post(store, [f'tea {number}' for number in range(61)])
    query = SearchQuery(('tea',))

    first = await store.search(query, before=None, limit=30)
    second = await store.search(query, before=first.before, limit=30)
    third = await store.search(query, before=second.before, limit=30)

    assert [message.text for message in first.messages] == [f'tea {number}' for number in range(60, 30, -1)]
    assert [len(page.messages) for page in (first, second, third)] == [30, 30, 1]
    assert third.before is None


async def test_a_search_that_takes_too_long_says_where_it_goes_on(store: Store, database_url: str) -> None:
    await post(store, ['tea', *['filler'] * 600])
    await until_indexed(database_url, 601 - NEWEST)
    pages: list[SearchPage] = []
    with create_engine(database_url).connect() as connection:
        while not pages or pages[-1].before:
            before = pages[-1].before if pages else None
            always_later = map(float, count()).__next__
            pages.append(search(connection, SearchQuery(('tea',)), before=before, limit=30, clock=always_later))

    assert [[message.text for message in page.messages] for page in pages] == [[], ['tea']]
    assert pages[0].before == 601 - NEWEST + 1


async def test_what_an_earlier_version_of_the_server_changes_is_not_missed(store: Store, database_url: str) -> None:
    old, *_ = await post(store, ['tea', *['filler'] * 300])
    await until_indexed(database_url, 301 - NEWEST)

    other = Store(database_url)  # as one that knows nothing of the index: the mark is the database's own
    await other.apply(EditMessage(old.id, 'Ann', 'coffee'))

    assert await find_words(store, 'coffee') == ['coffee']
    await other.close()


async def test_several_servers_make_one_index(
    store: Store, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = Store(database_url, index_pause=0.01, erase_pause=0.01)
    other.start()
    for number in range(6):
        first, *_ = await post(store, [f'kettle {number}', *['filler'] * 300])
        await other.apply(PostMessage('Zoë', 'zoë', f'{number}', 'teapot', NOON))
        await asyncio.gather(
            store.apply(EditMessage(first.id, 'Ann', f'teapot {number}')),
            other.apply(DeleteMessage(first.id + 1, 'Ann')),
        )
    await until_indexed(database_url, 7)

    assert len(await find_words(other, 'teapot')) == 12
    assert await find_words(store, 'kettle') == []
    assert len(await find_words(store, 'filler')) == 6 * 299
    assert caplog.messages == []
    await other.close()


async def test_who_searches_keeps_nobody_waiting_who_posts(store: Store, database_url: str) -> None:
    await post(store, ['kettle ' * 100 + 'tea'] * 900)
    await until_indexed(database_url, 3)
    searching = [asyncio.create_task(find_words(store, 'kettle tea', 'nobody')) for _ in range(300)]

    async with asyncio.timeout(2):
        for number in range(10):
            await store.apply(PostMessage('Ben', 'ben', f'{number}', 'Yes', NOON))

    assert not all(task.done() for task in searching)
    await asyncio.gather(*searching)
