"""One connection to PostgreSQL after the other breaks, at each statement."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import psycopg
import pytest

from messenger.storage import Command, Store, UncertainCommitError
from messenger.storage.commands import DeleteMessage, EditMessage, SetReaction
from tests.reliability.conftest import with_name
from tests.support.postgres import libpq_url, on_postgres
from tests.support.postgres_wire import PostgresWire
from tests.support.replica import Replica, post
from tests.support.waiting import until

pytestmark = on_postgres
CHANGES = [
    pytest.param(EditMessage(1, 'ann', 'Coffee?'), id='edit'),
    pytest.param(DeleteMessage(1, 'ann'), id='delete'),
    pytest.param(SetReaction(1, '👍', 'ben', 'Ben'), id='react'),
]
OpenReplica = Callable[..., Awaitable[Replica]]


@pytest.fixture
async def open_replica(database_url: str) -> AsyncIterator[OpenReplica]:
    replicas: list[Replica] = []

    async def open_replica(name: str, url: str = '') -> Replica:
        store = await asyncio.to_thread(Store, url or with_name(database_url, name), replica=name, lock_timeout=2)
        replicas.append(replica := Replica(store))
        return replica

    yield open_replica
    for replica in replicas:
        await replica.store.close()


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[PostgresWire]:
    wire = PostgresWire(database_url)
    await wire.open()
    yield wire
    await wire.close()


@pytest.mark.parametrize('answers', range(4))  # of the lock, the lease, INSERT and NOTIFY
async def test_posts_of_which_some_answers_are_lost_are_stored_once(
    answers: int, open_replica: OpenReplica, wire: PostgresWire
) -> None:
    a, b = await open_replica('a', wire.url), await open_replica('b')
    await a.store.apply(post('before'))

    wire.cut_after(answers + 1)
    await asyncio.gather(*[a.store.apply(post(f'{number}')) for number in range(5)])

    assert wire.cuts == 1
    for replica in (a, b):
        await replica.has_told_everything()
        assert [message.text for message in replica.messages] == ['before', '0', '1', '2', '3', '4']


async def test_posts_that_do_not_arrive_are_sent_again(open_replica: OpenReplica, wire: PostgresWire) -> None:
    a = await open_replica('a', wire.url)
    await a.store.apply(post('before'))

    wire.cut_before(1)
    await a.store.apply(post('after'))

    assert wire.cuts == 1
    await a.has_told_everything()


async def test_server_that_is_stopped_while_it_posts_stops_nobody_else(
    open_replica: OpenReplica, wire: PostgresWire
) -> None:
    a, b = await open_replica('a', wire.url), await open_replica('b')
    await a.store.apply(post('before'))

    wire.hold()
    posting = asyncio.gather(*[a.store.apply(post(f'{number:0100}')) for number in range(1000)])
    await until(lambda: wire.held > 0)
    await b.store.apply(post('of another'))
    wire.release()
    await posting

    for replica in (a, b):
        await replica.has_told_everything()
        assert len(replica.messages) == 1002


async def test_post_that_fails_once_more_after_a_lost_answer_is_not_called_unstored(
    open_replica: OpenReplica, wire: PostgresWire, database_url: str
) -> None:
    a, b = await open_replica('a', wire.url), await open_replica('b')
    await a.store.apply(post('before'))

    with psycopg.connect(libpq_url(database_url), autocommit=True) as other:
        wire.cut_after(4, lambda: other.execute('SELECT pg_advisory_lock(4711)'))
        with pytest.raises(UncertainCommitError):
            await a.store.apply(post('Tea?'))

    assert wire.cuts == 1
    for replica in (a, b):
        await replica.has_told_everything()
        assert [message.text for message in replica.messages] == ['before', 'Tea?']


@pytest.mark.parametrize('change', CHANGES)
async def test_change_whose_connection_breaks_before_the_commit_is_done_once(
    change: Command, open_replica: OpenReplica, wire: PostgresWire
) -> None:
    a, b = await open_replica('a', wire.url), await open_replica('b')
    await a.store.apply(post('Tea?'))

    for statement in range(1, 5):
        wire.cut_before(statement)
        changed = await a.store.apply(change)

        assert wire.cuts == statement
        assert changed == b.shown.get(1) or changed.seq >= a.shown[1].seq
        for replica in (a, b):
            await replica.has_told_everything()


@pytest.mark.parametrize('change', CHANGES)
async def test_change_whose_answer_is_lost_is_done_once(
    change: Command, open_replica: OpenReplica, wire: PostgresWire
) -> None:
    a, b = await open_replica('a', wire.url), await open_replica('b')
    posted = await a.store.apply(post('Tea?'))

    wire.cut_after(b'COMMIT')
    changed = await a.store.apply(change)

    assert wire.cuts == 1
    assert (changed.id, changed.seq) == (posted.id, 2)
    for replica in (a, b):
        await replica.has_told_everything()
        assert replica.shown[posted.id] == changed


@pytest.mark.endurance
async def test_connections_that_are_swallowed_without_an_end_are_given_up(
    open_replica: OpenReplica, wire: PostgresWire
) -> None:
    a, b = await open_replica('a', wire.url), await open_replica('b')
    await a.store.apply(post('before'))

    wire.swallow()
    await b.store.apply(post('of another'))
    posted, page = await asyncio.gather(a.store.apply(post('after')), a.store.newest_page(10))

    assert posted.text == 'after'
    assert [message.text for message in page.messages][:2] == ['before', 'of another']
    for replica in (a, b):
        await replica.has_told_everything()
