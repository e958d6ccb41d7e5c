"""The chat view: everything said so far, who is here, and a place to write."""

from functools import cache
from html import escape
from typing import Any

from nicegui import Client, ui

from auth import Session
from messenger.chat import Chat
from messenger.pages import audience, browser, composer, message_log, people
from messenger.pages.audience import Line
from messenger.pages.composer import Composer
from messenger.pages.icon import sign
from messenger.pages.invitation import Invitation
from messenger.pages.message_log import row
from messenger.pages.toolbar import Toolbar
from messenger.presence import Presence
from models import user_hash

CATCH_UP_STEP = 200
CATCH_UP_LIMIT = 2000
JUMP_LIMIT = 5000


@cache
def screen(title: str) -> str:
    """The HTML of the whole view, one text for everybody: elements would cost 4 kB each for every visitor."""
    return f"""
<header><h1>{escape(title)}</h1>{people.BUTTON}
<button type="button" class="quiet" aria-label="Menu" popovertarget="menu">{sign('menu')}</button>
<button type="button" class="quiet" data-act="leave">Log out</button></header>
<div class="talk">{message_log.HTML}
<div role="status"><div class="offline" id="offline" hidden>
Connection lost, trying to get it back. What you write is kept.</div></div>
{composer.HTML}</div>
{people.HTML}
"""


class Conversation:
    """One page's view of the conversation, for the person of one session."""

    def __init__(
        self, client: Client, session: Session, chat: Chat, presence: Presence, *, title: str, page_size: int
    ) -> None:
        self._client = client
        self._session = session
        self._chat = chat
        self._presence = presence
        self._page_size = page_size
        audience.hear('catch_up', self._catch_up)
        audience.hear('earlier', self._earlier)
        audience.hear('jump', self._jump)
        ui.on('typing', lambda: presence.type(session), args=[])
        audience.hear('away', self._be_away)
        Composer(client, session, chat)
        Toolbar(client, session, chat)
        Invitation(client)
        ui.html(screen(title), sanitize=False).classes('conversation')
        ui.run_javascript(browser.call('become', user_hash(session.user_id)))
        ui.run_javascript(browser.call('catchUp'))

    async def greet(self) -> None:
        """Ask the page how far it has come; it answers with ``catch_up``. For each connection after the first."""
        await audience.tell(self._client, browser.call('catchUp'))

    async def _catch_up(self, cursor: Any) -> None:
        if not isinstance(cursor, int) or self._session.ended:
            return
        # NiceGUI has shown the view and has nothing more to tell this page; its outbox would look for it every second
        self._client.outbox.stop()
        line = Line(self._client)
        await line.join()  # before fetching: what is said in between must not be lost
        await line.tell(people.show(self._presence.people))
        if cursor > 0 and await self._follow(cursor, line):
            await line.tell(browser.call('settle', None, True))
        else:
            await self._start_anew(line, replacing=cursor > 0)

    async def _follow(self, cursor: int, line: Line) -> bool:
        """Place all changes after ``cursor``, or answer False where they are too many to be told one by one."""
        for _ in range(CATCH_UP_LIMIT // CATCH_UP_STEP):
            changes = await self._chat.changes_after(cursor, CATCH_UP_STEP)
            if changes:
                await line.tell(browser.place(map(row, changes)))
                cursor = changes[-1].seq
            if len(changes) < CATCH_UP_STEP:
                return True
        return False

    async def _start_anew(self, line: Line, *, replacing: bool) -> None:
        if replacing:
            await line.tell(browser.call('restart'))
        page = await self._chat.newest_page(self._page_size)
        await line.tell(browser.place(map(row, page), past=True))
        await line.tell(browser.call('settle', 0 if len(page) < self._page_size else page[0].id, True))

    async def _earlier(self, floor: Any) -> None:
        if isinstance(floor, int) and not self._session.ended:
            await self._go_back(floor, self._page_size, Line(self._client))

    async def _jump(self, sent: Any) -> None:
        """Show everything back to one message."""
        line = Line(self._client)
        match sent:
            case {'id': int(goal), 'floor': int(floor)} if not self._session.ended:
                for _ in range(JUMP_LIMIT // CATCH_UP_STEP):
                    floor = await self._go_back(floor, CATCH_UP_STEP, line)
                    if floor <= goal:
                        return
                await line.tell(browser.call('stay', 'That message is too far back to be shown here.'))

    async def _go_back(self, floor: int, count: int, line: Line) -> int:
        """Show messages before the first one in the page, and answer which is the first then; 0 if there is no more."""
        page = await self._chat.page_before(floor, count)
        new = page[0].id if len(page) == count else 0
        rows = browser.place(map(row, page), past=True)
        await line.tell(browser.only_at(floor, rows, browser.call('settle', new, False)))
        return new

    async def _be_away(self, away: Any) -> None:
        if not self._session.ended:
            self._presence.be_away(self._session, away is True)
