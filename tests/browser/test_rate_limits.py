"""Who writes faster than others can read waits, and loses nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from messenger.realtime.protocol import PostEvent, ReactEvent, RejectedEvent
from tests.conftest import Arrive, EnterByWire, Join
from tests.support.server import Server

TOO_FAST = 'You are writing faster than others can read. This is sent by itself in 1 second.'


@pytest.fixture
async def server(house: Path) -> AsyncIterator[Server]:
    server = Server(house, posts_per_second=1, post_burst=3)
    await server.start()
    yield server
    await server.stop()


async def test_what_is_written_too_fast_is_sent_later_by_itself(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    lines = [f'line {index}' for index in range(6)]

    await ann.say_at_once(lines)
    await expect(ann.held.first).to_be_visible()
    await ann.is_told(TOO_FAST)

    await ben.sees_only(*lines)
    await expect(ann.held).to_have_count(0)
    await expect(ann.page.get_by_role('alert').filter(has_text='faster')).to_have_count(0)


async def test_what_is_written_while_others_wait_does_not_overtake(enter: Arrive) -> None:
    ann = await enter('Ann')

    await ann.say_at_once([f'line {index}' for index in range(6)])
    await ann.is_told(TOO_FAST)
    await ann.say('the last')

    await ann.sees_only(*[f'line {index}' for index in range(6)], 'the last')


async def test_what_was_written_during_a_cut_arrives_in_order(enter_by_wire: EnterByWire, enter: Arrive) -> None:
    ann, wire = await enter_by_wire('Ann')
    ben = await enter('Ben')
    lines = [f'line {index}' for index in range(8)]

    await wire.cut()
    await expect(ann.offline).to_be_visible()
    await ann.say_at_once(lines)
    await wire.mend()

    await ben.sees_only(*lines)
    await expect(ann.held).to_have_count(0)


async def test_edit_that_comes_too_fast_is_made_later(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('Tea')
    await ann.sees('Tea')
    for _ in range(5):
        await ann.forge('chat:edit', client_message_id='k', message_id=1, text='Tea')

    await ann.act('Edit', 'Tea')
    await expect(ann.box).to_have_value('Tea')
    await ann.say('Coffee')

    await ann.sees('Coffee')


async def test_forged_posts_are_refused_with_the_wait(join: Join, server: Server) -> None:
    eve = await join('Eve')

    for index in range(200):
        await eve.send(PostEvent(f'{index}', 'spam'))
    rejected = await eve.next(RejectedEvent)

    assert rejected.sentence == TOO_FAST
    assert rejected.retry_after
    assert 0 < rejected.retry_after <= 1
    for _ in range(150):
        await eve.next(RejectedEvent)
    assert len(server.kept()) < 50


async def test_reactions_are_limited_with_a_sentence(join: Join) -> None:
    eve = await join('Eve')
    await eve.post('Cake')
    await eve.sees('Cake')

    for _ in range(20):
        await eve.send(ReactEvent(1, '👍', on=True))

    assert (await eve.next(RejectedEvent)).sentence == 'That was too much at once. Please wait 1 second.'
