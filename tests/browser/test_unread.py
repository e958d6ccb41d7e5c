"""What people are told of while they read elsewhere: what is new, who is typing, who is away."""

import asyncio
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.async_api import Locator, expect

from tests.browser.test_scrolling import scroll_up, tell_a_story
from tests.conftest import Arrive
from tests.support.person import Person
from tests.support.server import Server

NOTED = """
window.noted = [];
window.Notification = class {
    static permission = 'default';
    static async requestPermission() { return Notification.permission = 'granted'; }
    constructor(title, options) { noted.push([title, options.body]); }
};
window.played = 0;
window.AudioContext = class extends AudioContext { createOscillator() { played++; return super.createOscillator(); } };
"""


def pill(person: Person) -> Any:
    return person.page.get_by_role('button', name='new message').or_(person.page.get_by_role('button', name='Newest'))


async def icon(person: Person) -> str:
    """The SVG that the tab shows."""
    address = await person.page.locator('link[rel~=icon]').evaluate('link => link.href')
    return await asyncio.to_thread(lambda: urlopen(address).read().decode())  # it may be a data URL


def choice(settings: Locator, label: str) -> Locator:
    return settings.get_by_role('radio', name=label).or_(settings.get_by_role('checkbox', name=label))


async def choose(person: Person, *labels: str) -> None:
    settings = await person.open('Settings')
    for label in labels:
        await choice(settings, label).click()
        await expect(choice(settings, label)).to_be_checked()
    await person.page.keyboard.press('Escape')


async def test_new_messages_gather_under_a_line_until_one_has_caught_up(enter: Arrive, server: Server) -> None:
    await tell_a_story(server, 60)
    ann, ben = await enter('Ann'), await enter('Ben')
    await scroll_up(ann)

    for text in ('one', 'two', 'three'):
        await ben.say(text)
    await expect(pill(ann)).to_have_text('3 new messages ↓')
    assert await ann.page.title() == '(3) Simple Messenger'
    assert 'd93025' in await icon(ann)
    await expect(ann.row('one')).to_contain_class('unread')

    await pill(ann).click()
    await expect(ann.row('three')).to_be_in_viewport()
    await expect(pill(ann)).to_be_hidden()
    assert await ann.page.title() == 'Simple Messenger'
    assert 'd93025' not in await icon(ann)
    await expect(ann.row('one')).to_contain_class('unread')  # the line can still be found


async def test_what_came_while_the_page_was_hidden_is_marked_where_reading_goes_on(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await ben.say('seen')
    await ann.sees('seen')
    await ann.hide()

    for index in range(60):
        await ben.say(f'news {index}')
    await expect(ann.rows).to_have_count(61)
    assert await ann.page.title() == '(60) Simple Messenger'
    await ann.hide(False)

    await expect(ann.row('news 0')).to_be_in_viewport()
    await expect(pill(ann)).to_have_text('60 new messages ↓')
    await ann.viewport.focus()
    await ann.page.keyboard.press('End')
    await expect(ann.row('news 59')).to_be_in_viewport()
    assert await ann.page.title() == 'Simple Messenger'


async def test_ones_own_words_are_not_news(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.hide()

    await ann.say('Talking to myself')
    await ann.sees('Talking to myself')

    assert await ann.page.title() == 'Simple Messenger'


async def test_the_pill_leads_back_to_the_newest(enter: Arrive, server: Server) -> None:
    await tell_a_story(server, 60)
    ann = await enter('Ann')
    await expect(pill(ann)).to_be_hidden()

    await scroll_up(ann, 800)
    await expect(pill(ann)).to_have_text('Newest ↓')
    await pill(ann).click()

    await expect(ann.row('line 60')).to_be_in_viewport()
    await expect(pill(ann)).to_be_hidden()


@pytest.mark.parametrize(
    ('choice', 'noted'),
    [
        ('None', []),
        ('Mentions of me', ['@Ann look', '@all hello']),
        ('All messages', ['plain', '@Ann look', '@all hello']),
    ],
)
async def test_notifications_tell_what_was_chosen(choice: str, noted: list[str], arrive: Arrive, enter: Arrive) -> None:
    ann, ben = await arrive(), await enter('Ben')
    await ann.page.add_init_script(NOTED)
    await ann.page.reload()
    await ann.enter('Ann')
    await choose(ann, choice)
    await ann.hide()

    for text in ('plain', '@Ann look', '@all hello'):
        await ben.say(text)
        await ann.sees(text)

    assert await ann.page.evaluate('noted') == [['Ben', text] for text in noted]
    assert await ann.page.evaluate('played') == 0


async def test_a_sound_plays_when_it_is_wanted(arrive: Arrive, enter: Arrive) -> None:
    ann, ben = await arrive(), await enter('Ben')
    await ann.page.add_init_script(NOTED)
    await ann.page.reload()
    await ann.enter('Ann')
    await choose(ann, 'Play a sound')
    await ann.hide()

    await ben.say('plain')
    await ann.sees('plain')

    assert await ann.page.evaluate('played') == 1


async def test_without_https_it_says_why_there_are_no_notifications(arrive: Arrive) -> None:
    ann = await arrive()
    await ann.page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false});")
    await ann.page.reload()
    await ann.enter('Ann')

    settings = await ann.open('Settings')
    await choice(settings, 'All messages').click()
    await expect(settings.get_by_text('browsers allow them with HTTPS only')).to_be_visible()
    await expect(choice(settings, 'None')).to_be_checked()


async def test_choices_are_kept_in_the_browser(enter: Arrive) -> None:
    ann = await enter('Ann')
    colour = 'getComputedStyle(document.body).backgroundColor'
    light = await ann.page.evaluate(colour)

    await choose(ann, 'Dark', 'Play a sound')
    dark = await ann.page.evaluate(colour)
    await ann.page.close(run_before_unload=True)
    again = await ann.page.context.new_page()
    await again.goto(ann.url)

    assert light != dark == await again.evaluate(colour)
    ann = Person(again, ann.url)
    await ann.enter('Ann')
    settings = await ann.open('Settings')
    await expect(choice(settings, 'Dark')).to_be_checked()
    await expect(choice(settings, 'Play a sound')).to_be_checked()


async def test_who_is_typing_is_shown_and_forgotten(enter: Arrive) -> None:
    ann, ben, cleo, dan = [await enter(name) for name in ('Ann', 'Ben', 'Cleo', 'Dan')]
    typing = ann.page.locator('.typing')

    await ben.box.press_sequentially('H')
    await expect(typing).to_have_text('Ben is typing…')
    await cleo.box.press_sequentially('H')
    await expect(typing).to_have_text('Ben and Cleo are typing…')
    await dan.box.press_sequentially('H')
    await expect(typing).to_have_text('Several people are typing…')
    await expect(ben.page.locator('.typing')).to_have_text('Cleo and Dan are typing…')
    await ben.say('Hello')
    await expect(typing).to_have_text('Cleo and Dan are typing…')
    await expect(typing).to_have_text('', timeout=8000)


async def test_who_has_not_looked_for_five_minutes_is_away(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await ben.page.clock.install()
    await ben.hide()

    await ben.page.clock.fast_forward(299_000)
    await asyncio.sleep(0.5)
    await expect(ann.people.filter(has_text='Ben')).not_to_contain_text('away')
    await ben.page.clock.fast_forward(2_000)
    await expect(ann.people.filter(has_text='Ben')).to_contain_text('away')
    await ben.hide(False)
    await expect(ann.people.filter(has_text='Ben')).not_to_contain_text('away')


async def test_comings_and_goings_leave_no_lines_and_short_cuts_no_flicker(enter: Arrive, wire: Any) -> None:
    ann = await enter('Ann')
    ben = await enter('Ben', wire=wire)
    await ann.sees_people('Ann', 'Ben')
    await ann.page.evaluate("""() => {
        window.changes = 0;
        new MutationObserver(() => changes++).observe(document.querySelector('.user-list'), {childList: true});
    }""")

    await wire.cut()
    await asyncio.sleep(1)
    await wire.mend()
    await expect(ben.offline).to_be_hidden(timeout=15_000)

    assert await ann.page.evaluate('changes') == 0
    await expect(ann.rows).to_have_count(0)
