"""In the hand: a header that fits, large targets, sheets, and the way back."""

from typing import Any

from playwright.async_api import Locator, expect

from tests.conftest import Arrive
from tests.support.person import Person

PHONE: dict[str, Any] = {'viewport': {'width': 390, 'height': 844}, 'is_mobile': True, 'has_touch': True}
TARGETS = (
    'button, summary, [role=button], [role=option], [role=radio], [role=checkbox], [role=menuitem], input, textarea'
)

SMALL_ONES = """targets => [...document.querySelectorAll(targets)].filter(one => {
    const {width, height} = (one.closest('.q-field__control') ?? one).getBoundingClientRect();
    return one.checkVisibility() && width && (width < 44 || height < 44);
}).map(one => one.ariaLabel || one.textContent || one.outerHTML)"""


async def small_targets(person: Person) -> list[str]:
    """What is to be touched and stays smaller than 44 pixels; a field counts with its frame."""
    for _ in range(20):  # a dialog grows when it opens
        await person.page.wait_for_timeout(100)
        await person.stands_still()
        if not (found := await person.page.evaluate(SMALL_ONES, TARGETS)):
            break
    return list(found)


async def is_whole(label: Locator) -> bool:
    return bool(await label.evaluate('label => label.scrollWidth <= label.clientWidth'))


async def test_header_shows_the_whole_title_and_log_out_is_in_the_menu(enter: Arrive) -> None:
    ann = await enter('Ann', **PHONE)

    assert await is_whole(ann.page.get_by_role('heading', level=1))
    await expect(ann.page.get_by_role('button', name='Log out')).to_be_hidden()
    await ann.page.get_by_role('button', name='Menu').tap()
    await ann.menu.get_by_role('button', name='Log out').tap()

    await ann.sees_login()


async def test_every_target_has_44_pixels(arrive: Arrive) -> None:
    ann = await arrive(**PHONE)
    assert await small_targets(ann) == []
    await ann.enter('Ann')
    for text in ('Tap me', '```\ntea\n```', '@'):
        await ann.say(text)
        await ann.sees(text.strip('`\n'))
    await ann.act('Reply', 'Tap me')
    await ann.say('Yes')
    await ann.sees('Yes')
    await ann.act('React with 👍', 'Tap me')
    await expect(ann.row('Tap me').get_by_role('button', name='👍')).to_be_visible()
    assert await small_targets(ann) == []

    for item in ('Invite others', 'Settings', 'Help'):
        dialog = await ann.open(item)
        assert await small_targets(ann) == []
        await dialog.get_by_role('button', name='Close').tap()
        await expect(dialog).to_have_count(0)
    await ann.show_tools('Tap me')
    assert await small_targets(ann) == []
    await ann.tools.get_by_role('button', name='React with another emoji').tap()
    await expect(ann.page.get_by_role('dialog', name='React with an emoji')).to_be_visible()
    assert await small_targets(ann) == []


async def test_no_field_makes_a_phone_zoom(arrive: Arrive) -> None:
    ann = await arrive(**PHONE)
    sizes = 'fields => fields.map(field => parseFloat(getComputedStyle(field).fontSize))'
    fields = ann.page.locator('input, textarea')

    assert min(await fields.evaluate_all(sizes)) >= 16
    await ann.enter('Ann')
    assert min(await fields.evaluate_all(sizes)) >= 16
    await ann.say('Hello')
    await ann.act('React with another emoji', 'Hello')
    await expect(ann.page.get_by_label('Search, or type one')).to_be_visible()
    assert min(await fields.evaluate_all(sizes)) >= 16


async def test_enter_breaks_the_line_and_the_button_sends(enter: Arrive) -> None:
    ann = await enter('Ann', **PHONE)
    await expect(ann.box).not_to_be_focused()

    await ann.box.press_sequentially('one')
    await ann.box.press('Enter')
    await ann.box.press_sequentially('two')
    await expect(ann.box).to_have_value('one\ntwo')
    await ann.page.get_by_role('button', name='Send').tap()

    await expect(ann.log.locator('.text br')).to_have_count(1)
    await expect(ann.box).to_have_value('')


async def test_the_keyboard_stays_open_when_the_button_sends(enter: Arrive) -> None:
    ann = await enter('Ann', **PHONE)
    await ann.box.fill('Tea?')
    await ann.box.evaluate('box => box.addEventListener("blur", () => box.classList.add("left"))')

    await ann.page.get_by_role('button', name='Send').tap()

    await ann.sees_only('Tea?')
    await expect(ann.box).to_be_focused()
    assert 'left' not in (await ann.box.get_attribute('class') or '')


async def test_a_tap_on_a_message_opens_a_sheet_with_words(enter: Arrive) -> None:
    ann, ben = await enter('Ann', **PHONE), await enter('Ben')
    await ann.say('Mine')
    await ben.sees('Mine')
    await ben.say('Yours')
    await ann.sees('Yours')

    await ann.show_tools('Yours')
    for words in ('React with another emoji', 'Reply', 'Copy text', 'Copy link'):
        await expect(ann.tools.get_by_role('button', name=words, exact=True)).to_be_visible()
    await expect(ann.tools.get_by_role('button', name='Edit')).to_have_count(0)
    await ann.tools.get_by_role('button', name='React with 🎉').tap()
    await expect(ben.row('Yours').get_by_role('button', name='🎉')).to_have_attribute('title', 'Ann')

    await ann.act('Edit', 'Mine')
    await expect(ann.box).to_have_value('Mine')
    await ann.say('Ours')
    await ben.sees('Ours')
    await ann.act('Delete', 'Ours')
    await ann.page.get_by_role('alertdialog').get_by_role('button', name='Delete').tap()
    await ben.sees('message deleted')


async def test_text_and_link_of_a_message_can_be_copied(enter: Arrive, arrive: Arrive) -> None:
    ann = await enter('Ann', **PHONE)
    await ann.page.context.grant_permissions(['clipboard-read', 'clipboard-write'])
    await ann.say('The **kettle** is on')

    await ann.act('Copy text', 'The kettle is on')
    await expect(ann.page.get_by_text('Copied')).to_be_visible()
    assert await ann.page.evaluate('navigator.clipboard.readText()') == 'The kettle is on'
    await ann.act('Copy link', 'The kettle is on')
    await expect(ann.tools).to_have_count(0)
    link = await ann.page.evaluate('navigator.clipboard.readText()')

    assert link == f'{ann.url}/chat/general/1'
    ben = await arrive()
    await ben.page.goto(link)
    await ben.enter('Ben')
    await expect(ben.row('The kettle is on')).to_contain_class('flash')
    assert ben.page.url == link


async def test_back_closes_what_is_open_and_only_then_leaves(arrive: Arrive) -> None:
    ann = await arrive(**PHONE)
    await ann.page.goto('about:blank')
    await ann.page.goto(ann.url)
    await ann.enter('Ann')
    await ann.say('Hello')

    await ann.page.get_by_role('button', name='People').tap()
    await expect(ann.people.first).to_be_visible()
    await ann.page.go_back()
    await expect(ann.people.first).to_be_hidden()
    await ann.page.get_by_role('button', name='Menu').tap()
    await expect(ann.menu).to_be_visible()
    await ann.page.go_back()
    await expect(ann.menu).to_have_count(0)
    await ann.open('Help')
    await ann.page.go_back()
    await expect(ann.dialog).to_have_count(0)
    await ann.show_tools('Hello')
    await ann.page.go_back()
    await expect(ann.dialog).to_have_count(0)
    await (await ann.open('Help')).get_by_role('button', name='Close').tap()
    await expect(ann.dialog).to_have_count(0)

    await ann.sees('Hello')
    await ann.page.go_back()
    await expect(ann.page).to_have_url('about:blank')


async def test_the_list_of_people_closes_by_its_button_and_by_escape(enter: Arrive) -> None:
    ann = await enter('Ann', **PHONE)

    await ann.page.get_by_role('button', name='People').tap()
    await ann.page.get_by_role('button', name='Close the list').tap()
    await expect(ann.people.first).to_be_hidden()
    await ann.page.get_by_role('button', name='People').tap()
    await expect(ann.people.first).to_be_visible()
    await ann.page.keyboard.press('Escape')
    await expect(ann.people.first).to_be_hidden()
