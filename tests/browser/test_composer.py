"""The box: emoji by name or by button, names to mention."""

from playwright.async_api import Locator, expect

from tests.browser.test_messages import NOON, remember
from tests.browser.test_phone import PHONE
from tests.browser.test_scrolling import tell_a_story
from tests.conftest import Arrive, EnterByWire
from tests.support.person import Person
from tests.support.server import Server

SUM_SHIFTS = """
window.shift = 0;
const add = (list) => { for (const entry of list.getEntries()) window.shift += entry.value; };
new PerformanceObserver(add).observe({type: 'layout-shift', buffered: true});
"""
SEND_AFTER_BLUR = """async box => {
    box.blur();
    await new Promise(queueMicrotask); // no timer is due between these two
    document.querySelector('[aria-label=Send]').click();
    await new Promise(resolve => setTimeout(resolve, 50));
    return box.value;
}"""


def offers(person: Person, label: str) -> Locator:
    return person.page.get_by_role('listbox', name=label).get_by_role('option')


async def test_a_colon_and_two_letters_offer_emoji_by_name(enter: Arrive) -> None:
    ann = await enter('Ann')

    await ann.box.press_sequentially('Hooray :tad')
    await expect(offers(ann, 'Emoji').first).to_have_text('🎉 tada')
    await ann.box.press('Enter')
    await expect(ann.box).to_have_value('Hooray 🎉 ')
    await ann.box.press_sequentially('at 10:30 or :D')

    await expect(offers(ann, 'Emoji')).to_have_count(0)


async def test_the_emoji_button_inserts_where_the_cursor_is(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.box.fill('Lift-off!')
    await ann.box.press('ArrowLeft')

    await ann.page.get_by_role('button', name='Emoji', exact=True).click()
    await ann.page.get_by_label('Search, or type one').fill('rock')
    await ann.dialog.get_by_role('button', name='rocket').click()

    await expect(ann.box).to_have_value('Lift-off🚀!')
    await expect(ann.box).to_be_focused()


async def test_names_of_who_is_here_come_first_then_authors_and_all(enter: Arrive) -> None:
    ann = await enter('Ann')
    gone = await enter('Zoe')
    await gone.say('Bye')
    await ann.sees('Bye')
    await gone.page.close(run_before_unload=True)
    await enter('Ben')
    await ann.sees_people('Ann', 'Ben')

    await ann.box.press_sequentially('@')
    await expect(offers(ann, 'People to mention')).to_have_text(['Ben', 'Zoe', 'all'])
    await offers(ann, 'People to mention').nth(1).hover()

    await expect(offers(ann, 'People to mention').and_(ann.page.locator('[aria-selected=true]'))).to_have_text('Zoe')


async def test_all_is_offered_however_many_are_here(enter: Arrive) -> None:
    ann = await enter('Ann')
    for index in range(9):
        await (await enter(f'Al {index}')).box.focus()
    await ann.sees_people(*[f'Al {index}' for index in range(9)], 'Ann')

    await ann.box.press_sequentially('@al')

    await expect(offers(ann, 'People to mention')).to_have_count(8)
    await expect(offers(ann, 'People to mention').last).to_have_text('all')


async def test_a_sent_text_does_not_come_back_when_the_box_has_just_lost_the_focus(enter: Arrive) -> None:
    """QInput writes its own value into the box a moment after that."""
    ann = await enter('Ann')
    await ann.box.fill('Tea?')

    text_afterwards = await ann.box.evaluate(SEND_AFTER_BLUR)

    assert text_afterwards == ''
    await ann.sees_only('Tea?')


async def test_a_refusal_describes_its_field(arrive: Arrive) -> None:
    ann = await arrive()
    await ann.log_in('Ann', 'wrong')
    await expect(ann.page.get_by_label('Password')).to_have_accessible_description(
        'That is not the password. Please try again.'
    )
    await ann.enter('Ann')

    await ann.say('x' * 4001)

    await expect(ann.box).to_have_accessible_description(
        'A message can have at most 4,000 characters; this one has 4,001.'
    )


async def test_the_day_is_in_the_language_of_the_browser(enter: Arrive) -> None:
    ann = await enter('Ann', locale='de-DE')

    await ann.say('Hallo')

    await expect(ann.lines).to_have_text(['Heute'])


async def test_a_wrong_address_looks_like_the_rest_and_leads_back(arrive: Arrive) -> None:
    ann = await arrive()

    answer = await ann.page.goto(f'{ann.url}/nowhere')

    assert answer
    assert answer.status == 404
    await expect(ann.page.get_by_role('heading', level=1)).to_have_text('Simple Messenger')
    await expect(ann.page.get_by_text('There is no page at this address.')).to_be_visible()
    await ann.page.get_by_role('link', name='Go to the messenger').click()
    await ann.sees_login()


async def test_printing_gives_the_whole_conversation(enter: Arrive) -> None:
    ann = await enter('Ann')
    for index in range(20):
        await ann.say(f'line {index}')
    await expect(ann.rows).to_have_count(20)

    await ann.page.emulate_media(media='print')

    await expect(ann.box).to_be_hidden()
    await expect(ann.page.get_by_role('button', name='Menu')).to_be_hidden()
    first, last = await ann.row('line 0').bounding_box(), await ann.row('line 19').bounding_box()
    assert first
    assert last
    assert 0 <= first['y'] < last['y']


async def test_nothing_jumps_between_login_and_chat(arrive: Arrive, server: Server) -> None:
    """Cumulative layout shift, also of what happens just after a click; 0.1 is good (web.dev/cls)."""
    await tell_a_story(server, 60)
    ann = await arrive(**PHONE)
    await ann.page.add_init_script(SUM_SHIFTS)
    await ann.page.reload()

    await ann.enter('Ann')
    await ann.sees('line 60')
    await ann.stands_still()

    assert await ann.page.evaluate('shift') <= 0.1


async def test_twelve_people_have_twelve_colours(enter: Arrive, server: Server) -> None:
    await remember(server, *[(f'Author {index}', f'line {index}', NOON) for index in range(12)])
    ann = await enter('Ann')
    await expect(ann.rows).to_have_count(12)

    hues = await ann.rows.evaluate_all('rows => rows.map(row => +row.style.getPropertyValue("--hue"))')

    assert sorted(hues) == list(range(0, 360, 30))


async def test_a_lost_connection_is_seen_at_a_glance(enter_by_wire: EnterByWire) -> None:
    ann, wire = await enter_by_wire('Ann')
    await ann.sees_people('Ann')

    await wire.cut()

    await expect(ann.offline).to_be_visible()
    await expect(ann.offline.locator('.q-icon')).to_be_visible()
    await expect(ann.people.first).to_have_css('filter', 'grayscale(1)')
