"""The visitors of the benchmarks do what a page does; otherwise no figure means anything."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from benchmarks.members import Visitor
from tests.support.server import Server


@pytest.fixture
async def visitors(server: Server) -> AsyncIterator[list[Visitor]]:
    async with aiohttp.ClientSession(server.url) as http:
        yield [Visitor(http, name, on_numbers=lambda numbers: None) for name in ('Ann', 'Ben')]


async def test_visitors_hear_read_back_and_leave(visitors: list[Visitor]) -> None:
    ann, ben = visitors
    heard: list[int] = []
    ann.on_numbers = heard.extend
    for visitor in visitors:
        await visitor.enter()

    for number in range(10):
        ben.say(number)
    await ann.wait_for(lambda: len(heard) == 10)
    await ann.read_back(5)
    await ann.jump(8)

    assert heard == [*range(10), *range(4), *range(10)]
    assert await ann.open_and_close_help() == 0
    await ben.leave()
