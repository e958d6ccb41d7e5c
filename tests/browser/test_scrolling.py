"""What moves on the screen, and what does not."""

import asyncio
from datetime import UTC, datetime

from playwright.async_api import expect

from messenger.storage import Store
from messenger.storage.commands import PostMessage
from tests.conftest import Arrive
from tests.support.person import Person
from tests.support.server import Server


async def tell_a_story(server: Server, count: int) -> None:
    """Have a conversation in the database that is longer than a page."""
    store = Store(f'sqlite:///{server.database}')
    now = datetime.now(UTC)
    await asyncio.gather(
        *[store.apply(PostMessage('Old', 'old', f'{index}', f'line {index}', now)) for index in range(1, count + 1)]
    )
    await store.close()


async def top_of(person: Person, text: str) -> float:
    box = await person.log.get_by_text(text, exact=True).bounding_box()
    assert box
    return box['y']


async def scroll_up(person: Person, pixels: int = 700) -> None:
    await person.viewport.hover()
    await person.page.mouse.wheel(0, -pixels)
    await person.page.wait_for_timeout(300)


async def test_the_newest_fifty_are_there_and_the_last_is_in_view(enter: Arrive, server: Server) -> None:
    await tell_a_story(server, 120)

    ann = await enter('Ann')

    assert await ann.texts() == [f'line {index}' for index in range(71, 121)]
    await expect(ann.log.get_by_text('line 120', exact=True)).to_be_in_viewport()
    await expect(ann.log.get_by_text('line 71', exact=True)).not_to_be_in_viewport()


SCROLL_TO_THE_TOP = """async () => {
    const log = document.querySelector('.rows'), text = log.querySelector('.text');
    const count = log.children.length, tops = [];
    document.querySelector('.viewport').scrollTop = -1e6;
    for (let frame = 0; frame < 300 && tops.length < 20; frame++) {
        await new Promise(requestAnimationFrame);
        if (log.children.length > count || !frame) tops.push(text.getBoundingClientRect().top);
    }
    return Math.max(...tops) - Math.min(...tops);
}"""


async def test_earlier_messages_come_by_themselves_without_moving_what_is_read(enter: Arrive, server: Server) -> None:
    await tell_a_story(server, 120)
    ann = await enter('Ann')
    await expect(ann.page.get_by_text('Beginning of the conversation')).to_be_hidden()

    assert await ann.page.evaluate(SCROLL_TO_THE_TOP) < 2
    await expect(ann.rows).to_have_count(100)
    assert await ann.page.evaluate(SCROLL_TO_THE_TOP) < 2

    assert await ann.texts() == [f'line {index}' for index in range(1, 121)]
    await expect(ann.page.get_by_role('button', name='Earlier messages')).to_be_hidden()
    await expect(ann.page.get_by_text('Beginning of the conversation')).to_be_attached()


async def test_earlier_messages_come_by_the_keyboard(enter: Arrive, server: Server) -> None:
    await tell_a_story(server, 60)
    ann = await enter('Ann')

    await ann.page.get_by_role('button', name='Earlier messages').focus()
    await ann.page.keyboard.press('Enter')

    await expect(ann.rows).to_have_count(60)


async def test_new_messages_keep_the_view_at_the_bottom(enter: Arrive, server: Server) -> None:
    await tell_a_story(server, 60)
    ann, ben = await enter('Ann'), await enter('Ben')

    for index in range(5):
        await ben.say(f'news {index}\nof two lines')
    await expect(ann.rows).to_have_count(55)

    await expect(ann.log.get_by_text('news 4')).to_be_in_viewport(ratio=1)


async def test_new_messages_never_move_who_reads_further_up(enter: Arrive, server: Server) -> None:
    await tell_a_story(server, 60)
    ann, ben = await enter('Ann'), await enter('Ben')
    await scroll_up(ann)
    before = await top_of(ann, 'line 35')

    for index in range(5):
        await ben.say(f'news {index}\nof two lines')
    await expect(ann.rows).to_have_count(55)

    assert abs(await top_of(ann, 'line 35') - before) < 2
    await expect(ann.log.get_by_text('news 4')).not_to_be_in_viewport()


async def test_what_one_says_oneself_comes_into_view(enter: Arrive, server: Server) -> None:
    await tell_a_story(server, 60)
    ann = await enter('Ann')
    await scroll_up(ann)

    await ann.say('Here I am')

    await expect(ann.log.get_by_text('Here I am')).to_be_in_viewport(ratio=1)
