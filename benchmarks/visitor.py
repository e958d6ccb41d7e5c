"""A visitor of the messenger."""

import asyncio
import json
import re
import uuid
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from benchmarks.members import NUMBER, Tell, sentence
from benchmarks.page import LAYOUT, Page

PASSWORD = '123'
PLACE = re.compile(r'place\((?=\[)')
SETTLE = re.compile(r'settle\((null|\d+), ?(true|false)')


class Code(NamedTuple):
    """What a piece of code does to a page.

    :param numbers: of the messages it places, in the order of their ids
    :param seq: the highest that it places
    :param settled: whether what the page has asked for is complete now
    """

    numbers: Sequence[int]
    seq: int
    settled: bool
    floor: int | None
    is_live: bool
    calls_back: bool


class Visitor(Page):
    """Logs in through the form, talks through the composer's event, and keeps a cursor as the page's script does."""

    def __init__(self, port: int, name: str, tell: Tell) -> None:
        super().__init__(port)
        self.floor = 0
        self._name = name
        self._tell = tell
        self._settled = asyncio.Event()
        self._is_live = False
        self._seen = self._cursor = 0

    async def enter(self) -> None:
        """Load the page, log in, and wait until everything that has been said is there."""
        await self.load()
        self.act(self.find('Name'), 'update:value', self._name)
        self.act(self.find('Password'), 'update:value', PASSWORD)
        form = next(id_ for id_, element in self.elements.items() if element['tag'] == 'form')
        self.act(form, 'submit')
        await asyncio.wait_for(self._settled.wait(), 60)

    async def look_back(self) -> None:
        """Ask for earlier messages, and wait for them."""
        self._settled.clear()
        self.act(LAYOUT, 'earlier', self.floor)
        await asyncio.wait_for(self._settled.wait(), 60)

    def leave(self) -> None:
        """Close the page, after a word to the server."""
        self.act(LAYOUT, 'leave')
        self.finish()

    def say(self, number: int) -> None:
        wish = {'key': str(uuid.uuid4()), 'text': sentence(number), 'reply': None, 'edit': None}
        self.act(LAYOUT, 'say', wish)

    def run(self, code: str, request_id: str | None) -> None:
        meaning = read(code)
        if meaning.numbers:
            self._tell(meaning.numbers)
        self._seen = max(self._seen, meaning.seq)
        if meaning.settled:
            self._settle(meaning)
        if self._is_live:
            self._cursor = self._seen
        if meaning.calls_back:
            self._is_live = False
            self.act(LAYOUT, 'catch_up', self._cursor)
        super().run(code, request_id)

    def _settle(self, meaning: Code) -> None:
        self.floor = self.floor if meaning.floor is None else meaning.floor
        self._is_live |= meaning.is_live
        self._settled.set()


@lru_cache(maxsize=64)
def read(code: str) -> Code:
    """Understand code; most of it goes to many pages and is read once."""
    rows: list[list[Any]] = []
    for call in PLACE.finditer(code):
        rows += json.JSONDecoder().raw_decode(code, call.end())[0]
    rows.sort(key=lambda row: int(row[0]))
    texts = [' '.join(item for item in row if isinstance(item, str)) for row in rows]
    numbers = [int(found[1]) for text in texts if (found := NUMBER.search(text))]
    settled = SETTLE.search(code)
    floor = int(settled[1]) if settled and settled[1] != 'null' else None
    is_live = settled is not None and settled[2] == 'true'
    seq = max((int(row[1]) for row in rows), default=0)
    return Code(numbers, seq, settled is not None, floor, is_live, 'catchUp()' in code)
