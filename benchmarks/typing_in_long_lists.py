"""How long a key press takes to be on the screen while many messages are in the page.

    python -m benchmarks.typing_in_long_lists

The limit that the house has set itself is 50 ms with 5,000 rows; nothing here asserts it.
"""

import asyncio
import os
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.conftest import CHROMIUM
from tests.crowd import others_say
from tests.person import Person
from tests.server import Server

ROWS = (100, 5000)
KEYS = 60
# from the moment the key went down to the frame after the one that shows its letter
WATCH = """(box) => {
    window.delays = [];
    box.addEventListener('keydown', (event) => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => delays.push(performance.now() - event.timeStamp);
        channel.port2.postMessage(null);
    }));
}"""
# scrolls by a wheel's notch on every frame, and notes how far the frames are apart
SCROLL = """async (room) => {
    const frame = () => new Promise(requestAnimationFrame), gaps = [];
    for (let last = await frame(), index = 0; index < 60; index++) {
        room.scrollBy(0, index < 30 ? -100 : 100);
        const now = await frame();
        gaps.push(now - last);
        last = now;
    }
    return gaps;
}"""


@dataclass(frozen=True)
class Result:
    """Milliseconds from key press to paint, and between frames while scrolling."""

    rows: int
    typing_median: float
    typing_p95: float
    scrolling_median: float
    scrolling_p95: float

    def __str__(self) -> str:
        return (
            f'{self.rows:>6,} rows: key press to paint {self.typing_median:.1f} ms (p95 {self.typing_p95:.1f} ms), '
            f'frames while scrolling {self.scrolling_median:.1f} ms apart (p95 {self.scrolling_p95:.1f} ms)'
        )


async def run() -> list[Result]:
    """Type and scroll in a page with few rows and in one with many."""
    results: list[Result] = []
    async with async_playwright() as playwright:
        arguments = ['--no-sandbox'] if os.geteuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        for rows in ROWS:
            with tempfile.TemporaryDirectory() as folder:
                server = Server(Path(folder), page_size=500)
                await server.start()
                await others_say(server, rows)
                results.append(await measure(browser, server, rows))
                await server.stop()
        await browser.close()
    return results


async def measure(browser: Browser, server: Server, rows: int) -> Result:
    ann = await Person.arrive(browser, server.url)
    await ann.enter('Ann')
    while len(await ann.shown()) < rows:
        await ann.goes_back()
    await ann.page.locator('#room').evaluate('room => room.scrollTo(0, 0)')
    await ann.box.evaluate(WATCH)
    await ann.box.press_sequentially('The quick brown fox jumps over it. ' * (KEYS // 35 + 1), delay=40)
    await ann.page.wait_for_timeout(500)
    typing = await ann.page.evaluate('delays')
    scrolling = await ann.page.locator('#room').evaluate(SCROLL)
    await ann.close()
    return Result(rows, statistics.median(typing), p95(typing), statistics.median(scrolling), p95(scrolling))


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == '__main__':
    for result in asyncio.run(run()):
        print(result)
