"""The workload of the search: a long conversation, somebody who searches it, and ten who do so as often as they may."""

import asyncio
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import accumulate, product
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.crowd import Crowd, crowd_at
from config import Settings
from messenger.rate_limits import ACTIONS
from messenger.storage import Store
from messenger.storage.commands import PostMessage
from messenger.storage.search_index import NEWEST
from tests.support.databases import create, searchable

STEP = 10_000
SYLLABLES = [''.join(parts) for parts in product('bcdfghjklmnprstvwy', 'aeiou', ['', *'lmnrstdk'])]
VOCABULARY = 50_000
TALKERS, SEARCHERS, RATE = 50, 10, 10
PAUSE = 1 / (ACTIONS['search'] * Settings.model_fields['posts_per_second'].default)  # as often as one may


async def search(quick: bool) -> dict[str, float]:
    """A million messages, and one who searches them; then ten who do as often as they may, while 50 people talk."""
    count, repeats = (50_000, 20) if quick else (1_000_000, 100)
    texts = Texts(count)
    with TemporaryDirectory(prefix='benchmark-') as folder:
        path = Path(folder, 'main.db')
        url = f'sqlite:///{path}'
        await _fill(url, texts)
        create(path, "DELETE FROM message_search; INSERT INTO message_fts (message_fts) VALUES ('delete-all')")
        indexing = await _index(url, count)
        async with crowd_at(database_url=url) as crowd:
            await crowd.grow(TALKERS)
            times = {kind: await _search(crowd, kind, texts, repeats) for kind in KINDS}
            await crowd.talk(RATE * 3, rate=RATE)
            alone = await crowd.talk(RATE * 10, rate=RATE)
            tasks = [asyncio.create_task(_search_on(crowd, index, texts)) for index in range(SEARCHERS)]
            together = await crowd.talk(RATE * 10, rate=RATE)
            for task in tasks:
                task.cancel()
    every = [seconds for kind in KINDS for seconds in times[kind]]
    return {
        'median (ms)': statistics.median(every) * 1000,
        'p99 (ms)': statistics.quantiles(every, n=100)[98] * 1000,
        **{f'median, {kind} (ms)': statistics.median(times[kind]) * 1000 for kind in KINDS},
        f'indexing {count:,} messages (s)': indexing,
        'p99 send-to-seen (ms)': alone.p99,
        'p99 send-to-seen while ten search, times without': together.p99 / alone.p99,
    }


class Texts:
    """The texts of a conversation: of twelve words each, of which some are common and most are rare."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.random = random.Random(1)
        words = {''.join(self.random.choices(SYLLABLES, k=self.random.randint(1, 3))) for _ in range(VOCABULARY)}
        self._words = sorted(words)
        self.random.shuffle(self._words)
        self._ranks = {word: rank for rank, word in enumerate(self._words)}
        self._said: list[list[str]] = []
        self._last = ''
        # as in any language (Zipf)
        self._weights = [*accumulate(1 / rank for rank in range(1, len(self._words) + 1))]

    def __iter__(self) -> Iterator[str]:
        for number in range(self._count):
            words = self.random.choices(self._words, cum_weights=self._weights, k=12)
            if number % 100 == 0:
                self._said.append(words)
            yield ' '.join(words)

    def choose(self, kind: str) -> str:
        """Return words to search for, which somebody has said; others than the last time."""
        words = self.random.choice(self._said)
        rare = max(words, key=self._ranks.__getitem__)
        chosen = {
            'common': min(words, key=self._ranks.__getitem__),
            'rare': rare,
            'prefix': rare[:4],
            'phrase': f'"{" ".join(words[3:6])}"',
        }[kind]
        if chosen == self._last:
            return self.choose(kind)
        self._last = chosen
        return chosen


KINDS = ('common', 'rare', 'prefix', 'phrase')


async def _fill(url: str, texts: Texts) -> None:
    store, now = Store(url), datetime.now(UTC)
    commands = []
    for count, text in enumerate(texts, start=1):
        commands.append(PostMessage('Old', 'old', f'{count}', text, now))
        if len(commands) == STEP:
            await asyncio.gather(*map(store.apply, commands))
            commands.clear()
    await store.close()


async def _index(url: str, count: int) -> float:
    """Return how many seconds it takes until the messages are indexed."""
    store, start = Store(url), time.perf_counter()
    store.start()
    while searchable(url) < count - 2 * NEWEST:
        await asyncio.sleep(0.1)
    seconds = time.perf_counter() - start
    await store.close()
    return seconds


async def _search(crowd: Crowd, kind: str, texts: Texts, repeats: int) -> Sequence[float]:
    """Return how many seconds searches take until what they find is on the screen."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        await crowd.members[0].search(texts.choose(kind))
        times.append(time.perf_counter() - start)
    return times


async def _search_on(crowd: Crowd, index: int, texts: Texts) -> None:
    while True:
        await asyncio.gather(crowd.members[index].search(texts.choose('rare')), asyncio.sleep(PAUSE))
