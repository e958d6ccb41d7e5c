"""Several servers on one PostgreSQL: one holder of a name, one throttle, one list of people."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest

from auth import LoginError, LoginService, LoginSession
from messenger.presence import Presence
from messenger.storage import CommitError, Store, lease
from messenger.storage.commands import EditMessage, PostMessage
from messenger.throttle import Source
from models import User
from tests.support.postgres import Postgres, on_postgres
from tests.support.waiting import until

pytestmark = on_postgres
HERE = Source('192.168.0.7', 'a page')


class Replica:
    """What one server knows of users."""

    def __init__(self, url: str, name: str) -> None:
        self.store = Store(url, replica=name)
        self.logins = LoginService('secret', self.store.register)
        self.presence = Presence(self.store.register)
        self.typed: list[User] = []
        self.presence.typed.subscribe(self.typed.append)
        earlier_tasks = asyncio.all_tasks()
        self.store.start()
        self._tasks = asyncio.all_tasks() - earlier_tasks

    @property
    def people(self) -> list[tuple[str, bool]]:
        return [(user.name, user.away) for user in self.presence.users]

    async def enter(self, name: str) -> LoginSession:
        session = await self.logins.log_in(name, 'secret', HERE)
        session.on_end = lambda: self.presence.remove(session)
        self.presence.connect(session)
        return session

    def leave(self, session: LoginSession) -> None:
        self.logins.log_out(session)
        self.presence.remove(session)

    def vanish(self) -> None:
        """Lose the connection for good, as a server that is killed."""
        for task in self._tasks:
            task.cancel()

    async def refusal(self, name: str, password: str = 'secret', address: str = '192.168.0.7') -> str:
        with pytest.raises(LoginError) as caught:
            await self.logins.log_in(name, password, Source(address, 'a page'))
        return str(caught.value)


async def enter_and_be_seen(here: Replica, elsewhere: Replica) -> LoginSession:
    ann = await here.enter('Ann')
    await until(lambda: elsewhere.people == [('Ann', False)])
    return ann


def message(text: str) -> PostMessage:
    return PostMessage('Ann', 'ann', text, text, datetime.now(UTC))


def reconnect(postgres: Postgres) -> None:
    postgres.execute('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()')


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases are prolonged only after a connect."""
    monkeypatch.setattr(lease, 'HEARTBEAT', 1000)


@pytest.fixture
async def replicas(database_url: str) -> AsyncIterator[Sequence[Replica]]:
    replicas = [Replica(database_url, name) for name in 'ab']
    for replica in replicas:
        await until(lambda replica=replica: replica.store.is_heard)  # type: ignore[misc]
    yield replicas
    for replica in replicas:
        await replica.store.close()


async def test_a_name_has_one_holder_on_all_servers(replicas: Sequence[Replica]) -> None:
    a, b = replicas
    session = await a.enter('Ann')

    assert await b.refusal('aNN') == 'Ann is already here. Please choose another name.'
    assert await b.refusal('Αnn') == 'Ann is already here. Please choose another name.'  # a Greek letter
    a.leave(session)
    await asyncio.sleep(0.5)  # until others know

    assert (await b.enter('Ann')).name == 'Ann'


async def test_of_two_who_come_at_once_with_one_name_one_is_in(replicas: Sequence[Replica]) -> None:
    for number in range(20):
        attempts = [replica.logins.log_in(f'Guest {number}', 'secret', HERE) for replica in replicas]

        outcomes = await asyncio.gather(*attempts, return_exceptions=True)

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ['LoginError', 'LoginSession']


async def test_a_name_that_is_taken_over_elsewhere_ends_its_session_at_once(replicas: Sequence[Replica]) -> None:
    a, b = replicas
    session = await a.enter('Ann')
    a.logins.set_connected(session, False)
    await asyncio.sleep(0.5)  # until others know

    await b.enter('ann')

    await until(lambda: session.ended)
    await until(lambda: a.people == b.people == [('ann', False)])


async def test_everybody_sees_the_people_of_all_servers(replicas: Sequence[Replica]) -> None:
    a, b = replicas
    ann, ben = await a.enter('Ann'), await b.enter('Ben')
    await until(lambda: a.people == b.people == [('Ann', False), ('Ben', False)])

    b.presence.set_away(ben, True)
    await until(lambda: a.people == [('Ann', False), ('Ben', True)])
    a.leave(ann)
    await until(lambda: b.people == [('Ben', True)])


async def test_who_types_is_told_to_other_servers(replicas: Sequence[Replica]) -> None:
    a, b = replicas
    ann = await enter_and_be_seen(a, b)

    a.presence.set_typing(ann)

    await until(lambda: [user.name for user in b.typed] == ['Ann'])
    assert [user.name for user in a.typed] == ['Ann']


async def test_wrong_passwords_are_counted_for_all_servers_together(replicas: Sequence[Replica]) -> None:
    refusals = [await replicas[number % 2].refusal('Eve', 'guess', f'10.{number}.0.1') for number in range(40)]

    heard = refusals.count('That is not the password. Please try again.')
    assert 0 < heard < 20


async def test_names_of_a_server_that_is_gone_are_free_at_once(replicas: Sequence[Replica]) -> None:
    a, b = replicas
    await a.enter('Ann')
    assert 'already here' in await b.refusal('Ann')

    a.vanish()
    await asyncio.sleep(0.2)  # until PostgreSQL has noticed

    assert (await b.enter('Ann')).name == 'Ann'


async def test_a_server_that_stands_still_keeps_its_names_for_its_lease(
    still: None, replicas: Sequence[Replica], postgres: Postgres, database_url: str
) -> None:
    a, b = replicas
    session = await a.enter('Ann')
    posted = await a.store.apply(message('one'))

    postgres.execute("UPDATE replica SET seen_at = now() - interval '18 s' WHERE name = 'a'", database_url)
    assert 'already here' in await b.refusal('Ann')
    postgres.execute("UPDATE replica SET seen_at = now() - interval '21 s' WHERE name = 'a'", database_url)
    await b.enter('Ann')
    with pytest.raises(CommitError):
        await a.store.apply(EditMessage(posted.id, 'ann', 'two'))

    reconnect(postgres)
    await until(lambda: session.ended)
    assert (await b.store.get(posted.id)) == posted


async def test_a_server_that_comes_back_keeps_what_nobody_took(
    replicas: Sequence[Replica], postgres: Postgres, database_url: str
) -> None:
    a, b = replicas
    session = await a.enter('Ann')
    postgres.execute("UPDATE replica SET seen_at = seen_at - interval '30 s' WHERE name = 'a'", database_url)

    async def can_post() -> bool:
        try:
            return bool(await a.store.apply(message('one')))
        except CommitError:
            return False

    async with asyncio.timeout(5):
        while not await can_post():
            await asyncio.sleep(0.1)
    assert not session.ended
    assert 'already here' in await b.refusal('Ann')


async def test_a_login_that_failed_leaves_the_holder_of_the_name_alone(
    replicas: Sequence[Replica], postgres: Postgres
) -> None:
    a, b = replicas
    ann = await enter_and_be_seen(a, b)
    with postgres.stopped():
        assert await a.refusal('Ann') == 'The server cannot reach its database. Please try again in a moment.'

    a.logins.set_connected(ann, False)
    a.logins.set_connected(ann, True)
    await asyncio.sleep(3)  # until others have looked again

    assert b.people == [('Ann', False)]


async def test_who_went_while_the_database_was_away_is_not_listed_afterwards(
    replicas: Sequence[Replica], postgres: Postgres
) -> None:
    a, b = replicas
    ann = await enter_and_be_seen(a, b)
    with postgres.stopped():
        a.presence.remove(ann)  # whose connection is lost for longer than people are listed, though not the session
        await asyncio.sleep(1)

    await until(lambda: b.people == [])
