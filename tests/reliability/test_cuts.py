"""Every page shows what the database holds: all of it, in order, each message once, whatever happens to connections."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.async_api import expect

from tests.conftest import Arrive, EnterByWire
from tests.support.crowd import all_of, others_say
from tests.support.person import Person
from tests.support.server import Server, both_ways
from tests.support.wire import Wire

NAMES = ['Ann', 'Ben', 'Cleo']
WATCH_ORDER = """() => {
    window.disorder = [];
    const log = document.querySelector('.message-list');
    const look = () => {
        const ids = [...log.querySelectorAll('.message')].map((row) => +row.dataset.id);
        if (ids.some((id, index) => index && id <= ids[index - 1])) disorder.push(ids);
    };
    new MutationObserver(look).observe(log, {childList: true, subtree: true});
}"""

Step = Callable[['Table'], Awaitable[None]]


class Table:
    """People at one table, each with a page on a wire of its own, and all that they have said so far."""

    def __init__(self) -> None:
        self.people: list[Person] = []
        self.wires: list[Wire] = []
        self.said: list[list[str]] = []
        self.words = itertools.count(1)

    async def say(self, who: int, count: int) -> None:
        texts = [f'{NAMES[who]} {next(self.words)}' for _ in range(count)]
        self.said[who] += texts
        await self.people[who].say_at_once(texts)

    async def cut(self, who: int) -> None:
        await self.wires[who].cut()

    async def mend(self, who: int) -> None:
        await self.wires[who].mend()

    async def fray(self, who: int, count: int) -> None:
        """Cut a connection once so many more bytes have come; a page that is cut off returns, and is cut again."""
        self.wires[who].fray(count)
        await self.wires[who].mend()

    async def wait(self, milliseconds: int) -> None:
        await asyncio.sleep(milliseconds / 1000)


anybody = st.integers(0, len(NAMES) - 1)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda who, count: lambda table: table.say(who, count), anybody, st.integers(1, 12)),
    st.builds(lambda who: lambda table: table.cut(who), anybody),
    st.builds(lambda who: lambda table: table.mend(who), anybody),
    st.builds(lambda who, count: lambda table: table.fray(who, count), anybody, st.integers(1, 20_000)),
    st.builds(lambda time: lambda table: table.wait(time), st.integers(1, 150)),
)


@both_ways
# no shrinking: what remains on the pages makes each example depend on those before
@settings(
    max_examples=10,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(evening=st.lists(steps, min_size=6, max_size=18))
async def test_random_evening_leaves_every_page_with_all_of_it_in_order(
    evening: list[Step], table: Table, server: Server
) -> None:
    for step in evening:
        await step(table)
    for wire in table.wires:
        wire.fray(None)
        await wire.mend()

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
async def table(enter_by_wire: EnterByWire) -> Table:
    table = Table()
    for name in NAMES:
        person, wire = await enter_by_wire(name)
        await person.page.evaluate(WATCH_ORDER)
        table.people.append(person)
        table.wires.append(wire)
        table.said.append([])
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
