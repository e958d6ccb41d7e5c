"""However much has been said, no statement of the store looks through all of it."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import make_url

from messenger.storage import Store
from messenger.storage.commands import (
    ArchiveRoom,
    CreateRoom,
    DeleteMessage,
    EditMessage,
    EditRoom,
    PostMessage,
    SetReaction,
)
from messenger.storage.search import MIN_WINDOW
from messenger.storage.search_index import NEWEST
from models import SearchQuery
from tests.support.databases import searchable
from tests.support.postgres import Postgres, endurance, on_postgres

pytestmark = on_postgres
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
EXPLAIN = """
    ALTER DATABASE {name} SET session_preload_libraries = 'auto_explain';
    ALTER DATABASE {name} SET auto_explain.log_min_duration = 0;
    ALTER DATABASE {name} SET auto_explain.log_level = 'warning';
    ALTER DATABASE {name} SET auto_explain.log_analyze = on;
    ALTER DATABASE {name} SET auto_explain.log_buffers = on;
    ALTER DATABASE {name} SET auto_explain.log_timing = off;
"""
FILL = """
    INSERT INTO room (id, slug, name, name_key, topic, archived)
    SELECT 100 + n, 'r' || n, 'r' || n, 'r' || n, '', false FROM generate_series(0, 199) AS n;
    INSERT INTO message (
        id, seq, author, author_id, client_message_id, text, sent_at, edited, deleted, continuation, room_id
    )
    SELECT last.id + n, last.seq + n, 'Ben', 'ben', 'filled ' || n, 'line ' || n, now(), false, false, true,
        CASE WHEN n % 2 = 0 THEN 1 ELSE 100 + n % 200 END
    FROM generate_series(1, {rows}) AS n, (SELECT max(id) AS id, max(seq) AS seq FROM message) AS last
"""
STATEMENTS = (
    *('INSERT INTO message', 'UPDATE message', 'DELETE FROM reaction', 'pg_notify', 'message.seq > '),
    *('INSERT INTO room', 'UPDATE room', 'message.room_id = '),
)
SEVERAL = re.compile(r'(?:Rows Removed by Filter: |actual rows=)(?!100 )\d{3}')  # more than are asked for
INSERTED = re.compile(r'Query Text:\s+PREPARE new_messages.*?Insert on message.*?Buffers: shared hit=(\d+)', re.DOTALL)


@pytest.fixture
def explained(postgres: Postgres, database_url: str) -> Callable[[], str]:
    """Have each statement in the database explained from now on, and return what has been said since the last call."""
    for statement in EXPLAIN.format(name=make_url(database_url).database).strip().splitlines():
        postgres.execute(statement)
    said = len(postgres.log)

    def explained() -> str:
        nonlocal said
        log = postgres.log[said:]
        said += len(log)
        return log

    return explained


async def do_everything(store: Store, round_: int) -> None:
    """Have each statement of the store executed, more often than psycopg waits before it prepares one."""
    for number in range(7):
        name = f'{round_} {number}'
        posted = await store.apply(PostMessage('Ann', 'ann', name, 'Tea?', NOON))
        repeated = await store.apply(PostMessage('Ann', 'ann', name, 'Tea?', NOON))
        assert repeated.id == posted.id
        reply = PostMessage('Ben', 'ben', name, 'Yes', NOON, reply_to=posted.id)
        await asyncio.gather(store.apply(reply), store.apply(EditMessage(posted.id, 'ann', 'Coffee?')))
        for on in (True, False):
            await store.apply(SetReaction(posted.id, '👍', 'ben', 'Ben', on))
        await store.apply(DeleteMessage(posted.id, 'ann'))
        await store.get(posted.id)
        page = await store.newest_page(50)
        await store.page_before(posted.id, 50)
        await store.page_from(posted.id, 50)
        await store.changes_after(page.seq - 1, 50)
        await search(store)
    await do_everything_in_a_room(store, round_)


async def do_everything_in_a_room(store: Store, round_: int) -> None:
    """Have each statement of rooms executed, in one that has few messages, and in one that has many."""
    for number in range(7):
        by = 'Ann', 'ann', f'room {round_} {number}', NOON
        room_id = (await store.apply(CreateRoom(*by, by[2], by[2], '', 1000))).room_id
        posts = [PostMessage('Ann', 'ann', f'{by[2]} {index}', 'Tea?', NOON, room_id=room_id) for index in range(3)]
        first, *_ = await asyncio.gather(*map(store.apply, posts))
        await store.apply(EditRoom('Ann', 'ann', f'{by[2]} e', NOON, room_id, f'new {by[2]}', 'Alarms'))
        for room in (room_id, 151, 1):
            await store.newest_page(50, room_id=room)
            await store.page_before(first.id, 50, room_id=room)
            await store.page_from(first.id, 50, room_id=room)
            await store.room_changes_after(first.seq, 50, room_id=room)
        await store.unread({room_id: 0, 151: 0, 1: 0}, user_id='cleo', limit=100)
        await store.apply(ArchiveRoom('Ann', 'ann', f'{by[2]} a', NOON, room_id, True, 1000))


async def search(store: Store) -> None:
    for terms in (('coffee',), ('line', 'nobody said this'), ('世界',)):
        await store.search(SearchQuery(terms, 'ben', since=NOON), before=None, limit=30)


@pytest.mark.parametrize('rows', [0, 10, 10_000, pytest.param(1_000_000, marks=endurance)])
async def test_no_statement_looks_through_all_messages_and_a_post_costs_the_same(
    rows: int, explained: Callable[[], str], postgres: Postgres, database_url: str
) -> None:
    store, other = Store(database_url, replica='a'), Store(database_url, replica='b')
    told: list[int] = []
    other.on_commit(lambda changes: told.append(changes.messages[-1].seq))
    store.start()
    other.start()
    await do_everything(store, 1)
    first = explained()
    postgres.execute(FILL.format(rows=rows), database_url)  # the plans were made for a table with next to nothing
    while told[-1] < (await store.newest_page(1)).seq:
        await asyncio.sleep(0.05)
    explained()

    await do_everything(store, 2)
    second = explained()
    while searchable(database_url) < rows - NEWEST:
        await asyncio.sleep(0.1)
    explained()
    for _ in range(7):
        await search(store)

    second += explained()
    await store.close()
    await other.close()
    for plans in (first, second):
        assert [statement for statement in STATEMENTS if statement not in plans] == []
        assert re.findall('Seq Scan on (?:message|reaction|message_search)', plans) == []
    assert ('Bitmap Index Scan on ix_message_search_text' in second) == (rows > MIN_WINDOW)
    in_rooms = [plan for plan in second.split('Query Text:') if 'message.room_id = ' in plan]
    if rows > MIN_WINDOW:  # below, another way can be as short
        assert [plan for plan in in_rooms if SEVERAL.search(plan)] == []
        assert all(f'using ix_message_room_id_{order}' in second for order in ('id', 'seq'))
    before, after = [[int(hits) for hits in INSERTED.findall(plans)] for plans in (first, second)]
    assert max(after) <= 2 * max(before)
