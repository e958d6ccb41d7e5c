"""Networks that are worse than cut: they swallow, refuse, or let a page return while its last return still goes on."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Route, expect

from tests.conftest import Arrive, EnterByWire
from tests.support.crowd import all_of, others_say
from tests.support.person import Person
from tests.support.server import Server

SLOW_TO_READ = """
import time
from sqlalchemy import Engine, event

@event.listens_for(Engine, 'before_cursor_execute')
def wait(connection, cursor, statement, *_):
    if statement.startswith('SELECT') and 'ORDER BY' in statement:
        time.sleep(0.3)
"""


async def test_network_that_swallows_everything_takes_no_page_away(enter_by_wire: EnterByWire, server: Server) -> None:
    ann, wire = await enter_by_wire('Ann')
    await ann.say('before')
    await ann.sees('before')
    await ann.page.clock.install()  # so that the page need not wait for 15 seconds before it tries again
    tries = Tries(ann)

    await wire.cut()
    wire.hold()
    await wire.mend()
    for count in range(1, 5):
        await tries.reach(count)
        await ann.page.clock.set_system_time(datetime.now(UTC) - timedelta(hours=count))  # it tries again all the same
        await ann.page.clock.fast_forward(16_000)
    await others_say(server, 1)
    wire.release()

    await ann.sees('line 1')
    await ann.shows(await all_of(server, 2))


async def test_network_without_websockets_hides_nothing(
    enter_by_wire: EnterByWire, enter: Arrive, server: Server
) -> None:
    (ann, wire), ben = await enter_by_wire('Ann'), await enter('Ben')
    await ben.say('before')
    await ann.sees('before')
    tries = Tries(ann)

    await wire.cut()
    wire.carries_websockets = False
    await wire.mend()
    await ben.say('meanwhile')
    await tries.reach(20, or_until=partial(ann.has_seen, 'meanwhile'))
    wire.hold()
    await ben.say('swallowed')
    await ben.sees('swallowed')
    await asyncio.sleep(0.2)
    wire.tear()
    wire.release()
    wire.carries_websockets = True
    await ben.say('after')

    await ann.sees('after')
    await ann.shows(await all_of(server, 4))


async def test_answer_that_a_polling_page_never_got_is_asked_for_again(
    enter_by_wire: EnterByWire, server: Server
) -> None:
    ann, wire = await enter_by_wire('Ann')
    await ann.page.clock.install()
    wire.carries_websockets = False
    lost = await lose_answer(ann, containing='chat:synced_messages')

    await wire.cut()
    await expect(ann.offline).to_be_visible()
    await others_say(server, 3)
    await ann.say_at_once(['kept'])
    await wire.mend()
    await lost.wait()
    await expect(ann.held).to_have_count(1)
    await ann.page.clock.fast_forward(16_000)

    await expect(ann.held).to_have_count(0)
    await ann.shows(await all_of(server, 4))


async def test_message_that_a_polling_page_never_got_is_shown_although_nothing_follows(
    enter_by_wire: EnterByWire, enter: Arrive, server: Server
) -> None:
    (ann, wire), ben = await enter_by_wire('Ann'), await enter('Ben')
    await ann.page.clock.install()
    wire.carries_websockets = False
    lost = await lose_answer(ann, containing='lost on the way')
    await wire.cut()
    await wire.mend()
    await ben.say('before')
    await ann.sees('before')

    await ben.say('lost on the way')
    await lost.wait()
    await ann.sees_only('before')
    await ann.page.clock.fast_forward(21_000)

    await ann.sees('lost on the way')
    await ann.shows(await all_of(server, 2))


async def test_much_that_was_written_is_sent_without_websockets(enter_by_wire: EnterByWire, server: Server) -> None:
    ann, wire = await enter_by_wire('Ann')
    words = [f'word {index}' for index in range(40)]
    tries = Tries(ann)

    await wire.cut()
    await expect(ann.offline).to_be_visible()
    await ann.say_at_once(words)
    wire.carries_websockets = False
    await wire.mend()
    await tries.reach(8)
    wire.carries_websockets = True

    await expect(ann.held).to_have_count(0)
    assert [text for _, text in await all_of(server, 40)] == words


async def test_page_cut_again_and_again_while_it_syncs_has_no_hole(enter_by_wire: EnterByWire, server: Server) -> None:
    ann, wire = await enter_by_wire('Ann')
    await ann.say('before')
    await ann.sees('before')
    await ann.page.evaluate("socket.io.opts.transports = ['websocket']")  # else it may come compressed, and too short

    for missed in (900, 1800):
        await wire.cut()
        await expect(ann.offline).to_be_visible()
        await others_say(server, 900)
        wire.fray(100_000, 3_000, 60_000)
        await wire.mend()
        await wire.has_torn()
        await ann.shows_newest(await all_of(server, 1 + missed))


async def test_sync_of_a_lost_connection_does_not_end_that_of_the_next(
    enter_by_wire: EnterByWire, server: Server
) -> None:
    await server.restart_with(SLOW_TO_READ)
    ann, wire = await enter_by_wire('Ann')
    await ann.say('before')
    await ann.sees('before')
    await wire.cut()
    await expect(ann.offline).to_be_visible()
    await others_say(server, 900)

    await wire.mend()
    await ann.has_more_than(300)
    await wire.cut()
    await asyncio.sleep(0.3)  # some of what the lost connection has asked for is sent to nobody
    await wire.mend()
    await ann.is_up_to_date()
    await wire.cut()
    await expect(ann.offline).to_be_visible()
    await wire.mend()

    await ann.is_up_to_date()
    await ann.shows_newest(await all_of(server, 901))


class Tries:
    """Counts how often a page asks for a connection, so that a test need not guess how long that takes."""

    def __init__(self, person: Person) -> None:
        self._count = 0
        person.page.on('request', self._add)
        person.page.on('websocket', self._add)

    async def reach(self, count: int, *, or_until: Callable[[], Awaitable[bool]] | None = None) -> None:
        while self._count < count and not (or_until and await or_until()):
            await asyncio.sleep(0.02)

    def _add(self, _: object) -> None:
        self._count += 1


async def lose_answer(person: Person, *, containing: str) -> asyncio.Event:
    """Have a page that polls not get one answer, as when its browser repeats a request whose answer was lost.

    :return: set when the answer is lost
    """
    lost = asyncio.Event()

    async def carry(route: Route) -> None:
        try:
            answer = await route.fetch()
            text = await answer.text()
        except PlaywrightError:  # the wire is cut, or the page has gone on without it
            with suppress(PlaywrightError):
                await route.abort()
            return
        if not lost.is_set() and containing in text:
            lost.set()
            text = '6'  # a packet of Engine.IO that says nothing
        with suppress(PlaywrightError):
            # so that time can be skipped without the page missing a ping
            await route.fulfill(response=answer, body=re.sub(r'(?<="pingTimeout":)\d+', '600000', text))

    await person.page.route(lambda url: 'transport=polling' in url, carry)
    return lost
