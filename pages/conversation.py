"""The chat view: everything said so far, who is here, and a place to write."""

from nicegui import Client, events, ui
from nicegui.elements.mixins.text_element import TextElement

from auth import Session
from chat import Chat
from models import MessageView, person_id
from pages import audience, browser, theme
from pages.composer import Composer
from pages.icon import sign
from pages.invitation import Invitation
from pages.message_log import MessageLog, row
from pages.people import People
from pages.toolbar import Toolbar
from presence import Presence

CATCH_UP_STEP = 200
CATCH_UP_LIMIT = 2000
JUMP_LIMIT = 5000


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
        ui.on('catch_up', self._catch_up)
        ui.on('earlier', self._earlier)
        ui.on('jump', self._jump)
        ui.on('typing', lambda: presence.type(session), args=[])
        ui.on('away', self._be_away)
        ui.html(theme.own(person_id(session.key)), tag='style', sanitize=False)
        with ui.element('div').classes('conversation'):
            self._show_header(title)
            with ui.element('div').classes('talk'):
                MessageLog(session.key, lambda: Toolbar(client, session, chat))
                with ui.element('div').props('role=status'):
                    TextElement(
                        tag='div', text='Connection lost, trying to get it back. What you write is kept.'
                    ).classes('offline').props('id=offline hidden')
                Composer(client, session, chat)
            self._people = People(presence)
        Invitation(client)
        self.greet()

    def _show_header(self, title: str) -> None:
        with ui.element('header'):
            TextElement(tag='h1', text=title)
            People.button()
            ui.html(sign('menu'), tag='button', sanitize=False).classes('quiet') \
                .props('type=button aria-label=Menu popovertarget=menu')  # fmt: skip
            TextElement(tag='button', text='Log out').classes('quiet').props('type=button') \
                .on('click', js_handler=f'() => {browser.call("depart", "logout")}')  # fmt: skip

    def greet(self) -> None:
        """Ask the page how far it has come; it answers with ``catch_up``. To be done on each connection."""
        ui.run_javascript(browser.call('catchUp'))

    async def _catch_up(self, event: events.GenericEventArguments) -> None:
        cursor = event.args
        if not isinstance(cursor, int) or self._session.ended:
            return
        await audience.join(self._client)  # before fetching: what is said in between must not be lost
        await self._people.show(self._client)
        if cursor > 0 and await self._follow(cursor):
            await self._tell(browser.call('settle', None, True))
        else:
            await self._start_anew(replacing=cursor > 0)

    async def _follow(self, cursor: int) -> bool:
        """Place all changes after ``cursor``, or answer False where they are too many to be told one by one."""
        for _ in range(CATCH_UP_LIMIT // CATCH_UP_STEP):
            changes = await self._chat.changes_after(cursor, CATCH_UP_STEP)
            if changes:
                await self._tell(browser.place(map(row, changes)))
                cursor = changes[-1].seq
            if len(changes) < CATCH_UP_STEP:
                return True
        return False

    async def _start_anew(self, *, replacing: bool) -> None:
        if replacing:
            await self._tell(browser.call('restart'))
        await self._show(await self._chat.newest_page(self._page_size), live=True)

    async def _earlier(self, event: events.GenericEventArguments) -> None:
        if isinstance(event.args, int) and not self._session.ended:
            await self._show(await self._chat.page_before(event.args, self._page_size), live=False)

    async def _jump(self, event: events.GenericEventArguments) -> None:
        """Show everything back to one message."""
        match event.args:
            case {'id': int(goal), 'floor': int(floor)} if not self._session.ended:
                for _ in range(JUMP_LIMIT // CATCH_UP_STEP):
                    page = await self._chat.page_before(floor, CATCH_UP_STEP)
                    await self._show(page, live=False, size=CATCH_UP_STEP)
                    if len(page) < CATCH_UP_STEP or (floor := page[0].id) <= goal:
                        return
                await self._tell(browser.call('stay', 'That message is too far back to be shown here.'))

    async def _show(self, page: list[MessageView], *, live: bool, size: int | None = None) -> None:
        await self._tell(browser.place(map(row, page), past=True))
        floor = page[0].id if len(page) == (size or self._page_size) else 0
        await self._tell(browser.call('settle', floor, live))

    def _be_away(self, event: events.GenericEventArguments) -> None:
        if not self._session.ended:
            self._presence.be_away(self._session, event.args is True)

    async def _tell(self, code: str) -> None:
        await audience.tell(self._client, code)
