"""People with real browsers: they log in, talk, and see the same."""

import re

import pytest
from playwright.async_api import expect

from tests.conftest import Arrive
from tests.unit.test_markdown import XSS

PHONE = {'viewport': {'width': 390, 'height': 844}, 'has_touch': True, 'is_mobile': True}


async def test_what_one_says_everyone_sees(enter: Arrive) -> None:
    ann, ben, cleo = await enter('Ann'), await enter('Ben'), await enter('Cleo')

    await ann.say('The kettle is on')
    await ben.say('Two sugars')

    for person in (ann, ben, cleo):
        await person.sees_only('The kettle is on', 'Two sugars')
        await person.sees_people('Ann', 'Ben', 'Cleo')


async def test_who_comes_later_reads_all_that_was_said(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('Nobody is here yet')
    await ann.sees('Nobody is here yet')

    ben = await enter('Ben')

    await ben.sees_only('Nobody is here yet')
    await expect(ben.page.get_by_text('Beginning of the conversation')).to_be_visible()


async def test_the_login_is_a_form_that_people_and_password_managers_know(arrive: Arrive) -> None:
    ann = await arrive()
    name, password = ann.page.get_by_label('Name'), ann.page.get_by_label('Password')

    await expect(name).to_be_focused()
    await expect(name).to_have_attribute('autocomplete', 'username')
    await expect(password).to_have_attribute('autocomplete', 'current-password')
    await expect(password).to_have_attribute('type', 'password')

    await name.fill('Ann')
    await name.press('Enter')
    await ann.is_told('That is not the password. Please try again.')
    await expect(name).to_have_value('Ann')

    await password.fill('123')
    await password.press('Enter')
    await ann.is_up_to_date()
    assert ann.page.url.endswith('/chat')
    await expect(ann.box).to_be_focused()


async def test_fields_that_a_password_manager_has_filled_in_silently_count(arrive: Arrive) -> None:
    ann = await arrive()

    for label, text in (('Name', 'Ann'), ('Password', '123')):
        await ann.page.get_by_label(label).evaluate('(field, text) => { field.value = text; }', text)
    await ann.page.get_by_role('button', name='Log in').click()

    await ann.is_up_to_date()


async def test_a_name_that_is_here_is_refused_in_any_case(enter: Arrive, arrive: Arrive) -> None:
    await enter('Ann')
    other = await arrive()

    await other.log_in(' aNN ')

    await other.is_told('Ann is already here. Please choose another name.')
    await expect(other.page.get_by_label('Name')).to_have_value(' aNN ')


async def test_guessing_is_slowed_down(arrive: Arrive) -> None:
    eve = await arrive()

    for guess in ('1', '12'):
        await eve.log_in('Eve', guess)
        await eve.is_told('That is not the password.')
    await eve.log_in('Eve', '123')

    await eve.is_told('Too many wrong passwords. Please try again in')


async def test_the_chat_address_without_a_session_is_the_login(arrive: Arrive) -> None:
    ann = await arrive()

    await ann.page.goto(f'{ann.url}/chat')

    await ann.sees_login()


async def test_enter_sends_and_shift_enter_breaks_the_line(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')

    await ann.box.press_sequentially('one')
    await ann.box.press('Shift+Enter')
    await ann.box.press_sequentially('two')
    await expect(ann.box).to_have_value('one\ntwo')
    await ann.box.press('Enter')

    await expect(ann.box).to_have_value('')
    await expect(ann.box).to_be_focused()
    await expect(ben.log.locator('.text br')).to_have_count(1)


async def test_the_button_sends_and_gives_the_focus_back(enter: Arrive) -> None:
    ann = await enter('Ann')

    await ann.box.fill('by button')
    await ann.page.get_by_role('button', name='Send').click()

    await ann.sees_only('by button')
    await expect(ann.box).to_have_value('')
    await expect(ann.box).to_be_focused()


async def test_the_box_grows_with_its_text(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.box.fill('one')
    small = await ann.box.bounding_box()

    await ann.box.fill('one\ntwo\nthree\nfour')

    assert small
    await ann.page.wait_for_function(
        "height => document.querySelector('textarea').offsetHeight > height", arg=2 * small['height']
    )


async def test_enter_while_an_input_method_composes_neither_sends_nor_breaks(enter: Arrive) -> None:
    ann = await enter('Ann')
    devtools = await ann.page.context.new_cdp_session(ann.page)
    await ann.box.focus()

    await devtools.send('Input.imeSetComposition', {'text': 'にほん', 'selectionStart': 3, 'selectionEnd': 3})
    await ann.box.evaluate(
        "box => box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, cancelable: true}))"
    )
    await ann.box.evaluate("box => box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229}))")
    await expect(ann.box).to_have_value('にほん')
    await expect(ann.rows).to_have_count(0)

    await devtools.send('Input.insertText', {'text': '日本'})
    await ann.box.press('Enter')
    await ann.sees_only('日本')


async def test_nothing_and_too_much_are_not_sent(enter: Arrive) -> None:
    ann = await enter('Ann')

    await ann.say('  \n ')
    await ann.say('x' * 4001)

    await ann.is_told('A message can have at most 4,000 characters; this one has 4,001.')
    await expect(ann.box).to_have_value('x' * 4001)
    await expect(ann.rows).to_have_count(0)
    await ann.say('x' * 4000)
    await expect(ann.rows).to_have_count(1)
    await expect(ann.page.get_by_role('alert')).to_be_hidden()


async def test_hostile_text_and_names_stay_text(enter: Arrive) -> None:
    dialogs: list[str] = []
    eve = await enter('<img src=x onerror=x()>')
    ann = await enter('Ann')
    ann.page.on('dialog', lambda dialog: dialogs.append(dialog.message))

    for vector in XSS:
        await eve.say(vector)
    await expect(ann.rows).to_have_count(len(XSS))

    assert await ann.log.locator('script, img, svg, iframe, style, form, input, link, meta').count() == 0
    assert await ann.log.locator('[onerror], [onload], [onmouseover], a[href^="javascript"]').count() == 0
    assert await ann.log.get_by_text('<script>alert(1)</script>').count() > 0
    await ann.sees_people('<img src=x onerror=x()>', 'Ann')
    assert dialogs == []


async def test_links_open_in_a_new_tab_and_tell_nothing_of_where_they_were(enter: Arrive) -> None:
    ann = await enter('Ann')

    await ann.say('see https://example.com/a?b=1&c=2.')

    link = ann.log.get_by_role('link')
    await expect(link).to_have_attribute('href', 'https://example.com/a?b=1&c=2')
    await expect(link).to_have_attribute('target', '_blank')
    await expect(link).to_have_attribute('rel', 'noopener noreferrer nofollow')


async def test_times_are_in_the_viewers_own_zone_and_language(enter: Arrive) -> None:
    ann = await enter('Ann', timezone_id='Asia/Tokyo', locale='de-DE')
    ben = await enter('Ben', timezone_id='America/New_York', locale='en-US')

    await ann.say('Wie spät ist es?')

    here, there = ann.log.locator('time'), ben.log.locator('time')
    await expect(here).to_have_text(re.compile(r'^\d\d:\d\d$'))
    await expect(there).to_have_text(re.compile(r'^\d?\d:\d\d\s[AP]M$'))
    await expect(here).to_have_attribute('title', re.compile(r'\. \w+ 20\d\d um \d\d:\d\d:\d\d'))
    assert await here.get_attribute('datetime') == await there.get_attribute('datetime')


async def test_ones_own_messages_look_different(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await ann.say('Mine')
    await ben.say('Yours')
    await ann.sees_only('Mine', 'Yours')

    colours = 'rows => rows.map(row => getComputedStyle(row).backgroundColor)'
    mine, yours = await ann.log.locator('.bubble').evaluate_all(colours)
    theirs, own = await ben.log.locator('.bubble').evaluate_all(colours)

    assert mine == own != yours == theirs


async def test_the_log_is_a_polite_live_region(enter: Arrive) -> None:
    ann = await enter('Ann')

    await expect(ann.log).to_have_attribute('aria-live', 'polite')
    await expect(ann.log).to_have_attribute('aria-relevant', 'additions')


async def test_two_tabs_of_one_browser_are_two_people(enter: Arrive) -> None:
    ann = await enter('Ann')
    second = await ann.page.context.new_page()
    await second.goto(ann.url)
    ben = type(ann)(second, ann.url)
    await ben.enter('Ben')

    await ann.say('from Ann')
    await ben.say('from Ben')

    for person in (ann, ben):
        await person.sees_only('from Ann', 'from Ben')
        await expect(person.log.locator('.author')).to_have_text(['Ann', 'Ben'])
    await second.close(run_before_unload=True)
    await ann.sees_people('Ann')


@pytest.mark.parametrize('scheme', ['light', 'dark'])
async def test_a_phone_shows_it_all_without_scrolling_sideways(scheme: str, enter: Arrive) -> None:
    ann = await enter('A name as long as a name may be.', color_scheme=scheme, **PHONE)

    await ann.say('W' * 300)
    await ann.say('```\n' + 'x' * 300 + '\n```')
    await expect(ann.rows).to_have_count(2)

    assert await ann.page.evaluate('document.documentElement.scrollWidth') <= 390
    box = await ann.page.get_by_role('button', name='Send').bounding_box()
    assert box
    assert box['x'] + box['width'] <= 390
    assert box['y'] + box['height'] <= 844
    await ann.page.get_by_role('button', name='People').click()
    await ann.sees_people('A name as long as a name may be.')
