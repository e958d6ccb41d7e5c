"""How a login session begins and ends, over real connections."""

import asyncio

from messenger.elements.app_icon import NEWS_ICON
from messenger.realtime.protocol import ListedUser, TypingEvent, UsersEvent
from models import user_hash
from tests.conftest import Join
from tests.support.postgres import both_engines
from tests.support.server import Server
from tests.support.socket_client import SocketClient

pytestmark = both_engines
ANN, BEN = user_hash('ann'), user_hash('ben')
TAB = {'news-icon': NEWS_ICON}


async def test_everybody_is_told_who_is_here_and_away(join: Join) -> None:
    ann = await join('Ann')
    ben = await join('Ben')
    await sees_users(ann, ListedUser(ANN, 'Ann', False), ListedUser(BEN, 'Ben', False))

    await ben.act('away', True, props=TAB)
    await sees_users(ann, ListedUser(ANN, 'Ann', False), ListedUser(BEN, 'Ben', True))
    await ben.act('leave', props=TAB)

    await sees_users(ann, ListedUser(ANN, 'Ann', False))


async def test_everybody_is_told_who_is_typing(join: Join) -> None:
    ann, ben = await join('Ann'), await join('Ben')

    await ben.act('keydown', props={'aria-label': 'Message'})

    assert await ann.next(TypingEvent) == TypingEvent({BEN: 'Ben'})


async def test_page_that_is_left_frees_its_name_at_once(join: Join, server: Server) -> None:
    ann, ben = await join('Ann'), await join('Ben')
    other = await SocketClient.arrive(server.url)
    await other.log_in('ann')
    await other.sees_element(text='Ann is already here. Please choose another name.')

    await ann.act('leave', props=TAB)
    await sees_users(ben, ListedUser(BEN, 'Ben', False))
    await other.enter('ann')

    await other.leave()


async def test_page_whose_name_was_taken_over_is_told_when_it_returns(join: Join) -> None:
    ann = await join('Ann')
    await ann.connection.close()
    await taken_over(join, 'ann')

    await ann.connect()
    await ann.is_sent_to('/')
    await ann.connection.close()
    await ann.load()

    await ann.sees_element(
        text='Somebody logged in with your name while your connection was lost, so you have been logged out.'
    )


async def test_name_is_not_taken_over_from_a_page_that_is_connected(join: Join, server: Server) -> None:
    ann = await join('Ann')
    await ann.connection.close()
    await ann.reconnect()

    other = await SocketClient.arrive(server.url)
    await other.log_in('Ann')

    await other.sees_element(text='Ann is already here. Please choose another name.')
    await other.leave()


async def sees_users(client: SocketClient, *users: ListedUser) -> None:
    """Wait until these are the users that a page has been told of last."""
    async with asyncio.timeout(20):
        while client.connection.all(UsersEvent)[-1].users != list(users):
            await asyncio.sleep(0.01)


async def taken_over(join: Join, name: str) -> SocketClient:
    """Log in under the name of somebody whose lost connection the server may not have noticed yet."""
    return await join(name)
