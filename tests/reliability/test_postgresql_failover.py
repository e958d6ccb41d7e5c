"""An asynchronous standby takes over that lacks the last commits: everybody goes on with what it has."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import make_url

from messenger.realtime.protocol import ResetEvent
from models import GENERAL_ID
from tests.reliability.conftest import JoinServer, StartServer, StartWriter
from tests.support.postgres import Postgres, find_programs, on_postgres
from tests.support.rooms import make_rooms
from tests.support.server import free_port
from tests.support.waiting import until
from tests.support.writer import Row

pytestmark = [on_postgres, pytest.mark.usefixtures('postgres')]
SELECT = 'SELECT seq, id, text FROM message ORDER BY id'


@dataclass
class Pair:
    """A primary and its standby, and the URL of a database on whichever of them can be written."""

    primary: Postgres
    standby: Postgres
    name: str

    @property
    def url(self) -> str:
        hosts = '&'.join(f'host=127.0.0.1:{server.port}' for server in (self.primary, self.standby))
        return f'postgresql+psycopg://postgres@/{self.name}?{hosts}'

    async def lose_touch(self) -> None:
        """From here on the standby gets nothing more."""
        [(position,)] = self.primary.execute('SELECT pg_current_wal_lsn()')
        while self.standby.execute(f"SELECT pg_last_wal_replay_lsn() < '{position}'") != [(False,)]:
            await asyncio.sleep(0.02)
        await asyncio.to_thread(self.standby.stop)

    async def fail_over(self) -> None:
        """The primary dies, and the standby takes over with what it has."""
        await asyncio.to_thread(self.primary.stop, 'immediate')
        await asyncio.to_thread(self.standby.start)
        await asyncio.to_thread(self.standby.promote)

    def rows(self) -> list[Row]:
        found = self.standby.execute(SELECT, self.standby.url(self.name))
        return [(int(f'{seq}'), int(f'{id_}'), f'{text}') for seq, id_, text in found]


@pytest.fixture
def pair() -> Iterator[Pair]:
    programs = find_programs()
    assert programs
    primary = Postgres(programs, port=free_port(), listen_addresses='127.0.0.1')
    name = make_url(primary.create_database()).database or ''
    standby = Postgres(programs, primary=primary, port=free_port(), listen_addresses='127.0.0.1')
    yield Pair(primary, standby, name)
    standby.remove()
    primary.remove()


async def test_every_server_notices_that_another_history_goes_on(pair: Pair, start_writer: StartWriter) -> None:
    a, b = await start_writer('a', pair.url), await start_writer('b', pair.url)
    for number in range(20):
        a.do('post', f'kept {number}')
    await a.has_stored('kept 19')
    await pair.lose_touch()
    for number in range(20):
        b.do('post', f'lost {number}')
    await until(lambda: len(a.told) == 40, 20)

    await pair.fail_over()
    for writer in (a, b):
        await writer.has_rewound()
    for number in range(30):
        a.do('post', f'new {number} of a')
        b.do('post', f'new {number} of b')
    await a.has_stored('new 29 of a')
    await b.has_stored('new 29 of b')

    rows = pair.rows()
    assert [seq for seq, _, _ in rows] == list(range(1, 81))
    for writer in (a, b):
        await writer.has_told({rows[-1]})
        told = writer.told[40:]
        assert told == rows[-len(told) :]
        assert {text for _, _, text in told} >= {text for text in writer.acknowledged if text.startswith('new')}
        assert writer.rewinds == 1


async def test_every_page_shows_what_the_new_primary_has(
    pair: Pair, start_server: StartServer, join_server: JoinServer
) -> None:
    a, b = await start_server('a', pair.url), await start_server('b', pair.url)
    ann, ben = await join_server(a, 'Ann'), await join_server(b, 'Ben')
    await ann.post(*[f'kept {number}' for number in range(20)])
    await ben.sees('kept 19')
    await pair.lose_touch()
    await ben.post(*[f'lost {number}' for number in range(20)])
    await ann.sees('lost 19')

    await pair.fail_over()
    async with asyncio.timeout(5):
        for page in (ann, ben):
            await page.shows([(id_, text) for _, id_, text in pair.rows()])
            await page.is_up_to_date()
    await ann.post(*[f'new {number}' for number in range(30)])
    await ben.sees('new 29')

    rows = [(id_, text) for _, id_, text in pair.rows()]
    assert len(rows) == 50
    for page in (ann, ben):
        await page.shows(rows)


async def test_page_that_comes_back_to_a_room_shows_what_the_new_primary_has_of_it(
    pair: Pair, start_server: StartServer, join_server: JoinServer
) -> None:
    await make_rooms(pair.url, 'Ops')
    ann = await join_server(await start_server('a', pair.url), 'Ann')
    ann.model.enter_room(2)
    await ann.sync()
    await ann.post('kept')
    await ann.sees('kept')
    await pair.lose_touch()
    await ann.post(*[f'lost {number}' for number in range(20)])
    await ann.sees('lost 19')
    ann.model.enter_room(GENERAL_ID)
    await ann.sync()
    resets = len(ann.connection.all(ResetEvent))

    await pair.fail_over()
    await until(lambda: len(ann.connection.all(ResetEvent)) > resets, 20)
    await ann.is_up_to_date()
    ann.model.enter_room(2)
    await ann.sync()
    await ann.is_up_to_date()

    assert [text for _, text in ann.model.shown] == ['kept']


@pytest.mark.endurance
async def test_nothing_is_acknowledged_that_the_synchronous_standby_has_not_got(
    pair: Pair, start_writer: StartWriter
) -> None:
    a, b = await start_writer('a', pair.url), await start_writer('b', pair.url)
    pair.primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
    pair.primary.execute('SELECT pg_reload_conf()')
    await pair.lose_touch()

    a.do('post', 'Tea?')
    await asyncio.sleep(12)
    assert (a.acknowledged, a.told, b.told) == ({}, [], [])
    await asyncio.to_thread(pair.standby.start)

    await a.has_stored('Tea?')
    await b.has_told({(1, 1, 'Tea?')})
