"""Where one left off, and the way to what is far away: a page holds a window of the conversation."""

from playwright.async_api import Locator, expect

from messenger.realtime.protocol import PostEvent
from tests.conftest import Arrive, Join
from tests.support.crowd import others_say
from tests.support.person import Person
from tests.support.server import Server

MAX_ROWS = 500


def pill(person: Person) -> Locator:
    return person.page.get_by_role('button', name='new message').or_(person.page.get_by_role('button', name='Newest'))


def line(person: Person) -> Locator:
    """The first message below the line that says *New messages*."""
    return person.page.locator('.message.unread .text')


async def ids(person: Person) -> list[int]:
    return [id_ for id_, _ in await person.shown()]


async def scroll(person: Person, pixels: int, until: int) -> None:
    """Turn the wheel until a message is in sight, without a gap on the way."""
    await person.viewport.hover()
    for _ in range(400):
        await person.page.mouse.wheel(0, pixels)
        await person.page.wait_for_timeout(20)
        shown = await ids(person)
        assert shown == list(range(shown[0], shown[-1] + 1))
        assert len(shown) <= MAX_ROWS + 50  # and a page that has just come
        target = person.page.locator(f'#m{until}')
        if await target.count():
            if await target.evaluate(IN_SIGHT):
                return
            if await target.evaluate(IS_BELOW) != (pixels > 0):  # a slow machine has gone too far
                pixels = -pixels // 2
    raise AssertionError(f'{until} is not in {shown[0]} to {shown[-1]}')


IS_BELOW = 'row => row.getBoundingClientRect().top > innerHeight / 2'
IN_SIGHT = """row => {
    const view = row.closest('.viewport').getBoundingClientRect(), place = row.getBoundingClientRect();
    return place.bottom > view.top && place.top < view.bottom;
}"""


async def test_line_is_where_one_left_off_at_the_last_visit(enter: Arrive, join: Join) -> None:
    ann, ben = await enter('Ann'), await join('Ben')
    await ben.post('seen')
    await ann.sees('seen')
    await ann.page.reload()
    await ann.sees_login()
    for text in ('one', 'two'):
        await ben.post(text)
        await ben.sees(text)

    await ann.enter('Ann')

    await expect(line(ann)).to_have_text('one')
    await expect(pill(ann)).to_be_hidden()  # all of it is in sight


async def test_first_visit_and_own_messages_draw_no_line(enter: Arrive, join: Join) -> None:
    ben = await join('Ben')
    await ben.post('before Ann came')
    ann = await enter('Ann')
    await ann.say('mine')
    await ann.sees('mine')

    await ann.page.reload()
    await ann.enter('Ann')

    await ann.sees('mine')
    await expect(line(ann)).to_have_count(0)


async def test_pill_leads_far_back_to_the_line_and_then_to_the_end(enter: Arrive, join: Join, server: Server) -> None:
    ann, ben = await enter('Ann'), await join('Ben')
    await ben.post('seen')
    await ann.sees('seen')
    await ann.page.reload()
    await ann.sees_login()
    await others_say(server, 300)
    await ann.enter('Ann')

    await expect(pill(ann)).to_have_text('300 new messages ↑')
    await pill(ann).click()
    await expect(line(ann)).to_have_text('line 1')
    await expect(line(ann)).to_be_in_viewport()
    await pill(ann).click()

    await ann.sees('line 300')
    await expect(pill(ann)).to_be_hidden()
    await expect(line(ann)).to_have_count(0)  # it is out of the window, and was seen


async def test_jump_far_back_and_newest_leads_back(enter: Arrive, join: Join, server: Server) -> None:
    ben = await join('Ben')
    await ben.post('Who has the key?')
    await ben.sees('Who has the key?')
    await others_say(server, 2000)
    await ben.send(PostEvent('k', 'I do', reply_to=1))
    await ben.sees('I do')
    ann = await enter('Ann')

    await ann.row('I do').locator('.quote').click()
    await expect(ann.row('Who has the key?')).to_be_focused()
    assert await ids(ann) == list(range(1, 51))
    await ben.post('meanwhile')
    await expect(pill(ann)).to_have_text('1 new message ↓')
    assert not await ann.has_seen('meanwhile')
    await pill(ann).click()

    await ann.sees('meanwhile')
    await expect(pill(ann)).to_be_hidden()


async def test_what_is_said_from_a_window_leads_to_the_end(enter: Arrive, join: Join, server: Server) -> None:
    ben = await join('Ben')
    await ben.post('Who has the key?')
    await ben.sees('Who has the key?')
    await others_say(server, 300)
    await ben.send(PostEvent('k', 'I do', reply_to=1))
    await ben.sees('I do')
    ann = await enter('Ann')
    await ann.row('I do').locator('.quote').click()
    await expect(ann.row('Who has the key?')).to_be_focused()

    await ann.say('Good')

    await ann.sees('Good')
    assert (await ids(ann))[-1] == 303


async def test_page_keeps_at_most_500_rows_without_a_gap(enter: Arrive, server: Server) -> None:
    await others_say(server, 1500)
    ann = await enter('Ann')

    await scroll(ann, -2000, until=1)
    await scroll(ann, 2000, until=1500)

    assert len(await ids(ann)) <= MAX_ROWS
    await expect(pill(ann)).to_be_hidden()


async def test_reading_place_is_kept_while_a_full_page_grows(enter: Arrive, join: Join, server: Server) -> None:
    await others_say(server, 1200)
    ann, ben = await enter('Ann'), await join('Ben')
    await scroll(ann, -2000, until=500)
    place = await ann.page.locator('#m500').evaluate('row => row.getBoundingClientRect().top')

    await ben.post('one more')
    await expect(pill(ann)).to_have_text('1 new message ↓')

    assert await ann.page.locator('#m500').evaluate('row => row.getBoundingClientRect().top') == place
