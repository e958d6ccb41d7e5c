"""Rooms, in the hands of two people."""

import re
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import Locator, expect

from messenger.storage import Store
from messenger.storage.commands import CreateRoom, PostMessage
from tests.browser.test_accessibility import SCREENS, check, overflows
from tests.conftest import Arrive, EnterByWire
from tests.support.person import Person
from tests.support.server import Server

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def rooms_of(person: Person) -> Locator:
    return person.page.get_by_role('list', name='Rooms').get_by_role('button')


def title_of(person: Person) -> Locator:
    return person.page.get_by_role('heading', level=1)


async def choose(person: Person, item: str) -> None:
    await person.page.get_by_role('button', name='Menu').click()
    await person.menu.get_by_role('button', name=item, exact=True).click()


async def make_room(person: Person, name: str, topic: str = '') -> None:
    await choose(person, 'New room')
    await person.dialog.get_by_label('Name').fill(name)
    await person.dialog.get_by_label('Topic').fill(topic)
    await person.dialog.get_by_role('button', name='Make the room').click()
    await expect(title_of(person)).to_have_text(name)
    await expect(person.dialog).to_have_count(0)


async def go_to(person: Person, name: str) -> None:
    await rooms_of(person).filter(has_text=name).click()
    await expect(title_of(person)).to_have_text(name)
    await person.is_up_to_date()


async def prepared(server: Server, *rooms: str, messages: int = 0) -> None:
    """Rooms that were made before, each with so many messages."""
    store = Store(f'sqlite:///{server.database}')
    for name in rooms:
        command = CreateRoom('Zoë', 'zoë', f'make {name}', NOON, name, name.lower(), '', 200)
        room_id = (await store.apply(command)).room_id
        for number in range(messages):
            text = f'{name} {number}'
            await store.apply(PostMessage('Zoë', 'zoë', text, text, NOON, room_id=room_id))
    await store.close()
    await server.stop()
    await server.start()  # which looks for rooms that others have made


async def test_newcomer_sees_one_conversation_until_somebody_makes_a_second_room(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await expect(title_of(ann)).to_have_text('Simple Messenger')
    await expect(rooms_of(ann)).to_have_count(0)

    await make_room(ann, 'Ops', 'Alarms and who looks after them')

    await expect(ann.page).to_have_url(re.compile('/chat/ops$'))
    await expect(ann.page.get_by_text('Alarms and who looks after them')).to_be_visible()
    await expect(ann.rows.first).to_contain_text('Ann made the room Ops.')
    await expect(rooms_of(ben)).to_have_text(['general', 'Ops'])
    await expect(title_of(ben)).to_have_text('general')
    await ann.say('only in ops')
    await ben.say('only in general')
    await ann.sees('only in ops')
    await ben.sees('only in general')
    await expect(rooms_of(ben).nth(1)).to_have_accessible_name('Ops, 1 new message')
    await expect(rooms_of(ann).nth(0)).to_have_accessible_name('general, 1 new message')
    await go_to(ben, 'Ops')
    await ben.sees('only in ops')
    await expect(ben.log.get_by_text('only in general')).to_have_count(0)
    await expect(rooms_of(ben).nth(1)).to_have_accessible_name('Ops')


async def test_people_and_typing_are_those_of_the_room(server: Server, enter: Arrive) -> None:
    await prepared(server, 'Ops')
    ann, ben = await enter('Ann'), await enter('Ben')

    await go_to(ben, 'Ops')
    await expect(ann.people.nth(1)).to_have_text(re.compile(r'Ben\s*in another room'))
    await expect(ben.people.nth(0)).to_have_text(re.compile(r'Ben\s*\(you\)'))
    await expect(ben.people.nth(1)).to_have_text(re.compile(r'Ann\s*in another room'))
    await ben.box.press_sequentially('I am')
    await ben.page.wait_for_timeout(600)
    await expect(ann.page.get_by_text('is typing')).to_have_count(0)
    await go_to(ann, 'Ops')
    await expect(ann.people.nth(1)).to_have_text('Ben')
    await ben.page.wait_for_timeout(3000)
    await ben.box.press_sequentially(' here')
    await expect(ann.page.get_by_text('Ben is typing')).to_be_visible()


async def test_each_room_keeps_its_draft_and_the_place_that_was_read(server: Server, enter: Arrive) -> None:
    await prepared(server, 'Ops', 'Tea', messages=120)
    ann = await enter('Ann')

    await go_to(ann, 'Ops')
    await ann.box.fill('about alarms')
    await ann.viewport.evaluate('viewport => viewport.scrollTo(0, -1500)')
    await ann.has_more_than(50)  # earlier ones are loaded
    before = await first_in_sight(ann)
    await go_to(ann, 'Tea')
    await expect(ann.box).to_have_value('')
    await expect(ann.row('Tea 119')).to_be_in_viewport()
    await ann.box.fill('about tea')
    await go_to(ann, 'Ops')

    await expect(ann.box).to_have_value('about alarms')
    await expect(ann.row(before)).to_be_in_viewport()
    assert await first_in_sight(ann) == before
    await go_to(ann, 'Tea')
    await expect(ann.box).to_have_value('about tea')
    await ann.box.press('Enter')
    await ann.sees('about tea')
    await expect(ann.row('about tea')).to_be_in_viewport()


async def first_in_sight(person: Person) -> str:
    text: str = await person.page.evaluate("""() => {
        const top = document.querySelector('.viewport').getBoundingClientRect().top;
        const isInSight = (row) => row.getBoundingClientRect().bottom > top + 5;
        const row = [...document.querySelectorAll('.message')].find(isInSight);
        return row.querySelector('.text').textContent.trim();
    }""")
    return text


async def test_line_before_what_is_new_is_there_in_each_room(server: Server, enter: Arrive) -> None:
    await prepared(server, 'Ops')
    ann, ben = await enter('Ann'), await enter('Ben')
    await go_to(ann, 'Ops')
    await go_to(ben, 'Ops')
    await ben.say('seen')
    await ann.sees('seen')
    await go_to(ann, 'general')

    await ben.say('news')
    await ben.say('for @Ann')
    await expect(rooms_of(ann).nth(1)).to_have_accessible_name('Ops, 2 new messages, you are mentioned')
    await expect(ann.page).to_have_title(re.compile(r'^\(2\) '))
    await go_to(ann, 'Ops')

    await expect(ann.lines.filter(has_text='New messages')).to_be_visible()
    texts = await ann.log.evaluate(
        "log => [...log.querySelectorAll('.news, .message:not(.notice) .text')].map((part) => part.textContent.trim())"
    )
    assert texts == ['seen', 'New messages', 'news', 'for @Ann']
    await expect(ann.page).to_have_title(re.compile(r'^[^(]'))


async def test_what_came_elsewhere_while_the_connection_was_lost_is_counted(
    server: Server, enter_by_wire: EnterByWire, enter: Arrive
) -> None:
    await prepared(server, 'Ops', 'Tea')
    (ann, wire), ben = await enter_by_wire('Ann'), await enter('Ben')
    await go_to(ann, 'Tea')
    await go_to(ben, 'Ops')

    await wire.cut()
    await expect(ann.offline).to_be_visible()
    await ben.say('missed')
    await go_to(ben, 'Tea')
    await ben.say('missed as well')
    await wire.mend()

    await ann.sees('missed as well')
    await expect(rooms_of(ann).nth(1)).to_have_accessible_name('Ops, 1 new message')


async def test_what_is_written_while_offline_is_sent_in_the_room_that_it_was_written_for(
    server: Server, enter_by_wire: EnterByWire, enter: Arrive
) -> None:
    await prepared(server, 'Ops')
    (ann, wire), ben = await enter_by_wire('Ann'), await enter('Ben')
    await go_to(ann, 'Ops')
    await wire.cut()
    await expect(ann.offline).to_be_visible()

    await ann.say('for ops')
    await expect(ann.held).to_have_text('for ops')
    await rooms_of(ann).filter(has_text='general').click()
    await wire.mend()
    await expect(title_of(ann)).to_have_text('general')
    await expect(ann.held).to_have_count(0)
    await ann.say('for general')

    await ben.sees('for general')
    await go_to(ben, 'Ops')
    await ben.sees('for ops')


async def test_room_is_renamed_archived_and_brought_back(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await make_room(ann, 'Ops')
    await expect(rooms_of(ben)).to_have_text(['general', 'Ops'])
    await go_to(ben, 'Ops')

    await choose(ann, 'Name and topic of the room')
    await ann.dialog.get_by_label('Name').fill('GENERAL')
    await ann.dialog.get_by_role('button', name='Save').click()
    await ann.is_told('There is a room with this name already')
    await ann.dialog.get_by_label('Name').fill('Operations')
    await ann.dialog.get_by_label('Topic').fill('Alarms')
    await ann.dialog.get_by_role('button', name='Save').click()
    await expect(title_of(ben)).to_have_text('Operations')
    await expect(ben.rows.nth(1)).to_contain_text('Ann gave this room the name Operations.')
    await expect(ben.rows.nth(2)).to_contain_text('Ann changed the topic to Alarms.')

    await choose(ann, 'Archive the room')
    await ann.dialog.get_by_role('button', name='Archive', exact=True).click()
    await expect(ben.page.get_by_text('This room is archived.')).to_be_visible()
    await expect(ben.box).to_be_hidden()
    await expect(rooms_of(ben)).to_have_text(['general'])
    await ben.page.get_by_role('button', name='Bring it back').click()
    await expect(ann.box).to_be_visible()
    await expect(rooms_of(ann)).to_have_text(['general', 'Operations'])
    await ann.say('here again')
    await ben.sees('here again')


@SCREENS
async def test_axe_finds_nothing_in_rooms(screen: dict[str, Any], server: Server, enter: Arrive) -> None:
    await prepared(server, 'Ops', 'A room with a very long name, so long it ends', messages=3)
    ann = await enter('Ann', **screen)

    if 'has_touch' in screen:
        await ann.page.get_by_role('button', name='Rooms').tap()
    await expect(rooms_of(ann).nth(2)).to_be_in_viewport()
    await check(ann.page)
    await rooms_of(ann).nth(1).click()
    await expect(ann.rows).to_have_count(4)
    await check(ann.page)
    assert not await overflows(ann)
