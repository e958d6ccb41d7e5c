"""On the desktop: what the mouse points at, and everything by the keyboard."""

from typing import Any

import pytest
from playwright.async_api import FloatRect, Locator, expect

from tests.browser.test_scrolling import tell_a_story
from tests.conftest import Arrive
from tests.support.person import Person
from tests.support.server import Server

LONG = 'so long that there is no room beside it ' * 5


async def frame(part: Locator) -> FloatRect:
    box = await part.bounding_box()
    assert box
    return box


def overlap(one: FloatRect, other: FloatRect) -> bool:
    return (
        one['x'] < other['x'] + other['width'] - 1
        and other['x'] < one['x'] + one['width'] - 1
        and one['y'] < other['y'] + other['height'] - 1
        and other['y'] < one['y'] + one['height'] - 1
    )


async def focus(person: Person) -> str:
    """What has the focus: its text, or its name."""
    return str(await person.page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.innerText'))


async def test_the_tools_are_beside_a_message_or_above_it(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    for person in (ann, ben):
        for text in ('short', LONG):
            await person.say(f'{text} by me'.strip())
    await expect(ann.rows).to_have_count(4)

    for index in range(4):
        bubble = ann.rows.nth(index).locator('.bubble')
        await bubble.hover()
        await expect(ann.tools).to_be_visible()
        assert not overlap(await frame(ann.tools), await frame(bubble)), index
        assert (await frame(ann.tools))['x'] >= 0


async def test_the_tools_stay_beside_a_message_while_earlier_ones_come(enter: Arrive, server: Server) -> None:
    await tell_a_story(server, 120)
    ann = await enter('Ann')

    await ann.show_tools('line 72')
    await expect(ann.rows).to_have_count(100)

    bubble = await frame(ann.row('line 72').locator('.bubble'))
    assert abs((await frame(ann.tools))['y'] - bubble['y']) < 2


async def test_the_tools_are_away_while_text_is_marked(enter: Arrive) -> None:
    ann = await enter('Ann')
    for text in ('first of all', 'second of all'):
        await ann.say(text)
        await ann.sees(text)
    first, second = [await frame(ann.row(text).locator('.text')) for text in ('first of all', 'second of all')]
    await ann.show_tools('first of all')

    await ann.page.mouse.move(first['x'] + 5, first['y'] + 12)
    await ann.page.mouse.down()
    await expect(ann.tools).to_be_hidden()
    await ann.page.mouse.move(second['x'] + 60, second['y'] + 12, steps=5)
    await expect(ann.tools).to_be_hidden()
    await ann.page.mouse.up()
    await ann.page.mouse.move(second['x'] + 30, second['y'] + 12, steps=3)
    await expect(ann.tools).to_be_hidden()
    await ann.page.mouse.click(second['x'] + 30, second['y'] + 12)

    await ann.show_tools('first of all')


async def test_the_time_of_what_follows_shows_on_hover_and_focus(enter: Arrive) -> None:
    ann = await enter('Ann')
    ben = await enter('Ben')
    for text in ('one', 'two'):
        await ben.say(text)
        await ann.sees(text)
    header = ann.row('two').locator('header')

    await expect(header).to_have_css('opacity', '0')
    await ann.row('two').locator('.text').hover()
    await expect(header).to_have_css('opacity', '1')
    assert not overlap(await frame(header), await frame(ann.row('two').locator('.bubble')))
    await ann.page.mouse.move(5, 5)
    await expect(header).to_have_css('opacity', '0')
    await ann.row('two').focus()
    await expect(header).to_have_css('opacity', '1')


async def test_what_is_typed_anywhere_goes_into_the_box(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('Hello')
    await ann.row('Hello').focus()

    await ann.page.keyboard.press('Control+a')
    await expect(ann.box).not_to_be_focused()
    await ann.page.keyboard.type('Hi?')
    await expect(ann.box).to_have_value('Hi?')
    await ann.row('Hello').focus()
    await ann.page.keyboard.type('?')

    await expect(ann.box).to_have_value('Hi??')
    await expect(ann.dialog).to_have_count(0)


async def test_what_is_typed_into_another_field_stays_there(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('Hello')
    await ann.act('React with another emoji', 'Hello')

    await ann.page.get_by_label('Search, or type one').press_sequentially('tea')
    await ann.dialog.get_by_role('button', name='Close').focus()
    await ann.page.keyboard.type('x')

    await expect(ann.page.get_by_label('Search, or type one')).to_have_value('tea')
    await expect(ann.box).to_have_value('')


async def test_tab_stops_once_in_the_list_and_at_the_links_of_the_focused_message(enter: Arrive) -> None:
    ann = await enter('Ann')
    for text in ('first', 'see https://example.org', 'last'):
        await ann.say(text)
        await ann.sees(text)
    await ann.page.get_by_role('button', name='Log out').focus()

    await ann.page.keyboard.press('Tab')
    await expect(ann.row('last')).to_be_focused()
    await ann.page.keyboard.press('Tab')
    await expect(ann.box).to_be_focused()
    await ann.page.keyboard.press('Shift+Tab')
    await ann.page.keyboard.press('ArrowUp')
    await ann.page.keyboard.press('Tab')
    await expect(ann.log.get_by_role('link')).to_be_focused()
    await ann.page.keyboard.press('Tab')
    await expect(ann.box).to_be_focused()
    await ann.page.keyboard.press('Shift+Tab')
    await expect(ann.row('see https://example.org')).to_be_focused()


@pytest.mark.parametrize('text', ['', 'a draft'])
async def test_an_empty_box_scrolls_the_list(text: str, enter: Arrive, server: Server) -> None:
    await tell_a_story(server, 60)
    ann = await enter('Ann')
    await ann.box.fill(text)
    top: Any = 'viewport => viewport.scrollTop'

    await ann.box.press('PageUp')
    after_page_up = await ann.viewport.evaluate(top)
    await ann.box.press('PageDown')
    after_page_down = await ann.viewport.evaluate(top)
    await ann.box.press('Home')
    after_home = await ann.viewport.evaluate(top)
    await ann.box.press('End')

    assert await ann.viewport.evaluate(top) == after_page_down == 0
    assert (after_home < after_page_up < 0) if not text else (after_home == after_page_up == 0)
    await expect(ann.box).to_be_focused()


async def test_a_message_is_named_by_author_time_and_text(enter: Arrive) -> None:
    ann = await enter('Ann', locale='en-GB')
    for text in ('one', 'two'):
        await ann.say(text)
        await ann.sees(text)

    for text in ('one', 'two'):
        time = await ann.row(text).locator('time').text_content()
        await expect(ann.row(text)).to_have_accessible_name(f'Ann {time} {text}')


async def test_days_and_what_is_new_are_separators(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await ben.say('seen')
    await ann.sees('seen')
    await ann.hide()
    await ben.say('news')
    await ann.sees('news')

    await expect(ann.page.get_by_role('separator', name='New messages')).to_be_visible()
    await expect(ann.lines).to_have_text(['Today', 'New messages'], ignore_case=True)
    await expect(ann.log.get_by_role('separator').first).to_have_accessible_name('Today')


async def test_a_wide_block_of_code_can_be_scrolled_by_the_keyboard(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('```\n' + 'wide ' * 100 + '\n```')
    await ann.say('```\nnarrow\n```')
    await expect(ann.rows).to_have_count(2)

    await expect(ann.log.get_by_role('group', name='Code')).to_have_count(1)
    await expect(ann.log.get_by_role('group', name='Code')).to_have_attribute('tabindex', '0')
