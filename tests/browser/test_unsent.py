"""What has been written is never lost, and the way back in is short."""

import sqlite3

from playwright.async_api import expect

from tests.conftest import Arrive, EnterByWire
from tests.support.person import PASSWORD, Person
from tests.support.server import Server

WAITING = 'Your unsent message is waiting.'


async def comes_back(person: Person) -> None:
    """Log in again, with the name that the page has filled in."""
    await person.sees_login()
    await person.page.get_by_label('Password').fill(PASSWORD)
    await person.page.get_by_role('button', name='Log in').click()
    await person.is_up_to_date()


async def test_draft_and_name_survive_a_reload(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.box.fill('half a thought')

    await ann.page.reload()
    await expect(ann.page.get_by_label('Name')).to_have_value('Ann')
    await expect(ann.page.get_by_role('status')).to_contain_text(WAITING)
    await comes_back(ann)

    await expect(ann.box).to_have_value('half a thought')


async def test_draft_waits_for_its_writer_in_another_tab(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.box.fill('half a thought')

    await ann.page.close(run_before_unload=True)
    ann.page = await ann.page.context.new_page()
    await ann.page.goto(ann.url)
    await ann.enter('Ann')

    await expect(ann.box).to_have_value('half a thought')


async def test_draft_is_not_shown_to_somebody_else(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.box.fill('half a thought')

    await ann.page.reload()
    await ann.enter('Ben')

    await expect(ann.box).to_have_value('')


async def test_sent_draft_is_forgotten(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('a whole thought')
    await ann.sees('a whole thought')

    await ann.page.reload()
    await ann.sees_login()
    assert WAITING not in await ann.page.get_by_role('status').inner_text()
    await comes_back(ann)

    await expect(ann.box).to_have_value('')


async def test_unsent_message_survives_a_restart_and_is_sent_once(enter: Arrive, server: Server) -> None:
    ann = await enter('Ann')
    await ann.returns_quickly()
    await server.kill()
    await expect(ann.offline).to_be_visible()
    await ann.say('said while the server was away')
    await ann.box.fill('and a draft')

    await server.start()
    await expect(ann.page.get_by_role('status')).to_contain_text('The server was restarted')
    await expect(ann.page.get_by_role('status')).to_contain_text(WAITING)
    await comes_back(ann)

    await ann.sees_only('said while the server was away')
    await expect(ann.held).to_have_count(0)
    await expect(ann.box).to_have_value('and a draft')
    assert server.kept() == [(1, 'said while the server was away')]


async def test_page_asks_before_it_is_left_only_where_something_waits(enter: Arrive, server: Server) -> None:
    ann = await enter('Ann')
    asked: list[str] = []
    ann.page.on('dialog', lambda dialog: asked.append(dialog.type))
    ann.page.on('dialog', lambda dialog: dialog.accept())
    await ann.box.fill('a draft')
    await ann.page.reload()
    await comes_back(ann)
    assert asked == []

    with sqlite3.connect(server.database) as other:
        other.execute('BEGIN IMMEDIATE')  # nobody else can write
        await ann.say('not stored yet')
        await ann.page.reload()

    assert asked == ['beforeunload']


async def test_edit_puts_the_draft_aside_and_brings_it_back(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('Teh kettle')
    await ann.box.fill('half a thought')

    await ann.edit('Teh kettle')
    await expect(ann.box).to_have_value('Teh kettle')
    await expect(ann.row('Teh kettle')).to_contain_class('being-edited')
    await ann.box.fill('The kettle')
    await ann.page.get_by_role('button', name='Save').click()

    await ann.sees_only('The kettle')
    await expect(ann.box).to_have_value('half a thought')
    await expect(ann.page.get_by_role('button', name='Send')).to_be_visible()
    await expect(ann.row('The kettle')).not_to_contain_class('being-edited')


async def test_cancelled_edit_brings_the_draft_back(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('The kettle')
    await ann.box.fill('half a thought')

    await ann.edit('The kettle')
    await ann.box.fill('something else')
    await ann.box.press('Escape')

    await expect(ann.box).to_have_value('half a thought')
    await ann.sees_only('The kettle')


async def test_edit_and_draft_survive_a_reload_together(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('The kettle')
    await ann.box.fill('half a thought')
    await ann.edit('The kettle')
    await ann.box.fill('The kettle is on')

    await ann.page.reload()
    await comes_back(ann)
    await expect(ann.box).to_have_value('The kettle is on')
    await ann.box.press('Enter')

    await ann.sees_only('The kettle is on')
    await expect(ann.box).to_have_value('half a thought')


async def test_emptied_edit_offers_to_delete(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('The kettle')
    await ann.box.fill('half a thought')
    await ann.edit('The kettle')

    await ann.box.fill('')
    await ann.box.press('Enter')
    await ann.dialog.get_by_role('button', name='Delete').click()

    await ann.sees_only('message deleted')
    await expect(ann.box).to_have_value('half a thought')


async def test_refusal_disappears_when_the_text_changes(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('x' * 4001)
    await ann.is_told('A message can have at most 4,000 characters; this one has 4,001.')

    await ann.box.press('Backspace')

    await expect(ann.page.get_by_text('A message can have at most')).to_be_hidden()
    await expect(ann.page.locator('.counter')).to_have_text('0')


async def test_counter_shows_what_is_left_near_the_limit(enter: Arrive) -> None:
    ann = await enter('Ann')

    await ann.box.fill('x' * 3700)
    await expect(ann.page.locator('.counter')).to_be_hidden()
    await ann.box.fill('x' * 3810 + '👍')

    await expect(ann.page.locator('.counter')).to_have_text('189')


async def test_logging_out_with_something_unsent_is_asked_about(enter_by_wire: EnterByWire, server: Server) -> None:
    ann, _ = await enter_by_wire('Ann')
    with sqlite3.connect(server.database) as other:
        other.execute('BEGIN IMMEDIATE')  # nobody else can write
        await ann.say('not stored yet')
        await ann.page.get_by_role('button', name='Log out').click()
        await expect(ann.dialog).to_contain_text('not been sent')
        await ann.dialog.get_by_role('button', name='Stay').click()
        await expect(ann.dialog).to_have_count(0)

    await ann.sees('not stored yet')
    await ann.page.get_by_role('button', name='Log out').click()
    await ann.sees_login()
