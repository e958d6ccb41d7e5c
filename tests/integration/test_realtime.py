"""Events between pages and a running server, by every way that they can take."""

import asyncio
from typing import Any

import pytest

from messenger.pages.client_page import OTHER_CONNECTION
from messenger.realtime.codec import CLIENT_EVENTS, name_of
from messenger.realtime.protocol import (
    ConfirmedEvent,
    CountUnreadEvent,
    EditEvent,
    JumpEvent,
    LoadNewerEvent,
    LoadOlderEvent,
    MessagesEvent,
    OlderMessagesEvent,
    PostEvent,
    ReactEvent,
    RejectedEvent,
    ResetEvent,
    SyncedMessagesEvent,
    SyncEvent,
    SyncFinishedEvent,
    TypingEvent,
    UsersEvent,
)
from tests.conftest import Join
from tests.support.crowd import all_of, others_say
from tests.support.server import WITHOUT_FAST_WEBSOCKETS, Server, both_ways
from tests.support.socket_client import SocketClient

LOGGED_OUT = 'You have been logged out, so this was not sent.'
SLOW_WAY = 'The fast way to WebSockets is not available.'
every_way = pytest.mark.parametrize(
    ('server', 'transport'),
    [
        pytest.param('', 'websocket', id='fast'),
        pytest.param(WITHOUT_FAST_WEBSOCKETS, 'websocket', id='fallback'),
        pytest.param('', 'polling', id='polling'),
    ],
    indirect=['server'],
)
EVERY_EVENT = [
    SyncEvent(1, 0),
    PostEvent('k', 'Hello'),
    EditEvent('k', 1, 'Hello'),
    ReactEvent(1, '👍', on=True),
    LoadOlderEvent(1),
    LoadNewerEvent(1),
    JumpEvent(1),
    CountUnreadEvent({'1': 0}),
]
HOSTILE: list[Any] = [
    *([], ['x'], [None], [7], [{}, {}], [[1]], [{'x': 1}]),
    *([{'client_message_id': 'k', 'text': 7}], [{'client_message_id': 'k' * 65, 'text': 'Hello'}]),
    *([{'client_message_id': 'k', 'text': 'half a \ud800'}], [{'client_message_id': 'k', 'text': '\0'}]),
    *([{'client_message_id': 'k', 'message_id': 2**70, 'text': 'x'}], [{'message_id': 2**70, 'emoji': '👍'}]),
    *([{'message_id': 1, 'emoji': '<b>👍</b>'}], [{'message_id': 1, 'emoji': '\0'}], [{'message_id': 1, 'emoji': ''}]),
    *([{'number': 2**70, 'cursor': 0}], [{'number': 9, 'cursor': -1}], [{'number': '9', 'cursor': '0; drop table'}]),
    *([{'before': '0'}], [{'before': None}], [{'message_id': '1'}]),
]


@every_way
async def test_messages_reach_everyone_once_and_in_order(server: Server, join: Join, transport: str) -> None:
    ann, ben = await join('Ann', transport=transport), await join('Ben', transport=transport)
    texts = [f'line {index}' for index in range(60)]

    await asyncio.gather(ann.post(*texts[::2]), ben.post(*texts[1::2]))

    kept = await all_of(server, 60)
    for client in (ann, ben):
        await client.shows(kept)
        events = client.connection.all(MessagesEvent)
        assert [message.id for event in events for message in event.messages] == [id_ for id_, _ in kept]
    assert [text for _, text in kept if text in texts[::2]] == texts[::2]
    assert [text for _, text in kept if text in texts[1::2]] == texts[1::2]


@every_way
async def test_every_way_delivers_the_same_events_in_the_same_order(join: Join, transport: str) -> None:
    ann, ben = await join('Ann', transport=transport), await join('Ben', transport=transport)
    await ann.next(UsersEvent)
    start = len(ann.connection.received)

    await ben.send(PostEvent('k1', 'Tea?'))
    await ann.sees('Tea?')
    await ann.send(ReactEvent(1, '👍', on=True))
    await has_rows(ann, 1, seq=2)
    await ann.send(EditEvent('k2', 1, 'Coffee?'))
    await ann.next(RejectedEvent)
    await ben.send(EditEvent('k3', 1, 'Coffee?', repeated=True))
    await ben.next(ConfirmedEvent)
    await ann.sees('Coffee?')
    await ann.send(LoadOlderEvent(1))
    await ann.next(OlderMessagesEvent)
    await ann.send(PostEvent('k4', ' '))
    await ann.next(RejectedEvent)
    await ann.sync()

    told = [event for event in ann.connection.received[start:] if not isinstance(event, UsersEvent | TypingEvent)]
    assert [type(event) for event in told] == [
        *(MessagesEvent, MessagesEvent, RejectedEvent, MessagesEvent, OlderMessagesEvent, RejectedEvent),
        SyncFinishedEvent,
    ]
    assert [(event.follows, event.messages[0].seq) for event in told if isinstance(event, MessagesEvent)] == [
        *((0, 1), (1, 2), (2, 3)),
    ]
    assert told[2] == RejectedEvent('k2', 'That message cannot be changed: it is deleted, or not yours.')
    assert told[4] == OlderMessagesEvent(1, [], 0)
    assert told[5] == RejectedEvent('k4', 'There is nothing to send yet.')
    assert told[6] == SyncFinishedEvent(2, 3, None)


@every_way
async def test_sync_after_a_cut_brings_exactly_what_is_missing(join: Join, transport: str) -> None:
    ann, ben = await join('Ann', transport=transport), await join('Ben', transport=transport)
    await ben.post('one', 'two')
    await ann.sees('two')

    await ann.connection.close()
    await ben.post('three')
    await ben.send(ReactEvent(await ben.sees('three') - 2, '👍', on=True))
    await has_rows(ben, 1, seq=4)
    await ann.reconnect()

    [missed] = ann.connection.all(SyncedMessagesEvent)
    assert [(message.id, message.seq) for message in missed.messages] == [(3, 3), (1, 4)]
    assert not missed.history
    assert ann.model.shown == [(1, 'one'), (2, 'two'), (3, 'three')]
    assert ann.connection.all(ResetEvent) == []


async def test_page_that_missed_too_much_gets_the_newest_page_instead(join: Join, server: Server) -> None:
    ann = await join('Ann')
    await ann.post('before')
    await ann.sees('before')
    await ann.connection.close()
    await others_say(server, 2100)

    await ann.reconnect()

    assert ann.connection.all(ResetEvent) == [ResetEvent(2)]
    assert ann.model.shown == server.kept()[-50:]
    assert ann.model.oldest_id == ann.model.shown[0][0]


async def test_page_without_a_session_gets_nothing_and_may_do_nothing(join: Join, server: Server) -> None:
    ann = await join('Ann')
    await ann.post('before')
    await ann.sees('before')
    stranger = await SocketClient.arrive(server.url)

    for event in EVERY_EVENT:
        await stranger.send(event)
    await ann.post('after')
    await ann.sees('after')
    await stranger.log_in('Ben', 'wrong')  # which is answered after all that was sent before
    await stranger.sees_element(text='That is not the password. Please try again.')

    assert {type(event) for event in EVERY_EVENT} == set(CLIENT_EVENTS)
    assert stranger.connection.received == []
    assert [text for _, text in server.kept()] == ['before', 'after']
    await stranger.leave()


async def test_what_an_ended_session_posts_comes_back(join: Join, server: Server) -> None:
    ann = await join('Ann')
    await ann.connection.close()
    other = await join('ann')
    await other.post('I am Ann now')
    await other.sees('I am Ann now')

    await ann.connect()
    for event in EVERY_EVENT:
        await ann.send(event)

    for _ in range(2):
        assert await ann.next(RejectedEvent) == RejectedEvent('k', LOGGED_OUT)
    assert set(map(type, ann.connection.received)) == {RejectedEvent}
    assert len(server.kept()) == 1


async def test_forged_events_do_nothing_and_disturb_nobody(join: Join, server: Server) -> None:
    ann, ben = await join('Ann'), await join('Ben')
    await ben.post('before')
    await ann.sees('before')
    start = len(ben.connection.received)

    for event_type in CLIENT_EVENTS:
        for data in HOSTILE:
            await ann.connection.forge(name_of(event_type), *data)
    for name in ('chat:messages', 'chat:nothing', 'chat:', 'leave'):
        await ann.connection.forge(name, {})
    await ann.post('after')
    await ben.sees('after')

    others = [event for event in ben.connection.received[start:] if not isinstance(event, UsersEvent)]
    assert [message.id for event in others for message in event.messages] == [2]
    assert {event.sentence for event in ann.connection.all(RejectedEvent)} <= {
        'A reaction is one emoji, such as 👍 or :tada:.',
        'There is nothing to send yet.',
    }
    assert [text for _, text in server.kept()] == ['before', 'after']


async def test_only_the_end_of_the_latest_sync_counts(join: Join, server: Server) -> None:
    ann = await join('Ann')
    await ann.post('before')
    await ann.sees('before')
    await others_say(server, 300)

    first, second = ann.model.sync(), ann.model.sync()
    for event in (first, second):
        await ann.send(event)
    while await ann.next(SyncFinishedEvent) != SyncFinishedEvent(second.number, 301, None):
        pass

    assert first.number < second.number
    assert ann.model.live
    assert ann.model.shown == server.kept()


async def test_an_edit_that_many_quote_is_told_in_steps(join: Join, server: Server) -> None:
    ann = await join('Ann')
    await ann.post('Tea?')
    await ann.sees('Tea?')
    for index in range(150):
        await ann.send(PostEvent(f'k{index}', 'Yes', reply_to=1))
    await has_rows(ann, 151, seq=151)
    start = len(ann.connection.all(MessagesEvent))

    await ann.send(EditEvent('edit', 1, '[[[[ *a'))
    await has_rows(ann, 151, seq=302)

    steps = ann.connection.all(MessagesEvent)[start:]
    assert len(steps) > 2
    assert [step.follows for step in steps] == [151, *(step.messages[-1].seq for step in steps[:-1])]
    assert [message.seq for step in steps for message in step.messages] == list(range(152, 303))
    assert ann.model.live
    assert all('[[[[ *a' in row.html for row in ann.model.rows.values())


@every_way
async def test_second_connection_of_a_page_ends_the_first_with_a_sentence(join: Join, transport: str) -> None:
    ann, ben = await join('Ann', transport=transport), await join('Ben', transport=transport)
    old = ann.connection
    await ann.reconnect()
    await old.next(RejectedEvent)
    start = len(old.received)

    await ben.post('Who hears this?')
    await ann.sees('Who hears this?')
    await old.send(LoadOlderEvent(1))

    assert [event.sentence for event in old.all(RejectedEvent)] == [OTHER_CONNECTION]
    assert old.received[start:] == []
    assert len(ann.connection.all(MessagesEvent)) == 1


@every_way
async def test_sync_that_an_old_connection_delivers_late_is_ignored(join: Join, transport: str) -> None:
    ann, ben = await join('Ann', transport=transport), await join('Ben', transport=transport)
    old, late = ann.connection, ann.model.sync()
    await ann.reconnect()

    await old.send(late)
    await ben.post('Who hears this?')

    await ann.sees('Who hears this?')


@both_ways
def test_server_says_at_the_start_when_the_fast_way_is_missing(server: Server, request: pytest.FixtureRequest) -> None:
    is_missing = 'fallback' in request.node.name

    assert server.output.read_text().count(SLOW_WAY) == is_missing


async def has_rows(client: SocketClient, message_id: int, *, seq: int) -> None:
    """Wait until a message has come to a position."""
    async with asyncio.timeout(20):
        while message_id not in client.model.rows or client.model.rows[message_id].seq < seq:
            await asyncio.sleep(0.01)
