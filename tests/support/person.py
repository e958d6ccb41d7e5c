"""A person at a browser: what they do and what they see, in the words of a story."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, Locator, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

PASSWORD = '123'
MAX_ROWS = 500  # that a page holds
SAY_AT_ONCE = """(box, texts) => {
    for (const text of texts) {
        box.value = text;
        box.dispatchEvent(new Event('input', {bubbles: true}));
        box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true}));
    }
}"""
SAY_ONE_BY_ONE = """async (box, texts) => {
    const rows = document.querySelectorAll.bind(document, '.message-list .message');
    for (const text of texts) {
        const count = rows().length;
        box.value = text;
        box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true}));
        while (rows().length === count) await new Promise((go) => setTimeout(go));
    }
}"""
SHOWN = """() => [...document.querySelectorAll('.message-list .message')].map(
    (row) => [+row.dataset.id, row.querySelector('.text').textContent.trim()]
)"""


class Person:
    """One page in one browser. Whatever it asks of another host, and whatever goes wrong in it, is noted."""

    def __init__(self, page: Page, url: str, *, has_touch: bool = False) -> None:
        self.page = page
        self._is_touched = has_touch
        self.url = url
        self.trouble: list[str] = []
        page.on('request', self._watch_request)
        page.on('pageerror', lambda error: self.trouble.append(f'error in the page: {error.stack or error}'))

    @classmethod
    async def arrive(cls, browser: Browser, url: str, **options: Any) -> 'Person':
        context = await browser.new_context(**{'viewport': {'width': 1280, 'height': 800}} | options)
        context.set_default_timeout(10_000)
        person = cls(await context.new_page(), url, has_touch=options.get('has_touch', False))
        await person.page.goto(url)
        return person

    async def log_in(self, name: str, password: str = PASSWORD) -> None:
        await self.page.get_by_label('Name').fill(name)
        await self.page.get_by_label('Password').fill(password)
        await self.page.get_by_role('button', name='Log in').click()

    async def enter(self, name: str) -> None:
        """Log in, and wait until everything that has been said is there."""
        await self.log_in(name)
        await self.is_up_to_date()

    async def is_up_to_date(self) -> None:
        await expect(self.page.locator('.message-list[data-live]')).to_be_attached()

    @property
    def box(self) -> Locator:
        return self.page.get_by_role('textbox', name='Message')

    @property
    def log(self) -> Locator:
        return self.page.get_by_role('log', name='Messages')

    @property
    def viewport(self) -> Locator:
        """What scrolls."""
        return self.page.get_by_role('region', name='Conversation')

    @property
    def rows(self) -> Locator:
        return self.log.get_by_role('article')

    @property
    def lines(self) -> Locator:
        """What stands between messages: days, and the line before what is new."""
        return self.log.get_by_role('separator')

    @property
    def menu(self) -> Locator:
        return self.page.get_by_role('navigation', name='Menu')

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role('dialog').or_(self.page.get_by_role('alertdialog'))

    @property
    def tools(self) -> Locator:
        """What can be done with a message: beside it, or in a sheet where there is no mouse."""
        if self._is_touched:
            return self.page.get_by_role('dialog', name='Message')
        return self.page.get_by_role('toolbar', name='Actions')

    @property
    def people(self) -> Locator:
        return self.page.get_by_role('list', name='People').get_by_role('listitem')

    @property
    def offline(self) -> Locator:
        """The line that says that the connection is lost."""
        return self.page.get_by_role('status').get_by_text('Connection lost')

    @property
    def held(self) -> Locator:
        """Messages that are not sent yet."""
        return self.page.locator('.pending')

    async def say(self, text: str) -> None:
        await self.box.fill(text)
        if self._is_touched:
            await self.page.get_by_role('button', name=re.compile('Send|Save')).tap()
        else:
            await self.box.press('Enter')

    def row(self, text: str) -> Locator:
        """The message with a text."""
        return self.rows.filter(has=self.page.locator('.text').get_by_text(text, exact=True))

    async def show_tools(self, text: str) -> None:
        """Point at the message with a text, or tap it where there is no mouse."""
        words = self.row(text).locator('.text')
        await (words.tap() if self._is_touched else words.hover())
        await expect(self.tools).to_be_visible()

    async def act(self, action: str, text: str) -> None:
        """Use one of the tools on the message with a text."""
        await self.show_tools(text)
        await self.tools.get_by_role('button', name=action, exact=True).click()
        if self._is_touched:
            await expect(self.tools).to_have_count(0)

    async def edit(self, text: str) -> None:
        """Have the message with a text put into the box."""
        await self.act('Edit', text)
        await expect(self.box).to_have_value(text)

    async def open(self, item: str) -> Locator:
        """Open one of the dialogs of the menu."""
        await self.page.get_by_role('button', name='Menu').click()
        await self.menu.get_by_role('button', name=item).click()
        dialog = self.page.get_by_role('dialog', name=item)
        await expect(dialog).to_be_visible()
        return dialog

    async def stands_still(self) -> None:
        """Nothing moves any more."""
        await self.page.wait_for_function('document.getAnimations().every(one => one.playState !== "running")')

    async def hide(self, hidden: bool = True) -> None:
        """Have the page behave as in a tab that is not looked at, or is looked at again."""
        await self.page.evaluate(
            """hidden => {
                Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
                document.dispatchEvent(new Event('visibilitychange'));
            }""",
            hidden,
        )

    async def forge(self, event: str, **fields: object) -> None:
        """Send an event that this page's own buttons would not send."""
        await self.page.evaluate('([name, fields]) => { socket.emit(name, fields); }', [event, fields])

    async def claim(self, text: str, *, by: str) -> None:
        """Forge in the page that a message is one's own, like another one that is."""
        author = await self.row(by).get_attribute('data-author')
        await self.row(text).evaluate('(row, author) => { row.dataset.author = author; }', author)

    async def texts(self) -> list[str]:
        """The text of every message on the screen, from first to last."""
        return await self.log.locator('.text').all_inner_texts()

    async def say_at_once(self, texts: Sequence[str]) -> None:
        """Say many things, faster than anybody types."""
        await self.box.evaluate(SAY_AT_ONCE, list(texts))

    async def say_one_by_one(self, texts: Sequence[str]) -> None:
        """Say many things, each when the one before is on the screen."""
        await self.box.evaluate(SAY_ONE_BY_ONE, list(texts))

    async def shown(self) -> list[tuple[int, str]]:
        """The id and text of every message on the screen, from first to last."""
        return [(id_, text) for id_, text in await self.page.evaluate(SHOWN)]

    async def has_seen(self, text: str) -> bool:
        return text in await self.texts()

    async def count(self) -> int:
        """How many messages are in the page, seen or not; quicker than `rows` where there are many."""
        return await self.page.locator('.message-list .message').count()

    async def has_more_than(self, count: int) -> None:
        while await self.count() <= count:
            await asyncio.sleep(0.02)

    async def sees(self, text: str) -> None:
        await expect(self.log.locator('.text').get_by_text(text, exact=True)).to_be_visible()

    async def sees_only(self, *texts: str) -> None:
        """Exactly these messages, in this order."""
        await expect(self.log.locator('.text')).to_have_text(list(texts))

    async def shows(self, kept: list[tuple[int, str]]) -> None:
        """Everything that is kept, in its order, and nothing else."""
        for _ in range(150):
            if (shown := await self.shown()) == kept:
                return
            await asyncio.sleep(0.1)
        missing, strange = sorted({*kept} - {*shown}), sorted({*shown} - {*kept})
        assert shown == kept, f'{len(shown)} of {len(kept)}, missing {missing[:5]}, strange {strange[:5]}'

    async def sees_people(self, *names: str, within: float = 20_000) -> None:
        await expect(self.people.locator('bdi')).to_have_text(list(names), timeout=within)

    async def is_told(self, sentence: str) -> None:
        """A sentence that is announced to screen readers as well."""
        await expect(self.page.get_by_role('alert').filter(has_text=sentence)).to_be_visible()

    async def sees_login(self) -> None:
        await expect(self.page.get_by_role('button', name='Log in')).to_be_visible()

    async def goes_back(self) -> None:
        """Load earlier messages, by the button where there is one, else by scrolling up."""
        count = await self.count()
        earlier = self.page.get_by_role('button', name='Earlier messages')
        if await earlier.is_visible():
            with suppress(PlaywrightTimeoutError):  # it goes away when they come by themselves
                await earlier.click(timeout=2000)
        else:
            await self.viewport.evaluate('viewport => viewport.scrollTo(0, -viewport.scrollHeight)')
        await self.has_more_than(count)

    async def returns_quickly(self) -> None:
        """Have the page look for a lost connection many times a second, so that tests need not wait for it."""
        await self.page.evaluate('socket.io.reconnectionDelay(20) && socket.io.reconnectionDelayMax(60)')

    async def shows_newest(self, kept: list[tuple[int, str]]) -> None:
        """What is kept, up to the newest and without a gap, as much as a page holds."""
        await self.shows(kept[-MAX_ROWS:])

    async def close(self) -> None:
        await self.page.context.close()

    def _watch_request(self, request: Any) -> None:
        asked, own = urlsplit(request.url), urlsplit(self.url)
        if asked.scheme not in {'data', 'blob'} and asked.netloc != own.netloc:
            self.trouble.append(f'request to elsewhere: {request.url}')
