"""One page in one browser, from its load to its end, and the session in it."""

from nicegui import app, ui

from auth import LoginService, LoginSession
from config import Settings
from messenger.chat import Chat
from messenger.pages import audience, browser
from messenger.pages.conversation import Conversation
from messenger.pages.login import Login
from messenger.presence import Presence


class Visit:
    """Shows the login screen, then the conversation; ends the session with the page."""

    def __init__(
        self, settings: Settings, logins: LoginService, chat: Chat, presence: Presence, *, server: str
    ) -> None:
        """
        :param server: names this run of the server, so that a page can tell after a restart
        """
        self._settings = settings
        self._logins = logins
        self._chat = chat
        self._presence = presence
        self._server = server
        self._client = ui.context.client
        self._storage = app.storage.client
        self._conversation: Conversation | None = None
        self._client.on_connect(self._arrive)
        self._client.on_disconnect(self._lose)
        self._client.on_delete(self._end)
        ui.on('leave', self._leave, args=[])
        ui.sub_pages({'/': self._show_login, '/chat': self._show_conversation})

    @property
    def _session(self) -> LoginSession | None:
        return self._storage.get('session')

    def _show_login(self) -> None:
        self._login = Login(self._settings.title, self._enter)

    def _show_conversation(self) -> None:
        if self._session is None:
            self._show_login()
            return
        self._conversation = Conversation(
            self._client,
            self._session,
            self._chat,
            self._presence,
            title=self._settings.title,
            page_size=self._settings.page_size,
        )

    async def _enter(self, name: str, password: str) -> None:
        session = self._storage['session'] = self._logins.log_in(name, password, self._client.ip)
        self._presence.connect(session)
        ui.run_javascript(browser.call('relocate', '/chat'))
        ui.run_javascript(browser.call('remember', self._server))
        self._client.sub_pages_router.current_path = '/chat'
        await self._client.sub_pages_router.refresh()

    async def _arrive(self) -> None:
        """The page has connected, for the first time or again."""
        session = self._session
        if session is None:
            self._login.say_why(await ui.run_javascript(browser.call('farewell', self._server), timeout=10))
        elif session.ended:
            await audience.tell(self._client, browser.call('depart', 'taken'))
        elif self._conversation:
            session.connected = True
            self._presence.connect(session)
            await self._conversation.greet()

    def _lose(self) -> None:
        """A connection of the page is lost; the session lives on for the grace period."""
        session = self._session
        if session and not session.ended and not self._client.has_socket_connection:
            session.connected = False
            self._presence.disconnect(session)

    async def _leave(self) -> None:
        """The page was closed, reloaded or left."""
        await audience.leave(self._client)
        self._client.delete()

    def _end(self) -> None:
        """The page is gone for good, and with it all that the server knows of it."""
        session = self._session
        self._storage.clear()
        if session and not session.ended:
            self._logins.log_out(session)
            self._presence.remove(session)
