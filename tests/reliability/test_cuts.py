"""Every page shows what the database holds: all of it, in order, each message once, whatever happens to connections."""

import asyncio
from collections.abc import Awaitable

import pytest
from playwright.async_api import expect

from tests.conftest import Arrive, EnterByWire
from tests.support.crowd import all_of, others_say
from tests.support.person import Person
from tests.support.server import Server, both_ways
from tests.support.table import NAMES, Step, Table, try_evenings

WATCH_ORDER = """() => {
    window.disorder = [];
    const log = document.querySelector('.message-list');
    const look = () => {
        const ids = [...log.querySelectorAll('.message')].map((row) => +row.dataset.id);
        if (ids.some((id, index) => index && id <= ids[index - 1])) disorder.push(ids);
    };
    new MutationObserver(look).observe(log, {childList: true, subtree: true});
}"""


class BrowserTable(Table):
    """People with a browser each."""

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Person] = []

    async def send(self, who: int, texts: list[str]) -> None:
        await self.people[who].say_at_once(texts)


@both_ways
@try_evenings(10, longest_wait=150)
async def test_random_evening_leaves_every_page_with_all_of_it_in_order(
    evening: list[Step], table: BrowserTable, server: Server
) -> None:
    await table.play(evening)

    for person in table.people:
        await expect(person.held).to_have_count(0, timeout=30_000)
    kept = server.kept()
    for person in table.people:
        await person.shows(kept)
        assert await person.page.evaluate('disorder') == []
    for name, said in zip(NAMES, table.said, strict=True):
        assert [text for _, text in kept if text.startswith(name)] == said


@pytest.mark.parametrize('missed', [0, 1, 49, 50, 51, 500])
async def test_cut_loses_nothing_however_much_was_said(
    missed: int, enter_by_wire: EnterByWire, enter: Arrive, server: Server
) -> None:
    (ann, wire), ben = await enter_by_wire('Ann'), await enter('Ben')
    await ben.say('before')
    await ann.sees('before')

    await wire.cut()
    await expect(ann.offline).to_be_visible()
    await ben.say_at_once([f'missed {index}' for index in range(missed)])
    await all_of(server, 1 + missed)
    talking = asyncio.create_task(talk_until(ann.is_up_to_date(), ben)) if missed == 500 else None
    await wire.mend()
    live = await talking if talking else 0

    await ann.shows_newest(kept := await all_of(server, 1 + missed + live))
    await ben.shows_newest(kept)
    assert len({text for _, text in kept}) == len(kept)


async def test_page_that_missed_too_much_starts_anew_without_a_hole(enter_by_wire: EnterByWire, server: Server) -> None:
    ann, wire = await enter_by_wire('Ann')
    await ann.say('before')
    await ann.sees('before')

    await wire.cut()
    await expect(ann.offline).to_be_visible()
    await others_say(server, 2500)
    await wire.mend()
    await ann.sees('line 2500')
    newest = await ann.shown()
    await ann.goes_back()
    earlier = await ann.shown()

    kept = await all_of(server, 2501)
    assert len(earlier) > len(newest)
    assert newest == kept[-len(newest) :]
    assert earlier == kept[-len(earlier) :]


@pytest.fixture
async def table(enter_by_wire: EnterByWire) -> BrowserTable:
    table = BrowserTable()
    for name in NAMES:
        person, wire = await enter_by_wire(name)
        await person.page.evaluate(WATCH_ORDER)
        table.people.append(person)
        table.wires.append(wire)
    await table.say(0, 1)
    for person in table.people:
        await person.sees('Ann 1')
    return table


async def talk_until(done: Awaitable[None], person: Person) -> int:
    """Go on talking until something has happened, and a little longer; answers how much was said."""
    waiting = asyncio.ensure_future(done)
    count = 0
    while not waiting.done() or count < 20:
        await person.say_at_once([f'live {count}'])
        count += 1
    await waiting
    return count
