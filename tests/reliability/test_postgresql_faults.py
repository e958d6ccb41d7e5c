"""One connection to PostgreSQL after the other breaks, at each statement and at random."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger.storage import Command, CommandError, CommitError, Store, UncertainCommitError
from models import Changes, DeleteMessage, EditMessage, MessageView, PostMessage, ToggleReaction
from tests.reliability.conftest import with_name
from tests.support.examples import at_random
from tests.support.postgres import Postgres, libpq_url, on_postgres
from tests.support.postgres_wire import PostgresWire
from tests.support.waiting import until

pytestmark = on_postgres
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
GROUP = range(1, 8)  # BEGIN, lock, lease, INSERT, quotes, NOTIFY, COMMIT


@dataclass
class Replica:
    """A server's store, and what it tells."""

    store: Store
    told: list[Changes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store.on_commit(self.told.append)
        self.store.start()

    @property
    def messages(self) -> list[MessageView]:
        return [message for changes in self.told for message in changes.messages]

    @property
    def shown(self) -> dict[int, MessageView]:
        return {message.id: message for message in self.messages}

    async def has_told_everything(self) -> None:
        """Everything in the database has been told as it is, in order and without a gap."""
        kept = {message.id: message for message in await self.store.changes_after(0, 10_000)}
        await until(lambda: self.shown == kept)
        seqs = [message.seq for message in self.messages]
        assert seqs == sorted(set(seqs))
        ends = [changes.messages[-1].seq for changes in self.told]
        assert [changes.follows for changes in self.told] == [0, *ends][:-1]


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


def post(text: str, author: str = 'ann') -> PostMessage:
    return PostMessage(author, author, text, text, NOON)


@pytest.mark.parametrize('statement', GROUP)
@pytest.mark.parametrize('when', [PostgresWire.cut_before, PostgresWire.cut_after], ids=['sent', 'done'])
async def test_posts_whose_connection_breaks_at_any_statement_are_stored_once(
    when: Callable[[PostgresWire, int], None], statement: int, open_replica: OpenReplica, wire: PostgresWire
) -> None:
    a, b = await open_replica('a', wire.url), await open_replica('b')
    await a.store.apply(post('before'))

    when(wire, statement)
    await asyncio.gather(*[a.store.apply(post(f'{number}')) for number in range(5)])

    assert wire.cuts == 1
    for replica in (a, b):
        await replica.has_told_everything()
        assert [message.text for message in replica.messages] == ['before', '0', '1', '2', '3', '4']


async def test_post_that_fails_once_more_after_a_lost_answer_is_not_called_unstored(
    open_replica: OpenReplica, wire: PostgresWire, database_url: str
) -> None:
    a, b = await open_replica('a', wire.url), await open_replica('b')
    await a.store.apply(post('before'))

    with psycopg.connect(libpq_url(database_url), autocommit=True) as other:
        wire.cut_after(b'COMMIT', lambda: other.execute('SELECT pg_advisory_lock(4711)'))
        with pytest.raises(UncertainCommitError):
            await a.store.apply(post('Tea?'))

    assert wire.cuts == 1
    for replica in (a, b):
        await replica.has_told_everything()
        assert [message.text for message in replica.messages] == ['before', 'Tea?']


@pytest.mark.parametrize(
    'change',
    [EditMessage(1, 'ann', 'Coffee?'), DeleteMessage(1, 'ann'), ToggleReaction(1, '👍', 'ben', 'Ben')],
    ids=['edit', 'delete', 'react'],
)
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


@pytest.mark.parametrize(
    'change', [EditMessage(1, 'ann', 'Coffee?'), ToggleReaction(1, '👍', 'ben', 'Ben')], ids=['edit', 'react']
)
async def test_change_whose_answer_is_lost_is_uncertain_and_told_to_all(
    change: Command, open_replica: OpenReplica, wire: PostgresWire
) -> None:
    a, b = await open_replica('a', wire.url), await open_replica('b')
    posted = await a.store.apply(post('Tea?'))

    wire.cut_after(b'COMMIT')
    with pytest.raises(UncertainCommitError):
        await a.store.apply(change)

    assert wire.cuts == 1
    for replica in (a, b):
        await replica.has_told_everything()
        assert replica.shown[posted.id].seq == 2
        assert replica.shown[posted.id] != posted


async def test_deletion_whose_answer_is_lost_can_be_asked_for_again(
    open_replica: OpenReplica, wire: PostgresWire
) -> None:
    a = await open_replica('a', wire.url)
    await a.store.apply(post('Tea?'))

    wire.cut_after(b'COMMIT')
    with pytest.raises(UncertainCommitError):
        await a.store.apply(DeleteMessage(1, 'ann'))
    deleted = await a.store.apply(DeleteMessage(1, 'ann'))

    assert (deleted.deleted, deleted.seq) == (True, 2)
    await a.has_told_everything()


@dataclass
class Evening:
    """What is posted, changed and cut on three servers, and what was acknowledged."""

    replicas: list[Replica]
    postgres: Postgres
    url: str
    numbers: 'count[int]' = field(default_factory=count)
    acknowledged: dict[str, int] = field(default_factory=dict)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def post(self, where: int, how_many: int) -> None:
        for _ in range(how_many):
            self._start(self._post(where, f'text {next(self.numbers)}'))

    def repeat(self, where: int) -> None:
        if self.acknowledged:
            self._start(self._post(where, random.choice(list(self.acknowledged))))

    def change(self, where: int, command: Command) -> None:
        self._start(self._apply(where, command))

    async def cut(self, who: str) -> None:
        await asyncio.to_thread(self.postgres.terminate, self.url, who)

    async def finish(self) -> None:
        await asyncio.gather(*self.tasks)
        kept = [message.client_message_id for message in await self.replicas[0].store.changes_after(0, 10_000)]
        assert sorted(kept) == sorted(set(kept))
        assert self.acknowledged.keys() <= {*kept}
        for replica in self.replicas:
            await replica.has_told_everything()
        texts: dict[int, tuple[int, str]] = {}
        for message in [message for replica in self.replicas for message in replica.messages]:
            assert texts.setdefault(message.seq, (message.id, message.text)) == (message.id, message.text)

    def _start(self, work: Awaitable[None]) -> None:
        self.tasks.append(asyncio.ensure_future(work))

    async def _post(self, where: int, text: str) -> None:
        while True:
            try:
                posted = await self.replicas[where].store.apply(post(text))
            except CommitError:
                await asyncio.sleep(0.02)
            else:
                assert self.acknowledged.setdefault(text, posted.id) == posted.id
                return

    async def _apply(self, where: int, command: Command) -> None:
        with suppress(CommitError, CommandError):
            await self.replicas[where].store.apply(command)


Step = Callable[[Evening], Awaitable[None] | None]
CUTS = ["application_name = 'a'", "query ~ 'LISTEN|seq >'", 'random() < 0.4', 'true']
ANYWHERE, ANY_ID = st.integers(0, 2), st.integers(1, 30)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda where, many: lambda evening: evening.post(where, many), ANYWHERE, st.integers(1, 30)),
    st.builds(lambda where: lambda evening: evening.repeat(where), ANYWHERE),
    st.builds(lambda where, id_: lambda evening: evening.change(where, EditMessage(id_, 'ann', 'x')), ANYWHERE, ANY_ID),
    st.builds(lambda where, id_: lambda evening: evening.change(where, DeleteMessage(id_, 'ann')), ANYWHERE, ANY_ID),
    st.builds(
        lambda where, id_, who: lambda evening: evening.change(where, ToggleReaction(id_, '👍', who, who)),
        ANYWHERE,
        ANY_ID,
        st.sampled_from('abc'),
    ),
    st.sampled_from(CUTS).map(lambda who: lambda evening: evening.cut(who)),
    st.integers(1, 60).map(lambda time: lambda evening: asyncio.sleep(time / 1000)),
)


def try_evenings(examples: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Have a test called with the steps of many an evening."""
    return lambda test: at_random(examples)(given(steps=st.lists(STEPS, min_size=8, max_size=30))(test))


@try_evenings(10)
async def test_random_evening_on_three_servers_is_told_whole_and_in_one_order(
    steps: list[Step], postgres: Postgres
) -> None:
    await spend(steps, postgres)


@pytest.mark.endurance
@pytest.mark.timeout(900)
@try_evenings(300)
async def test_many_random_evenings_on_three_servers(steps: list[Step], postgres: Postgres) -> None:
    await spend(steps, postgres)


async def spend(steps: list[Step], postgres: Postgres) -> None:
    url = postgres.create_database()
    replicas = [Replica(Store(with_name(url, name), replica=name)) for name in 'abc']
    evening = Evening(replicas, postgres, url)
    for step in steps:
        if waiting := step(evening):
            await waiting
    await evening.finish()
    for replica in replicas:
        await replica.store.close()
    postgres.drop_database(url)
