"""Evenings on three servers at random: what is posted and changed, while connections to PostgreSQL break."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger.storage import Command, CommandError, CommitError, Store
from messenger.storage.commands import DeleteMessage, EditMessage, SetReaction
from tests.reliability.conftest import with_name
from tests.support.examples import at_random
from tests.support.postgres import Postgres, on_postgres
from tests.support.replica import Replica, post

pytestmark = on_postgres


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
        lambda where, id_, who, on: lambda evening: evening.change(where, SetReaction(id_, '👍', who, who, on)),
        ANYWHERE,
        ANY_ID,
        st.sampled_from('abc'),
        st.booleans(),
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
