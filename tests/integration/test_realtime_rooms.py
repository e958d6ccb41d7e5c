"""Events between pages in several rooms and a running server, by every way that they can take."""

import asyncio
from pathlib import Path

import pytest

from messenger.realtime.protocol import (
    CountUnreadEvent,
    EditEvent,
    JumpEvent,
    ListedRoom,
    LoadNewerEvent,
    LoadOlderEvent,
    MessagesEvent,
    NewerMessagesEvent,
    NewsEvent,
    OlderMessagesEvent,
    PostEvent,
    ReactEvent,
    RejectedEvent,
    ResetEvent,
    RoomsEvent,
    SyncEvent,
    SyncFinishedEvent,
    TypingEvent,
    Unread,
    UnreadEvent,
    UsersEvent,
    WindowEvent,
)
from models import user_hash
from tests.conftest import Join
from tests.integration.test_realtime import every_way
from tests.support.rooms import make_rooms
from tests.support.server import Server
from tests.support.socket_client import SocketClient

GENERAL, OPS, TEA = 1, 2, 3


@pytest.fixture
async def database_url(tmp_path: Path) -> str:
    url = f'sqlite:///{tmp_path}/main.db'
    await make_rooms(url, 'Ops', 'Tea')
    return url


async def enter_room(client: SocketClient, room: int) -> SyncFinishedEvent:
    client.model.enter_room(room)
    return await client.sync()


async def say(client: SocketClient, *texts: str) -> None:
    """Post messages, and wait until the last one is there."""
    await client.post(*texts)
    async with asyncio.timeout(20):
        while client.model.pending:
            await asyncio.sleep(0.01)


async def sees_users(client: SocketClient, here: list[str], elsewhere: list[str]) -> None:
    """Wait until a list of people has come that has these, and in this order."""
    wanted = [*here, *elsewhere], len(here), len(here) + len(elsewhere)
    async with asyncio.timeout(20):
        while True:
            last = client.connection.all(UsersEvent)[-1]
            if ([user.name for user in last.users], last.here, last.count) == wanted:
                return
            await asyncio.sleep(0.01)


@every_way
async def test_messages_reach_those_in_the_room_and_others_hear_that_there_are_some(
    server: Server, join: Join, transport: str
) -> None:
    ann, ben, cleo = [await join(name, transport=transport) for name in ('Ann', 'Ben', 'Cleo')]
    await enter_room(ann, OPS)
    await enter_room(ben, OPS)
    start = len(cleo.connection.received)

    await ann.post('In ops')
    await cleo.post('In general')
    await ben.sees('In ops')
    await cleo.sees('In general')
    news = {client: await client.next(NewsEvent) for client in (ann, ben, cleo)}

    for client in (ann, ben):
        assert {event.room for event in client.connection.all(MessagesEvent)} == {OPS}
        await client.shows(server.kept(OPS))
    heard = [event for event in cleo.connection.received[start:] if not isinstance(event, UsersEvent)]
    assert {type(event) for event in heard} <= {MessagesEvent, NewsEvent, TypingEvent}
    assert {event.room for event in heard if isinstance(event, MessagesEvent)} == {GENERAL}
    assert all(event.rooms.keys() <= {'1', '2'} for event in news.values())


@every_way
async def test_news_name_who_has_written_and_who_is_mentioned(join: Join, transport: str) -> None:
    ann, ben = await join('Ann', transport=transport), await join('Ben', transport=transport)
    await enter_room(ann, OPS)

    await say(ann, 'Tea?')
    await ben.next(NewsEvent)
    await say(ann, 'Where is @Ben')
    await ann.send(PostEvent('all', 'Tea is ready @all', room=OPS))
    told = [message for event in [await ben.next(NewsEvent)] for message in event.rooms['2']]
    while len(told) < 2:
        told += (await ben.next(NewsEvent)).rooms['2']

    assert [(message.author, message.name) for message in told] == [(user_hash('ann'), 'Ann')] * 2
    assert [message.mentions for message in told] == [[user_hash('ben')], ['all']]
    assert ben.connection.all(NewsEvent)[0].rooms['2'][0].mentions == []
    assert ben.connection.all(NewsEvent)[0].rooms['2'][0].name == ''


@every_way
async def test_who_comes_back_to_a_room_gets_exactly_what_was_missed(join: Join, transport: str) -> None:
    ann, ben = await join('Ann', transport=transport), await join('Ben', transport=transport)
    await enter_room(ann, OPS)
    await enter_room(ben, OPS)
    await say(ben, 'one')
    await ann.sees('one')
    await enter_room(ann, TEA)
    await say(ben, 'two')
    await enter_room(ann, GENERAL)
    await say(ben, 'three')
    resets = len(ann.connection.all(ResetEvent))

    finished = await enter_room(ann, OPS)

    assert [text for _, text in ann.model.shown] == ['one', 'two', 'three']
    assert len(ann.connection.all(ResetEvent)) == resets
    assert finished.oldest_id is None
    syncs = len(ann.connection.all(SyncFinishedEvent))
    await say(ben, 'four')
    await ann.sees('four')
    assert len(ann.connection.all(SyncFinishedEvent)) == syncs


async def test_page_that_came_back_to_a_quiet_room_need_not_look_again(join: Join, server: Server) -> None:
    ann, ben = await join('Ann'), await join('Ben')
    await enter_room(ann, OPS)
    await enter_room(ann, GENERAL)
    await say(ben, *[f'line {number}' for number in range(5)])
    await enter_room(ann, OPS)
    await enter_room(ben, OPS)
    syncs = len(ann.connection.all(SyncFinishedEvent))

    await say(ben, 'Is anybody here?')
    await ann.sees('Is anybody here?')

    assert len(ann.connection.all(SyncFinishedEvent)) == syncs
    await ann.shows(server.kept(OPS))


@every_way
async def test_room_that_is_not_there_is_refused_and_the_page_stays(join: Join, transport: str) -> None:
    ann, ben = await join('Ann', transport=transport), await join('Ben', transport=transport)

    await ann.send(SyncEvent(ann.model.number, 0, 7))
    assert await ann.next(RejectedEvent) == RejectedEvent(None, 'There is no such room. Choose another one.')
    await ann.send(PostEvent('k', 'Hello', room=7))
    assert await ann.next(RejectedEvent) == RejectedEvent('k', 'There is no such room.')

    await ben.post('Still here?')
    await ann.sees('Still here?')


async def test_history_is_that_of_the_room(join: Join, server: Server) -> None:
    ann = await join('Ann')
    await say(ann, *[f'general {number}' for number in range(60)])
    await enter_room(ann, OPS)
    await say(ann, *[f'ops {number}' for number in range(120)])
    general, ops = [[id_ for id_, _ in server.kept(room)] for room in (GENERAL, OPS)]

    await ann.send(LoadOlderEvent(ops[60]))
    older = await ann.next(OlderMessagesEvent)
    await ann.send(LoadNewerEvent(ops[10]))
    newer = await ann.next(NewerMessagesEvent)
    await ann.send(JumpEvent(ops[60]))
    window = await ann.next(WindowEvent)
    await ann.send(JumpEvent(general[30]))
    elsewhere = await ann.next(WindowEvent)

    assert [[row.id for row in event.messages] for event in (older, newer, window)] == [
        *(ops[10:60], ops[11:61], ops[10:110]),
    ]
    assert {event.room for event in (older, newer, window)} == {OPS}
    assert not {row.id for row in elsewhere.messages} & {*general}


@every_way
async def test_list_of_people_begins_with_those_in_the_room(join: Join, transport: str) -> None:
    ann, ben, cleo = [await join(name, transport=transport) for name in ('Ann', 'Ben', 'Cleo')]
    await sees_users(ann, ['Ann', 'Ben', 'Cleo'], [])

    await enter_room(cleo, OPS)

    await sees_users(cleo, ['Cleo'], ['Ann', 'Ben'])
    await sees_users(ann, ['Ann', 'Ben'], ['Cleo'])
    await enter_room(ann, OPS)
    await sees_users(ann, ['Ann', 'Cleo'], ['Ben'])
    await sees_users(ben, ['Ben'], ['Ann', 'Cleo'])


@every_way
async def test_typing_is_told_in_the_room_only(join: Join, transport: str) -> None:
    ann, ben, cleo = [await join(name, transport=transport) for name in ('Ann', 'Ben', 'Cleo')]
    await enter_room(ann, OPS)
    await enter_room(ben, OPS)
    await ann.next(UsersEvent)

    await ann.act('keydown', props={'aria-label': 'Message'})
    assert await ben.next(TypingEvent) == TypingEvent({user_hash('ann'): 'Ann'})

    await asyncio.sleep(0.5)
    assert cleo.connection.all(TypingEvent) == []


async def test_unread_messages_are_counted_with_mentions(join: Join, server: Server) -> None:
    ann, ben = await join('Ann'), await join('Ben')
    await say(ann, 'mine')
    await say(ben, 'one', 'two')
    await enter_room(ben, OPS)
    await say(ben, *['filler'] * 100, 'for @ann', 'the last one')
    await enter_room(ben, TEA)
    await say(ben, 'for @all')
    seen = {str(room): 0 for room in (GENERAL, OPS, TEA, 99)}

    await ann.send(CountUnreadEvent(seen))
    first = await ann.next(UnreadEvent)
    last = {room: server.kept(int(room))[-1][0] for room in seen if room != '99'}
    await ann.send(CountUnreadEvent(last))

    rooms = {'1': Unread(2, False), '2': Unread(100, False), '3': Unread(1, True)}
    assert first == UnreadEvent(rooms, [GENERAL, OPS, TEA], last['3'])
    assert await ann.next(UnreadEvent) == UnreadEvent({}, [GENERAL, OPS, TEA], last['3'])


async def test_list_of_rooms_comes_when_it_is_asked_for(join: Join) -> None:
    ann = await join('Ann')

    await ann.send(CountUnreadEvent({}))
    assert await ann.next(RoomsEvent) == RoomsEvent(
        [ListedRoom(1, 'general'), ListedRoom(2, 'Ops'), ListedRoom(3, 'Tea')]
    )


async def test_changes_of_a_message_are_told_in_its_room(join: Join) -> None:
    ann, ben, cleo = [await join(name) for name in ('Ann', 'Ben', 'Cleo')]
    await enter_room(ann, OPS)
    await enter_room(ben, OPS)
    await say(ann, 'Tea?')
    message_id = await ben.sees('Tea?')
    await enter_room(ann, TEA)

    await ann.send(EditEvent('e', message_id, 'Coffee?'))
    await ben.sees('Coffee?')
    await cleo.send(ReactEvent(message_id, '👍', on=True))

    async with asyncio.timeout(20):
        while '👍' not in ben.model.rows[message_id].html:
            await asyncio.sleep(0.01)
    assert ann.model.rows == {row.id: row for row in ann.model.rows.values() if 'made the room' in row.html}
    assert cleo.connection.all(MessagesEvent) == []


async def test_page_that_changes_rooms_quickly_ends_in_the_last_one(join: Join, server: Server) -> None:
    ann, ben = await join('Ann'), await join('Ben')
    await enter_room(ben, OPS)
    await say(ben, *[f'line {number}' for number in range(60)])

    for number in range(40):
        ann.model.enter_room([TEA, OPS][number % 2])
        await ann.send(ann.model.sync())
        await ben.post(f'more {number}')
    await ann.is_up_to_date()
    await say(ben, 'the last one')
    await ann.sees('the last one')

    assert ann.model.shown == server.kept(OPS)[-len(ann.model.shown) :]
    assert len(ann.model.shown) >= 50
