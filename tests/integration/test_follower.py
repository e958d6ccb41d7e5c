"""Several servers on one PostgreSQL: each tells everything, in one order."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from messenger.storage import CommitError, Store
from messenger.storage.commands import EditMessage, PostMessage, SetReaction
from messenger.storage.follower import LOOK_EVERY, Follower
from messenger.storage.lease import Lease
from messenger.storage.listener import Listener
from models import Changes, MessageView, Quote, Reaction
from tests.support.postgres import Postgres, libpq_url, on_postgres
from tests.support.waiting import until

pytestmark = on_postgres
INSERT_ANY = """
INSERT INTO message (id, seq, author, author_id, client_message_id, text, sent_at, edited, deleted, continuation)
VALUES (1, 1, 'Ann', 'ann', 'a', 'Tea', now(), false, false, false)
"""


class Replica:
    """A server's store, and what it tells."""

    def __init__(self, url: str, name: str) -> None:
        self.store = Store(url, replica=name)
        self.told: list[Changes] = []
        self.rewinds = 0
        self.store.on_commit(self.told.append)
        self.store.on_rewind(self._rewind)
        self.store.start()

    @property
    def seqs(self) -> list[int]:
        return [message.seq for changes in self.told for message in changes.messages]

    async def post(self, text: str, author: str = 'ann') -> MessageView:
        return await self.store.apply(PostMessage(author, author, text, text, datetime.now(UTC)))

    async def has_told(self, *texts: str) -> None:
        await until(lambda: [m.text for changes in self.told for m in changes.messages] == list(texts))

    async def has_come_to(self, seq: int) -> None:
        await until(lambda: self.seqs[-1:] == [seq])

    def _rewind(self) -> None:
        self.rewinds += 1


@pytest.fixture
async def replicas(database_url: str) -> AsyncIterator[Sequence[Replica]]:
    replicas = [Replica(database_url, name) for name in 'abc']
    yield replicas
    for replica in replicas:
        await replica.store.close()


async def test_what_one_server_commits_every_other_tells(replicas: Sequence[Replica]) -> None:
    await replicas[0].post('one')
    await replicas[1].post('two')

    for replica in replicas:
        await replica.has_told('one', 'two')


async def test_edits_and_quotes_of_others_are_told_as_they_stand(replicas: Sequence[Replica]) -> None:
    a, b, _ = replicas
    posted = await a.post('Tea?')
    await b.store.apply(PostMessage('Ben', 'ben', 'r', 'Yes', datetime.now(UTC), reply_to=posted.id))
    await a.store.apply(EditMessage(posted.id, 'ann', 'Coffee?'))

    for replica in replicas:
        await replica.has_come_to(4)
        last = replica.told[-1].messages[-1]
        assert last.quote
        assert last.quote.text == 'Coffee?'


async def test_many_writers_give_one_order_without_a_gap(replicas: Sequence[Replica]) -> None:
    posts = [replica.post(f'{number} of {index}') for number in range(200) for index, replica in enumerate(replicas)]

    await asyncio.gather(*posts)

    for replica in replicas:
        await replica.has_come_to(600)
        assert replica.seqs == list(range(1, 601))
        follows = [changes.follows for changes in replica.told]
        assert follows == [0, *[changes.messages[-1].seq for changes in replica.told[:-1]]]


async def test_what_is_committed_while_nobody_listens_is_told_afterwards(
    replicas: Sequence[Replica], postgres: Postgres
) -> None:
    a, b, _ = replicas
    await a.post('one')
    await b.has_told('one')

    postgres.execute('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()')
    await a.post('two')
    await a.post('three')

    for replica in replicas:
        await replica.has_told('one', 'two', 'three')


async def test_a_lost_notification_costs_a_second_at_most(
    replicas: Sequence[Replica], postgres: Postgres, database_url: str
) -> None:
    quietly = "INSERT INTO message VALUES (1, 1, 'Ann', 'ann', 'k', 'quietly', now(), NULL, false, false, false)"
    postgres.execute(quietly, database_url)

    for replica in replicas:
        await replica.has_told('quietly')
        assert replica.told == [Changes(0, (await replica.store.newest_page(1)).messages)]


async def test_a_server_that_was_away_for_too_long_writes_nothing(
    replicas: Sequence[Replica], postgres: Postgres, database_url: str
) -> None:
    a, b, _ = replicas

    for attempt in (a.post('I was away'), a.store.apply(EditMessage(1, 'ann', 'I was away'))):
        postgres.execute("UPDATE replica SET seen_at = now() - interval '21 s' WHERE name = 'a'", database_url)
        with pytest.raises(CommitError, match='LeaseLostError'):
            await attempt

    await b.post('still here')
    await b.has_told('still here')


async def test_reactions_and_quotes_of_others_are_told(replicas: Sequence[Replica]) -> None:
    first, now = await replicas[0].post('Tea?'), datetime.now(UTC)
    await replicas[0].store.apply(PostMessage('Ben', 'ben', 'yes', 'Yes', now, first.id))
    for author in ('Cy', 'Ann'):
        await replicas[1].store.apply(SetReaction(first.id, '👍', author.lower(), author))

    for replica in replicas:
        await replica.has_come_to(4)
        last = {message.id: message for changes in replica.told for message in changes.messages}
        assert last[first.id].reactions == (Reaction('👍', ('cy', 'ann'), ('Cy', 'Ann')),)
        assert last[first.id + 1].quote == Quote(first.id, 'ann', 'Tea?', deleted=False)


async def test_a_look_is_not_forgotten_for_a_notification_of_ones_own(
    store: Store, postgres: Postgres, database_url: str
) -> None:
    async def connect() -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(libpq_url(database_url), autocommit=True)

    lease, told = Lease('a'), asyncio.Event()
    listener = Listener(connect, name='the database')
    follower = Follower(listener, lease, seq=0, epoch=store.epoch)
    follower.on_changes(lambda changes: told.set(), on_rewind=lambda: None)
    listener.start()
    while not listener.is_hearing:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)

    postgres.execute(f"{INSERT_ANY}; SELECT pg_notify('changed', '{lease.token}')", database_url)
    follower.look()

    await asyncio.wait_for(told.wait(), LOOK_EVERY / 4)
    await listener.close()
