"""What pages ask for while PostgreSQL is away is answered when it is back."""

import asyncio

import pytest
from playwright.async_api import Browser

from messenger.realtime.protocol import (
    JumpEvent,
    LoadNewerEvent,
    LoadOlderEvent,
    NewerMessagesEvent,
    OlderMessagesEvent,
    ResyncEvent,
    WindowEvent,
)
from tests.reliability.conftest import JoinServer, ReadRows, StartServer
from tests.support.person import Person
from tests.support.postgres import Postgres, on_postgres

pytestmark = on_postgres


async def test_page_that_comes_back_while_the_database_is_away_gets_everything_afterwards(
    start_server: StartServer, join_server: JoinServer, read_rows: ReadRows, postgres: Postgres
) -> None:
    server = await start_server('a')
    ann, ben = await join_server(server, 'Ann'), await join_server(server, 'Ben')
    await ann.post('before')
    await ben.sees('before')
    await ben.connection.close()

    await asyncio.to_thread(postgres.stop)
    await ben.connect()
    await ben.send(ben.model.sync())
    await ann.post('Can you read this?')
    await asyncio.sleep(1.5)
    assert not ben.model.live
    await asyncio.to_thread(postgres.start)
    await ann.sync()

    for page in (ann, ben):
        await page.sees('Can you read this?')
        await page.shows(sorted((id_, text) for _, id_, text in read_rows()))
        await page.is_up_to_date()


@pytest.mark.parametrize(
    ('question', 'answer'),
    [
        (LoadOlderEvent(1), OlderMessagesEvent),
        (LoadNewerEvent(1), NewerMessagesEvent),
        (JumpEvent(1), WindowEvent),
    ],
    ids=['older', 'newer', 'jump'],
)
async def test_question_that_cannot_be_answered_has_the_page_ask_again(
    question: object, answer: type, start_server: StartServer, join_server: JoinServer, postgres: Postgres
) -> None:
    ann = await join_server(await start_server('a'), 'Ann')

    await asyncio.to_thread(postgres.stop)
    await ann.send(question)
    await ann.next(ResyncEvent)
    await asyncio.to_thread(postgres.start)
    await ann.send(question)

    await ann.next(answer)
    await ann.is_up_to_date()


async def test_reader_who_scrolls_back_while_the_database_is_away_gets_there(
    browser: Browser, start_server: StartServer, join_server: JoinServer, read_rows: ReadRows, postgres: Postgres
) -> None:
    server = await start_server('a')
    ben = await join_server(server, 'Ben')
    await ben.post(*[f'line {number}' for number in range(120)])
    await ben.sees('line 119')
    ann = await Person.arrive(browser, server.url)
    await ann.enter('Ann')
    newest = await ann.count()
    assert newest < 120

    await asyncio.to_thread(postgres.stop)
    await ann.viewport.evaluate('viewport => viewport.scrollTo(0, -viewport.scrollHeight)')
    await asyncio.sleep(1)
    assert await ann.count() == newest
    await asyncio.to_thread(postgres.start)

    await ann.has_more_than(newest)
    kept = sorted((id_, text) for _, id_, text in read_rows())
    assert (shown := await ann.shown()) == kept[-len(shown) :]
    await ann.close()
    assert ann.trouble == []
