"""One page in one browser, from its load to its end, and the login session in it."""

from nicegui import app, background_tasks, ui

from auth import LoginService, LoginSession
from config import Settings
from messenger import compat
from messenger.chat import MAX_FILES, Chat
from messenger.elements import app_icon
from messenger.elements.browser_tab import BrowserTab
from messenger.elements.post_queue import Uploads
from messenger.pages.chat import ChatPage
from messenger.pages.login import LoginPage
from messenger.pages.rooms import address_of
from messenger.presence import Presence
from messenger.rate_limits import MemberLimits
from messenger.realtime.hub import Hub
from messenger.throttle import Source
from models import GENERAL_ID

OTHER_CONNECTION = 'This page was opened by another connection, so this one has ended. Reload it if that was not you.'


class ClientPage:
    """Shows the login screen, then the chat; ends the login session with the page.

    ``app.storage.client`` holds the session. ``app.storage.tab``, which lives through a reload, tells the login screen
    why the tab is there.
    """

    def __init__(
        self,
        settings: Settings,
        login_service: LoginService,
        chat: Chat,
        presence: Presence,
        hub: Hub,
        limits: MemberLimits,
        slug: str,
        message_id: int | None,
    ) -> None:
        """
        :param slug: of the room in the address
        :param message_id: the message in the address, if there is one
        """
        self._settings = settings
        self._login_service = login_service
        self._chat = chat
        self._presence = presence
        self._hub = hub
        self._limits = limits
        self._slug = slug
        self._message_id = message_id
        self._client = ui.context.client
        self._source = Source(self._client.ip, self._client.id)
        self._storage = app.storage.client
        self._client.on_connect(self._connect)
        self._client.on_disconnect(self._disconnect)
        self._client.on_delete(self._delete)
        self._tab = BrowserTab(
            news_icon=app_icon.NEWS_ICON,
            on_load=self._show_unsent,
            on_leave=self._leave,
            on_away=self._set_away,
        )
        # until somebody has logged in
        self._login: LoginPage | None = LoginPage(settings.title, self._tab, self._log_in)

    @property
    def _session(self) -> LoginSession | None:
        return self._storage.get('session')

    def _show_unsent(self) -> None:
        if self._login:
            self._login.show_unsent()

    async def _log_in(self, name: str, password: str) -> None:
        session = await self._login_service.log_in(name, password, self._source)
        if self._login is None:  # the page has gone meanwhile
            self._login_service.log_out(session)
            return
        session.on_end = lambda: self._end(session)
        self._storage['session'] = session
        app.storage.tab['reason'] = 'lost'  # why the tab will be back, unless something else happens first
        self._presence.connect(session)
        self._tab.remember_name(session.name)
        self._login.delete()
        self._login = None
        room = self._chat.rooms.find(self._slug)
        with self._client:
            if room is None:
                ui.notify('There is no such room, so here is the one that is always there.', type='warning')
                room, self._message_id = self._chat.rooms[GENERAL_ID], None
            ChatPage(
                session,
                self._chat,
                self._presence,
                self._limits,
                self._tab,
                title=self._settings.title,
                room=room,
                uploads=self._uploads(session),
                on_log_out=self._log_out,
            )
            self._tab.enter(address_of(room, self._message_id))
        if not self._client.has_socket_connection:  # it was lost meanwhile
            await self._disconnect()

    def _uploads(self, session: LoginSession) -> Uploads:
        """Return how the page sends files, to the server that knows its session."""
        replica = self._settings.replica
        address = f'/files?replica={replica}' if replica else '/files'
        return Uploads(address, session.upload_token, self._settings.file_limits[0], MAX_FILES)

    def _log_out(self) -> None:
        self._return_to_login('logout')

    def _leave(self) -> None:
        """The page is being closed, reloaded or left."""
        if self._session and app.storage.tab['reason'] == 'lost':
            app.storage.tab['reason'] = 'reload'
        self._client.delete()

    def _set_away(self, away: bool) -> None:
        if self._session and not self._session.ended:
            self._presence.set_away(self._session, away)

    async def _connect(self) -> None:
        """The page has connected, for the first time or again."""
        await self._hub.keep_latest_connection(self._client, OTHER_CONNECTION)
        session = self._session
        if self._login:
            await self._login.explain()
        elif session and session.ended:
            self._return_to_login('taken')
        elif session:
            self._login_service.set_connected(session, True)
            self._presence.connect(session)

    async def _disconnect(self) -> None:
        """A connection of the page is lost; the login session lives on for the grace period."""
        if self._client.has_socket_connection:
            return
        await self._hub.unsubscribe(self._client)
        session = self._session
        if session and not session.ended:
            self._login_service.set_connected(session, False)
            self._presence.disconnect(session)

    def _end(self, session: LoginSession) -> None:
        """Somebody has logged in with the same name."""
        self._presence.remove(session)
        if self._client.has_socket_connection:
            with self._client:
                self._return_to_login('taken')

    def _return_to_login(self, reason: str) -> None:
        app.storage.tab['reason'] = reason
        self._tab.leave_for('/')

    def _delete(self) -> None:
        """The page is gone for good, and with it all that the server knows of it."""
        session = self._session
        self._storage.clear()
        background_tasks.create(self._hub.unsubscribe(self._client), name='unsubscribe a page')
        if session and not session.ended:
            self._login_service.log_out(session)
            self._presence.remove(session)
        self._login = None
        compat.free_soon(self._client)
