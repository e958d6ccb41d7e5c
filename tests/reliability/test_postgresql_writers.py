"""Several servers write into one PostgreSQL, and some of them are killed or stopped."""

import asyncio
import random
import signal
import time

import pytest

from tests.reliability.conftest import ReadRows, StartWriter
from tests.support.postgres import Postgres, endurance, on_postgres
from tests.support.waiting import until
from tests.support.writer import all_have_told, come_to_rest, longest_silence

pytestmark = on_postgres
LOCKS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"


async def test_ten_writers_give_one_order_that_all_of_them_tell(
    start_writer: StartWriter, read_rows: ReadRows, postgres: Postgres
) -> None:
    writers = await asyncio.gather(*[start_writer(name) for name in 'abcdefghij'])
    for writer in writers:
        writer.do('talk', 10)
    await asyncio.gather(*[writer.has_got_through(100) for writer in writers])
    await come_to_rest(writers, read_rows)

    rows = read_rows()
    assert sorted(seq for seq, _, _ in rows) == list(range(1, len(rows) + 1))
    assert [writer.refused for writer in writers] == [[]] * 10
    assert 'duplicate key' not in postgres.log


@pytest.mark.parametrize('rounds', [3, pytest.param(100, marks=endurance)])
async def test_killed_writer_takes_nothing_along_and_stops_nobody(
    rounds: int, start_writer: StartWriter, read_rows: ReadRows
) -> None:
    chance = random.Random(1)
    staying, ended = [await start_writer(name) for name in 'ab'], []
    for writer in staying:
        writer.do('talk', 5)

    for round_ in range(rounds):
        writer = await start_writer(f'k{round_}')
        writer.do('talk', 20)
        await writer.has_got_through(1)
        await asyncio.sleep(chance.uniform(0, 0.3))
        killed_at = time.monotonic()
        await writer.kill()
        ended.append(writer)
        await asyncio.sleep(1.2)
        assert max(longest_silence(other, killed_at) for other in staying) < 1

    await come_to_rest(staying, read_rows)
    for writer in ended:
        writer.check(read_rows())


async def test_writer_that_freezes_while_it_holds_the_lock_stops_others_for_two_seconds_at_most(
    start_writer: StartWriter, read_rows: ReadRows
) -> None:
    a, b = await start_writer('a'), await start_writer('b')
    a.do('post', 'Tea?')
    await a.has_stored('Tea?')
    b.do('talk', 5)
    await b.has_got_through(10)

    a.do('freeze', 'UPDATE message')
    a.do('edit', 1, 'a', 'Coffee?')
    del a.acknowledged['Tea?']
    await a.is_stopped()
    stopped_at = time.monotonic()
    await asyncio.sleep(3)
    assert longest_silence(b, stopped_at) < 2
    assert 'Coffee?' not in {text for _, _, text in read_rows()}

    a.signal(signal.SIGCONT)
    await a.has_stored('Coffee?')
    a.do('post', 'back')
    await a.has_stored('back')
    b.do('rest')
    await asyncio.sleep(0.3)
    await all_have_told([a, b], read_rows)
    assert [text for _, id_, text in read_rows() if id_ == 1] == ['Coffee?']
    assert a.refused == []


async def test_writer_that_was_stopped_for_longer_than_its_lease_writes_nothing_that_it_held(
    start_writer: StartWriter, read_rows: ReadRows, postgres: Postgres, database_url: str
) -> None:
    a, b = await start_writer('a'), await start_writer('b')
    a.do('post', 'Tea?')
    await a.has_stored('Tea?')

    a.do('freeze', 'UPDATE message')
    a.do('edit', 1, 'a', 'Coffee?')
    await a.is_stopped()
    a.do_at_once(['edit', 1, 'a', 'Water?'], ['try_to_post', 'I was away'])
    postgres.execute("UPDATE replica SET seen_at = seen_at - interval '30 s' WHERE name = 'a'", database_url)
    await asyncio.sleep(1.5)  # until its connection is taken away
    a.signal(signal.SIGCONT)

    await until(lambda: {text for text, _ in a.refused} == {'Coffee?', 'Water?', 'I was away'}, 20)
    b.do('post', 'still here')
    await b.has_stored('still here')
    assert sorted(text for _, _, text in read_rows()) == ['Tea?', 'still here']
    await all_have_told([a, b], read_rows)
