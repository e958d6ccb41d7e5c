"""The ways to a room: its address, a message's link, the search, typing its name."""

import re

from playwright.async_api import expect

from messenger.storage import Store
from tests.browser.test_phone import PHONE, small_targets
from tests.browser.test_rooms import go_to, prepared, rooms_of, title_of
from tests.conftest import Arrive
from tests.support.server import Server


async def test_address_leads_to_a_room_and_a_message_through_the_login(server: Server, arrive: Arrive) -> None:
    await prepared(server, 'Ops', messages=200)
    store = Store(f'sqlite:///{server.database}')
    target = next(m for m in (await store.newest_page(500, room_id=2)).messages if m.text == 'Ops 20')
    await store.close()
    ann = await arrive()

    await ann.page.goto(f'{server.url}/chat/ops/{target.id}')
    await ann.enter('Ann')
    await expect(title_of(ann)).to_have_text('Ops')
    await expect(ann.row('Ops 20')).to_be_in_viewport()
    await expect(ann.row('Ops 20')).to_be_focused()
    await ann.page.goto(f'{server.url}/chat/nowhere')
    await ann.enter('Ann')
    await expect(title_of(ann)).to_have_text('general')
    await expect(ann.page.get_by_text('There is no such room')).to_be_visible()


async def test_link_of_a_message_is_copied_with_its_room(server: Server, enter: Arrive) -> None:
    await prepared(server, 'Ops', messages=1)
    ann = await enter('Ann')
    await ann.page.context.grant_permissions(['clipboard-read', 'clipboard-write'])
    await go_to(ann, 'Ops')

    await ann.show_tools('Ops 0')
    await ann.tools.get_by_role('button', name='Copy link').click()

    assert re.fullmatch(rf'{server.url}/chat/ops/\d+', await ann.page.evaluate('navigator.clipboard.readText()'))


async def test_search_leads_to_a_message_in_another_room(server: Server, enter: Arrive) -> None:
    await prepared(server, 'Ops', messages=100)
    ann = await enter('Ann')

    await ann.page.keyboard.press('Control+f')
    await ann.page.keyboard.type('"Ops 7"')
    found = ann.page.get_by_role('dialog', name='Search results').get_by_role('listitem').get_by_role('button')
    await expect(found).to_have_count(11)
    await expect(found.last).to_contain_text('in Ops')
    await found.last.click()

    await expect(title_of(ann)).to_have_text('Ops')
    await expect(ann.row('Ops 7')).to_be_in_viewport()


async def test_room_is_found_by_typing(server: Server, enter: Arrive) -> None:
    await prepared(server, 'Ops', 'Tea', 'Design')
    ann = await enter('Ann')

    await ann.page.keyboard.press('Control+k')
    await expect(ann.dialog.get_by_label('Name of the room')).to_be_focused()
    await ann.page.keyboard.type('desi')
    await expect(ann.dialog.get_by_role('button', name='Design')).to_be_visible()
    await expect(ann.dialog.get_by_role('button', name='Tea')).to_have_count(0)
    await ann.page.keyboard.press('Enter')

    await expect(title_of(ann)).to_have_text('Design')
    await expect(ann.page).to_have_url(re.compile('/chat/design$'))
    await ann.page.wait_for_timeout(700)
    await expect(ann.page).to_have_url(re.compile('/chat/design$'))


async def test_rooms_are_behind_the_title_of_a_phone(server: Server, enter: Arrive) -> None:
    await prepared(server, 'Ops', messages=2)
    ann = await enter('Ann', **PHONE)
    await expect(rooms_of(ann)).not_to_be_in_viewport()

    await title_of(ann).tap()
    assert await small_targets(ann) == []
    await rooms_of(ann).filter(has_text='Ops').tap()
    await expect(title_of(ann)).to_have_text('Ops')
    await ann.sees('Ops 1')
    await expect(rooms_of(ann).first).not_to_be_in_viewport()
    await ann.page.get_by_role('button', name='Rooms').tap()
    await expect(rooms_of(ann).first).to_be_in_viewport()
    await ann.page.go_back()
    await expect(rooms_of(ann).first).not_to_be_in_viewport()
    await expect(ann.page).to_have_url(re.compile('/chat/ops$'))
