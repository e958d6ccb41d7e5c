"""The search, in the hands of two people."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from messenger.storage import Store
from messenger.storage.commands import PostMessage
from tests.browser.test_accessibility import SCREENS, check
from tests.browser.test_phone import PHONE, small_targets
from tests.conftest import Arrive
from tests.support.person import Person
from tests.support.server import Server

LONG_AGO = datetime(2026, 1, 2, 12, tzinfo=UTC)


def box_of(person: Person) -> Locator:
    return person.page.get_by_role('searchbox', name='Search messages')


def panel_of(person: Person) -> Locator:
    return person.page.get_by_role('dialog', name='Search results')


def results_of(person: Person) -> Locator:
    return panel_of(person).get_by_role('listitem')


async def told(server: Server, *texts: str) -> None:
    """Things that have been said long ago."""
    store = Store(f'sqlite:///{server.database}')
    for number, text in enumerate(texts):
        sent_at = LONG_AGO + timedelta(minutes=number)
        await store.apply(PostMessage('Zoë', 'zoë', f'{number}', text, sent_at))
    await store.close()


async def test_a_message_of_long_ago_is_found_and_shown_where_it_was_said(server: Server, enter: Arrive) -> None:
    await told(server, *['before'] * 70, 'The **Kéttle** is <b>on</b>', *['after'] * 150)
    ann, ben = await enter('Ann'), await enter('Ben')

    await ann.page.keyboard.press('Control+f')
    await expect(box_of(ann)).to_be_focused()
    await ann.page.keyboard.type('kettle')
    await expect(panel_of(ann).get_by_role('status')).to_have_text('1 message found.')
    await expect(results_of(ann).locator('.line')).to_have_text('The **Kéttle** is <b>on</b>')
    await expect(results_of(ann).locator('mark')).to_have_text('Kéttle')
    await results_of(ann).get_by_role('button').click()

    await expect(ann.row('Kéttle')).to_contain_class('flash')
    await expect(ann.row('Kéttle')).to_be_in_viewport()
    await ben.say('news')
    await ann.page.get_by_role('button', name='1 new message ↓').click()
    await ann.sees('news')
    await expect(ann.row('news')).to_be_in_viewport()
    await expect(panel_of(ann)).to_be_visible()


async def test_on_a_phone_the_search_is_behind_an_icon_and_goes_when_a_message_is_chosen(
    server: Server, enter: Arrive
) -> None:
    await told(server, 'kettle', *['after'] * 150)
    ann = await enter('Ann', **PHONE)

    await ann.page.get_by_role('button', name='Search', exact=True).tap()
    await expect(box_of(ann)).to_be_focused()
    await expect(panel_of(ann)).to_contain_text('has:link')
    assert await small_targets(ann) == []
    await box_of(ann).press_sequentially('kettle')
    await expect(results_of(ann)).to_have_count(1)
    assert await small_targets(ann) == []
    await results_of(ann).get_by_role('button').tap()

    await expect(panel_of(ann)).to_have_count(0)
    await expect(ann.row('kettle')).to_be_in_viewport()
    await expect(ann.page.get_by_role('heading', level=1)).to_be_in_viewport()


async def test_back_closes_the_search_on_a_phone(arrive: Arrive) -> None:
    ann = await arrive(**PHONE)
    await ann.enter('Ann')
    await ann.page.get_by_role('button', name='Search', exact=True).tap()
    await expect(panel_of(ann)).to_be_visible()

    await ann.page.go_back()

    await expect(panel_of(ann)).to_have_count(0)
    await expect(ann.box).to_be_visible()


async def test_keys_open_the_search_lead_through_it_and_back(enter: Arrive) -> None:
    ann = await enter('Ann')
    for text in ('first kettle', 'second kettle'):
        await ann.say(text)
        await ann.sees(text)
    await ann.row('second kettle').focus()

    await ann.page.keyboard.type('/kettle')
    await expect(results_of(ann)).to_have_count(2)
    await expect(box_of(ann)).to_have_value('kettle')
    await ann.page.keyboard.press('ArrowDown')
    await ann.page.keyboard.press('ArrowDown')
    await expect(results_of(ann).nth(1).get_by_role('button')).to_be_focused()
    await ann.page.keyboard.press('ArrowUp')
    await ann.page.keyboard.press('ArrowUp')
    await expect(box_of(ann)).to_be_focused()
    await ann.page.keyboard.press('Escape')

    await expect(panel_of(ann)).to_have_count(0)
    await expect(ann.row('second kettle')).to_be_focused()
    await expect(ann.box).to_have_value('')


async def test_a_slash_in_a_text_is_a_slash(enter: Arrive) -> None:
    ann = await enter('Ann')

    await ann.box.press_sequentially('and/or')

    await expect(ann.box).to_have_value('and/or')
    await expect(panel_of(ann)).to_have_count(0)


async def test_a_second_ctrl_f_is_the_browsers_own(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.page.evaluate(
        'addEventListener("keydown", (event) => { document.body.dataset.prevented = event.defaultPrevented; })'
    )

    await ann.page.keyboard.press('Control+f')
    await expect(box_of(ann)).to_be_focused()
    await ann.page.keyboard.press('Control+f')

    assert await ann.page.evaluate('document.body.dataset.prevented') == 'false'


async def test_what_is_typed_beside_the_results_goes_into_the_box(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('kettle')
    await box_of(ann).fill('kettle')
    await results_of(ann).get_by_role('button').click()
    await expect(ann.row('kettle')).to_be_focused()

    await ann.page.keyboard.type('Yes')

    await expect(ann.box).to_have_value('Yes')


async def test_more_messages_come_on_demand(server: Server, enter: Arrive) -> None:
    await told(server, *[f'kettle {number}' for number in range(70)])
    ann = await enter('Ann')

    await box_of(ann).fill('kettle')
    await expect(panel_of(ann).get_by_role('status')).to_have_text('The newest 30 messages.')
    for count in (60, 70):
        await panel_of(ann).get_by_role('button', name='Earlier messages').click()
        await expect(results_of(ann)).to_have_count(count)

    await expect(panel_of(ann).get_by_role('status')).to_have_text('70 messages found.')
    await expect(panel_of(ann).get_by_role('button', name='Earlier messages')).to_have_count(0)
    await expect(results_of(ann).locator('.line').last).to_have_text('kettle 0')


async def test_of_what_is_typed_the_last_counts_while_others_write(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    for text in ('tea', 'teapot', 'teatime'):
        await ben.say(text)
        await ann.sees(text)
    writing = asyncio.create_task(ben.say_one_by_one([f'and on {number}' for number in range(60)]))

    await box_of(ann).press_sequentially('teapot', delay=60)

    await expect(results_of(ann).locator('.line')).to_have_text(['teapot'])
    await writing
    await box_of(ann).fill('and on 59')
    await expect(results_of(ann).locator('.line')).to_have_text(['and on 59'])


async def test_filters_narrow_it_down_and_a_wrong_one_says_how_it_is_written(server: Server, enter: Arrive) -> None:
    await told(server, 'tea', 'tea https://example.org')
    ann = await enter('Ann')
    await ann.say('more tea')

    for words, found in {
        'tea from:zoe': ['tea https://example.org', 'tea'],
        'tea has:link': ['tea https://example.org'],
        'tea after:2026-01-04': ['more tea'],
        'from:ann': ['more tea'],
    }.items():
        await box_of(ann).fill(words)
        await expect(results_of(ann).locator('.line')).to_have_text(found)
    await box_of(ann).fill('tea before:yesterday')

    await expect(panel_of(ann).get_by_role('status')).to_have_text(
        'A day is written like 2026-11-01, as in after:2026-11-01.'
    )


@SCREENS
async def test_the_search_is_accessible(screen: dict[str, Any], enter: Arrive) -> None:
    ann = await enter('Ann', **screen)
    await ann.say('The **kettle** is on')
    await ann.sees('The kettle is on')
    await check(ann.page)

    await box_of(ann).focus()
    await expect(panel_of(ann)).to_contain_text('has:link')
    await check(ann.page)
    await box_of(ann).fill('kettle')
    await expect(results_of(ann)).to_have_count(1)
    await check(ann.page)


@pytest.mark.parametrize('width', [320, 390])
async def test_the_search_fits_on_a_small_screen(width: int, enter: Arrive) -> None:
    ann = await enter('W' * 32, viewport={'width': width, 'height': 600})
    await ann.say('kettle' * 100)
    await box_of(ann).focus()
    await box_of(ann).fill('kettle')

    await expect(results_of(ann)).to_have_count(1)
    await ann.stands_still()
    assert not await ann.page.evaluate('document.documentElement.scrollWidth > innerWidth')
    frame = await panel_of(ann).locator('.search-panel').bounding_box()
    assert frame
    assert (frame['x'], frame['width']) == (0, width)
