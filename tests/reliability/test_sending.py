"""Nothing that was sent is lost or doubled, and no text goes away in silence."""

import asyncio

from playwright.async_api import Dialog, expect

from tests.conftest import Arrive, EnterByWire
from tests.support.crowd import all_of
from tests.support.person import Person
from tests.support.server import Server, both_ways


@both_ways
async def test_message_whose_answer_is_lost_is_pending_then_there_once(
    enter_by_wire: EnterByWire, enter: Arrive, server: Server
) -> None:
    (ann, wire), ben = await enter_by_wire('Ann'), await enter('Ben')

    wire.hold()
    await ann.say('Did you get this?')
    await ben.sees('Did you get this?')
    await expect(ann.held.filter(has_text='Did you get this?')).to_be_visible()
    assert await ann.held.evaluate("row => getComputedStyle(row, '::after').content") == '"not sent yet"'
    await wire.cut()
    await wire.mend()

    for person in (ann, ben):
        await person.sees_only('Did you get this?')
    await expect(ann.held).to_have_count(0)
    assert len(await all_of(server, 1)) == 1


@both_ways
async def test_message_that_never_arrived_is_sent_again(
    enter_by_wire: EnterByWire, enter: Arrive, server: Server
) -> None:
    (ann, wire), ben = await enter_by_wire('Ann'), await enter('Ben')

    wire.swallow()
    await ann.say_at_once(['one', 'two', 'three'])
    await expect(ann.held).to_have_count(3)
    assert server.kept() == []
    await wire.cut()
    await wire.mend()

    for person in (ann, ben):
        await person.sees_only('one', 'two', 'three')
    await expect(ann.held).to_have_count(0)
    assert len(await all_of(server, 3)) == 3


async def test_same_text_twice_is_two_messages(enter: Arrive) -> None:
    ann = await enter('Ann')

    await ann.say_at_once(['ok', 'ok'])

    await ann.sees_only('ok', 'ok')


async def test_page_asks_before_it_is_left_with_unsent_text(enter_by_wire: EnterByWire) -> None:
    ann, wire = await enter_by_wire('Ann')
    wire.swallow()
    await ann.say('Not with anybody yet')
    question = Question(ann)

    await ann.page.close(run_before_unload=True)

    await question.is_asked()
    await expect(ann.held).to_have_text('Not with anybody yet')
    await expect(ann.held).to_be_visible()


async def test_restart_does_not_take_unsent_text_away(enter: Arrive, server: Server) -> None:
    ann = await enter('Ann')
    await ann.returns_quickly()
    await server.kill()
    await expect(ann.offline).to_be_visible()
    await ann.say('Still mine')
    await ann.box.fill('And this')

    await server.start()
    await ann.sees_login()
    await ann.enter('Ann')

    await ann.sees_only('Still mine')
    await expect(ann.held).to_have_count(0)
    await expect(ann.box).to_have_value('And this')
    assert len(await all_of(server, 1)) == 1


async def test_takeover_does_not_take_unsent_text_away_in_silence(enter_by_wire: EnterByWire, enter: Arrive) -> None:
    ann, wire = await enter_by_wire('Ann')
    question = Question(ann)
    await wire.cut()
    await expect(ann.offline).to_be_visible()
    await ann.say('Still mine')
    await ann.box.fill('And this')

    await enter('ann')
    await wire.mend()

    await question.is_asked()
    await expect(ann.held).to_have_text('Still mine')
    await expect(ann.held).to_be_visible()
    await expect(ann.box).to_have_value('And this')


@both_ways
async def test_connection_torn_at_every_answer_stores_messages_once(enter_by_wire: EnterByWire, server: Server) -> None:
    ann, wire = await enter_by_wire('Ann')
    await ann.say('first')
    await ann.sees('first')

    for round_ in range(3):
        wire.hold()
        await ann.say(f'again {round_}')
        await expect(ann.held).to_be_visible()
        wire.tear()
        wire.release()
        await expect(ann.held).to_have_count(0)

    await ann.sees_only('first', 'again 0', 'again 1', 'again 2')
    assert len(await all_of(server, 4)) == 4


class Question:
    """The browser's question whether to leave a page; the answer is to stay."""

    def __init__(self, person: Person) -> None:
        self._asked = asyncio.Event()
        person.page.on('dialog', self._stay)

    async def is_asked(self) -> None:
        await asyncio.wait_for(self._asked.wait(), 20)

    async def _stay(self, dialog: Dialog) -> None:
        assert dialog.type == 'beforeunload'
        await dialog.dismiss()
        self._asked.set()
