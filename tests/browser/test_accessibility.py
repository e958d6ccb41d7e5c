"""For everybody: axe-core on every state, the keyboard, small and zoomed screens, the home screen, the way in."""

import json
import urllib.request
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.async_api import Page, expect

from tests.conftest import Arrive
from tests.support.person import Person
from tests.support.server import Server

AXE = AXE_FILE_PATH
RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
PHONE = {'viewport': {'width': 390, 'height': 844}, 'is_mobile': True, 'has_touch': True}
SCREENS = pytest.mark.parametrize(
    'screen',
    [{'color_scheme': scheme} | device for scheme in ('light', 'dark') for device in ({}, PHONE)],
    ids=['light-desk', 'light-phone', 'dark-desk', 'dark-phone'],
)
LONG_NAME = 'Wolfeschlegelsteinhausenbergerdo'
TALK = [
    '**bold** `code` [a link](https://example.org) @Ann @all',
    '> a quote\n\n- a list\n- of two\n\n```python\ndef tea() -> str:  # hot\n    return "yes" + 1\n```',
    ':tada:',
    'שלום עולם, مرحبا',
    'w' * 300,
]


async def check(page: Page) -> None:
    """Fail on whatever axe-core finds, once nothing moves any more."""
    await page.wait_for_function('document.getAnimations().every(one => one.playState !== "running")')
    if not await page.evaluate('typeof axe !== "undefined"'):
        await page.evaluate(AXE.read_text())
    found = await page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
    assert [
        (violation['id'], node['html'][:150], node['failureSummary'])
        for violation in found['violations']
        for node in violation['nodes']
    ] == []


async def overflows(person: Person) -> bool:
    return bool(await person.page.evaluate('document.documentElement.scrollWidth > innerWidth'))


@SCREENS
async def test_the_login_screen_is_accessible(screen: dict[str, Any], arrive: Arrive) -> None:
    ann = await arrive(**screen)
    await check(ann.page)

    await ann.log_in('Ann', 'wrong')
    await ann.is_told('That is not the password.')
    await check(ann.page)


@SCREENS
async def test_the_conversation_is_accessible_in_every_state(screen: dict[str, Any], enter: Arrive) -> None:
    ann = await enter('Ann', **screen)
    await check(ann.page)
    ben = await enter(LONG_NAME, **screen)
    for text in TALK:
        await ben.say(text)
        await ann.say(text)
    await ann.say('Tea?')
    await ben.sees('Tea?')
    await ben.act('React with 👍', 'Tea?')
    await ben.act('Reply', 'Tea?')
    await ben.say('Yes!')
    await ann.sees('Yes!')
    await ann.box.press('ArrowUp')
    await expect(ann.page.get_by_text('Editing your message')).to_be_visible()
    await check(ann.page)

    await ann.box.fill('@')
    await expect(ann.page.get_by_role('option').first).to_be_visible()
    await check(ann.page)
    await ann.box.press('Escape')
    await ann.show_tools('Yes!')
    await check(ann.page)


@SCREENS
async def test_the_menu_and_the_dialogs_are_accessible(screen: dict[str, Any], enter: Arrive) -> None:
    ann = await enter('Ann', **screen)
    await ann.say('Hello')
    await ann.sees('Hello')

    await ann.page.get_by_role('button', name='Menu').click()
    await expect(ann.menu).to_be_visible()
    await check(ann.page)
    await ann.page.keyboard.press('Escape')
    for item in ('Invite others', 'Settings', 'Help'):
        dialog = await ann.open(item)
        await check(ann.page)
        await dialog.get_by_role('button', name='Close').click()
        await expect(dialog).to_have_count(0)
    for action in ('React with another emoji', 'Delete'):
        await ann.act(action, 'Hello')
        await expect(ann.dialog).to_be_visible()
        await check(ann.page)
        await ann.page.keyboard.press('Escape')
        await expect(ann.dialog).to_have_count(0)


@pytest.mark.parametrize(
    'options', [{'viewport': {'width': 320, 'height': 480}}, {'viewport': {'width': 640, 'height': 400}}]
)
async def test_nothing_is_cut_off_at_320_pixels_or_at_twice_the_size(options: dict[str, object], enter: Arrive) -> None:
    """A desk of 1280 by 800 pixels at 200 % is a viewport of 640 by 400."""
    ben = await enter(LONG_NAME)
    for text in [*TALK, 'long ' * 800]:
        await ben.say(text)
    await expect(ben.rows).to_have_count(6)

    ann = await enter('Ann', **options)

    assert not await overflows(ann)
    for name in ('Send', 'People', 'Menu'):
        await expect(ann.page.get_by_role('button', name=name, exact=True)).to_be_in_viewport(ratio=1)
    await expect(ann.box).to_be_in_viewport(ratio=1)
    for item in ('Invite others', 'Settings', 'Help'):
        dialog = await ann.open(item)
        assert not await overflows(ann)
        await expect(dialog.get_by_role('button', name='Close')).to_be_in_viewport(ratio=1)
        await ann.page.keyboard.press('Escape')
        await expect(dialog).to_have_count(0)


async def test_on_a_phone_the_list_opens_from_the_header_and_a_sheet_by_a_tap(enter: Arrive) -> None:
    ann = await enter('Ann', **PHONE)
    ben = await enter('Ben')
    await ben.say('Tap me')
    await ann.sees('Tap me')
    await expect(ann.people.first).to_be_hidden()

    await ann.page.get_by_role('button', name='People').tap()
    await ann.sees_people('Ann', 'Ben')
    await expect(ann.people.first).to_be_visible()
    await ann.page.touchscreen.tap(20, 400)  # beside the list
    await expect(ann.people.first).to_be_hidden()
    await ann.row('Tap me').locator('.text').tap()
    await ann.page.get_by_role('button', name='React with 👍').tap()

    await expect(ben.row('Tap me').get_by_role('button', name='👍')).to_have_attribute('title', 'Ann')
    assert not await overflows(ann)


async def test_a_question_mark_shows_the_keys_but_not_while_writing(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.box.press('?')
    await expect(ann.box).to_have_value('?')
    await expect(ann.page.get_by_role('dialog')).to_have_count(0)

    await ann.box.fill('')
    await ann.viewport.focus()
    await ann.page.keyboard.press('?')

    await expect(ann.page.get_by_role('dialog', name='Help')).to_be_visible()


async def test_the_tab_key_goes_through_everything_in_order_with_a_visible_focus(enter: Arrive) -> None:
    ann = await enter('Ann')
    seen = []
    await ann.page.get_by_role('heading', level=1).evaluate('title => { title.tabIndex = -1; title.focus(); }')
    names = ['Search messages', 'People', 'Menu', 'Log out', 'Message', 'Emoji', 'Send']
    for _ in names:
        await ann.page.keyboard.press('Tab')
        seen.append(await ann.page.evaluate(
            """() => {
                const at = document.activeElement, box = at.closest('.box') ?? at.closest('.q-field__control') ?? at;
                const frame = getComputedStyle(box);
                const visible = getComputedStyle(at).outlineStyle !== 'none' || frame.boxShadow !== 'none';
                return [at.ariaLabel ?? at.textContent, visible];
            }"""
        ))  # fmt: skip

    assert seen == [[name, True] for name in names]


async def test_motion_is_reduced_where_it_is_wished(enter: Arrive) -> None:
    ann = await enter('Ann', reduced_motion='reduce')
    await ann.say('Hello')
    await ann.sees('Hello')

    moving = await ann.page.evaluate(
        'document.getAnimations().filter(one => one.effect.getTiming().duration > 0).length'
    )
    assert moving == 0


async def test_the_invitation_has_the_address_and_its_code(enter: Arrive) -> None:
    ann = await enter('Ann')

    dialog = await ann.open('Invite others')

    await expect(dialog.get_by_role('link')).to_have_attribute('href', f'{ann.url}/')
    await expect(dialog.locator('svg[viewBox]').last).to_be_visible()


def test_a_phone_can_put_it_on_the_home_screen(server: Server) -> None:
    with urllib.request.urlopen(f'{server.url}/manifest.webmanifest') as answer:
        manifest = json.load(answer)

    assert (manifest['name'], manifest['display'], manifest['start_url']) == ('Simple Messenger', 'standalone', '.')
    for picture in manifest['icons']:
        with urllib.request.urlopen(f'{server.url}/{picture["src"]}') as answer:
            assert answer.headers['content-type'] == picture['type'] == 'image/png'
            width = picture['sizes'].split('x')[0]
            assert int.from_bytes(answer.read()[16:20], 'big') == int(width)
