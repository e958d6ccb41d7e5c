"""People at one table, on wires that are cut at random: an evening is a list of steps, and many are tried."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.support.examples import at_random
from tests.support.wire import Wire

NAMES = ['Ann', 'Ben', 'Cleo']


class Table:
    """People at one table, each on a wire of their own, and all that they have said so far."""

    def __init__(self) -> None:
        self.wires: list[Wire] = []
        self.said: list[list[str]] = [[] for _ in NAMES]
        self._numbers = itertools.count(1)

    async def say(self, who: int, count: int) -> None:
        texts = [f'{NAMES[who]} {next(self._numbers)}' for _ in range(count)]
        self.said[who] += texts
        await self.send(who, texts)

    async def send(self, who: int, texts: list[str]) -> None:
        raise NotImplementedError

    async def enter_room(self, who: int, room: int) -> None:
        raise NotImplementedError

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

    async def play(self, evening: 'list[Step]') -> None:
        """Have an evening pass, and then all wires whole again."""
        for step in evening:
            await step(self)
        for wire in self.wires:
            wire.fray(None)
            await wire.mend()


Step = Callable[[Table], Awaitable[None]]


def try_evenings(
    count: int, *, longest_wait: int, rooms: int = 1
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Have a test called with many an ``evening``.

    :param longest_wait: longest step in which nothing happens, in milliseconds
    :param rooms: among which people change; the first ones that there are
    """
    anybody = st.integers(0, len(NAMES) - 1)
    steps: st.SearchStrategy[Step] = st.one_of(
        st.builds(lambda who, count: lambda table: table.say(who, count), anybody, st.integers(1, 12)),
        st.builds(lambda who: lambda table: table.cut(who), anybody),
        st.builds(lambda who: lambda table: table.mend(who), anybody),
        st.builds(lambda who, count: lambda table: table.fray(who, count), anybody, st.integers(1, 20_000)),
        st.builds(lambda time: lambda table: table.wait(time), st.integers(1, longest_wait)),
    )
    if rooms > 1:
        room = st.integers(1, rooms)
        steps |= st.builds(lambda who, room: lambda table: table.enter_room(who, room), anybody, room)
    return lambda test: at_random(count)(given(evening=st.lists(steps, min_size=6, max_size=18))(test))
