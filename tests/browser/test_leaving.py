"""How a visit ends, is cut off and goes on: close, reload, log out, cut, take over, restart, crash."""

import asyncio
from pathlib import Path

from playwright.async_api import Browser, Dialog, Route, expect

from tests.conftest import Arrive, EnterByWire
from tests.support.person import Person
from tests.support.server import Server
from tests.support.wire import Wire


async def test_closing_the_page_logs_out_at_once(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await ann.sees_people('Ann', 'Ben')

    await ben.page.close(run_before_unload=True)

    await ann.sees_people('Ann', within=1500)
    await enter('Ben')


async def test_reloading_logs_out_and_says_so(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')

    await ben.page.reload()

    await ben.sees_login()
    await expect(ben.page.get_by_text('Reloading or leaving the page logs out.')).to_be_visible()
    await ann.sees_people('Ann')
    await ben.enter('Ben')
    await ann.sees_people('Ann', 'Ben')


async def test_logging_out_right_after_a_dialog_was_closed_logs_out(enter: Arrive, server: Server) -> None:
    """While the next page is on its way over a slow line, what was open is taken out of the history."""

    async def load_slowly(route: Route) -> None:
        await asyncio.sleep(1)
        await route.continue_()

    ann = await enter('Ann')
    dialog = await ann.open('Help')
    await ann.page.route(f'{server.url}/', load_slowly)

    await dialog.press('Escape')
    await ann.page.get_by_role('button', name='Log out').dispatch_event('click')  # while the dialog fades

    await ann.sees_login()


async def test_what_is_filled_in_at_once_after_a_reload_stays(enter: Arrive) -> None:
    """As a password manager does, while the page is still connecting; the name is also filled in by the page."""
    ann = await enter('Ann')

    for _ in range(10):
        await ann.page.reload()
        await ann.enter('Ann')


async def test_going_elsewhere_logs_out(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')

    await ben.page.goto('data:text/html,elsewhere')

    await ann.sees_people('Ann')
    await ben.page.go_back()
    await ben.sees_login()


async def test_log_out_does_the_same_as_closing(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')

    await ben.page.get_by_role('button', name='Log out').click()

    await ben.sees_login()
    await expect(ben.page.get_by_text('You have logged out.')).to_be_visible()
    await ann.sees_people('Ann')


async def test_a_draft_is_still_there_after_a_reload(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.box.press_sequentially('not sent')

    await ann.page.reload()
    await ann.enter('Ann')

    await expect(ann.box).to_have_value('not sent')


async def test_what_is_on_its_way_is_not_left_without_a_question(enter: Arrive, wire: Wire) -> None:
    ann = await enter('Ann', wire)
    asked = asyncio.Event()

    async def stay(dialog: Dialog) -> None:
        asked.set()
        await dialog.dismiss()

    ann.page.on('dialog', stay)
    wire.swallow()
    await ann.say('not stored')

    await ann.page.close(run_before_unload=True)

    await asyncio.wait_for(asked.wait(), 5)
    await expect(ann.held).to_have_text('not stored')


async def test_a_cut_keeps_the_draft_and_shows_what_was_missed(enter: Arrive, wire: Wire) -> None:
    ann, ben = await enter('Ann', wire), await enter('Ben')
    await ann.box.fill('a draft')

    await wire.cut()
    await expect(ann.offline).to_be_visible()
    await ben.say('missed')
    await ben.sees('missed')
    await wire.mend()

    await ann.sees_only('missed')
    await expect(ann.offline).to_be_hidden()
    await expect(ann.box).to_have_value('a draft')
    await ann.box.press('Enter')
    await ben.sees('a draft')


async def test_what_is_sent_during_a_cut_arrives_once_and_in_order(enter: Arrive, wire: Wire) -> None:
    ann, ben = await enter('Ann', wire), await enter('Ben')

    await wire.cut()
    for text in ('one', 'two', 'three'):
        await ann.say(text)
    await expect(ann.held.first).to_be_visible()
    await expect(ann.rows).to_have_count(0)
    await wire.mend()

    for person in (ann, ben):
        await person.sees_only('one', 'two', 'three')
    await expect(ann.held).to_have_count(0)


async def test_a_name_whose_holder_is_cut_off_can_be_taken_over(enter: Arrive, wire: Wire) -> None:
    ann = await enter('Ann', wire)
    await wire.cut()
    await expect(ann.offline).to_be_visible()

    again = await enter('ann')
    await again.sees_people('ann')
    await wire.mend()

    await ann.sees_login()
    await expect(ann.page.get_by_text('Somebody logged in with your name')).to_be_visible()
    await again.sees_people('ann')


async def test_after_the_grace_period_the_session_is_gone(browser: Browser, house: Path) -> None:
    server = Server(house, reconnect_grace=1)
    await server.start()
    wire = Wire(server.port)
    await wire.mend()
    ann = await Person.arrive(browser, wire.url)
    await ann.enter('Ann')
    ben = await Person.arrive(browser, server.url)
    await ben.enter('Ben')

    await wire.cut()
    await ben.sees_people('Ben', within=10_000)
    await wire.mend()

    await ann.sees_login()
    await expect(ann.page.get_by_text('The connection was lost for too long.')).to_be_visible()
    for person in (ann, ben):
        await person.close()
    await wire.cut()
    await server.stop()


async def test_after_a_restart_the_login_says_why_and_the_messages_are_there(enter: Arrive, server: Server) -> None:
    ann = await enter('Ann')
    await ann.say('Remember this')
    await ann.sees('Remember this')

    await server.stop()
    await server.start()

    await ann.sees_login()
    await expect(ann.page.get_by_text('The server was restarted, which logs everybody out.')).to_be_visible()
    await ann.enter('Ann')
    await ann.sees_only('Remember this')


async def test_a_page_without_websockets_does_not_hold_up_the_end_of_the_server(
    enter_by_wire: EnterByWire, server: Server
) -> None:
    ann, wire = await enter_by_wire('Ann')
    await wire.cut()
    wire.carries_websockets = False
    await wire.mend()
    await ann.page.wait_for_function('socket.io.engine.transport.name === "polling" && !socket.io.engine.upgrading')
    await expect(ann.offline).to_be_hidden()

    await server.stop()

    assert 'Traceback' not in server.output.read_text()
