"""The chat view: header, people, messages, composer."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from nicegui import events, ui

from auth import LoginSession
from messenger import compat, markdown
from messenger.chat import Chat, HistoryUnavailableError
from messenger.commands import ChatError
from messenger.elements.browser_tab import BrowserTab, close_on_back
from messenger.elements.message_list import MessageList
from messenger.elements.post_queue import Uploads
from messenger.elements.user_list import UserCount, UserList
from messenger.pages import dialogs
from messenger.pages.broadcasts import MAX_LISTED_USERS, list_user
from messenger.pages.chat_events import LOGGED_OUT, check_rate
from messenger.pages.composer import Composer
from messenger.pages.message_sheet import choose_action
from messenger.pages.refusals import notifying_refusals
from messenger.pages.rooms import RoomSwitcher
from messenger.pages.search import SearchBox
from messenger.presence import Presence
from messenger.rate_limits import Action, MemberLimits
from messenger.realtime.protocol import ListedUser
from models import GENERAL_ID, RoomView, user_hash

QUICK_REACTIONS = ('👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '👀')


class ChatPage:
    """One page's view of the chat, for the user of one login session."""

    def __init__(
        self,
        session: LoginSession,
        chat: Chat,
        presence: Presence,
        limits: MemberLimits,
        tab: BrowserTab,
        *,
        title: str,
        room: RoomView,
        uploads: Uploads,
        on_log_out: Callable[[], Any],
    ) -> None:
        self._session = session
        self._chat = chat
        self._presence = presence
        self._limits = limits
        self._tab = tab
        self._client = ui.context.client
        self._me = user_hash(session.user_id)
        self._on_log_out = on_log_out
        self._menu: ui.menu | None = None
        self._add_header(title, room)
        self._add_drawer()
        with ui.element().classes('chat'):
            self._messages = MessageList(
                me=self._me,
                tab=tab,
                room=room,
                reactions=QUICK_REACTIONS,
                on_reply=lambda author, line: self._composer.show_reply(author, line),
                on_edit=self._edit,
                on_delete=self._delete,
                on_pick_reaction=self._pick_reaction,
                on_tap=self._offer_actions,
                on_show=dialogs.show_picture,
            )
            self._composer = Composer(
                self._messages,
                me=self._me,
                max_length=chat.max_length,
                uploads=uploads,
                on_typing=self._note_typing,
                on_emptied=self._delete,
                find_emoji=self._find_emoji,
            )
        self._rooms.start(self._messages, self._composer)
        ui.keyboard(self._press_key, repeating=False)

    def _add_header(self, title: str, room: RoomView) -> None:
        with ui.header(bordered=True, wrap=False):
            self._rooms = RoomSwitcher(
                self._chat.rooms,
                room,
                title=title,
                me=self._me,
                tab=self._tab,
                act=partial(act_on_rooms, self._limits, self._session),
            )
            SearchBox(
                self._chat,
                utc_offset=self._tab.utc_offset,
                check_rate=lambda: self._check_rate('search'),
                on_choose=self._go_to,
            )
            people = UserCount().on('click', lambda: self._drawer.toggle(), args=[])
            people.props('icon=people flat no-caps aria-label=People')
            self._menu_button = ui.button(icon='more_vert', on_click=self._open_menu, color=None)
            self._menu_button.props('flat aria-label=Menu')
            ui.button('Log out', on_click=self._log_out, color=None).props('flat no-caps').classes('gt-xs')

    def _open_menu(self) -> None:
        room = self._rooms.room
        items = {
            'New room': self._rooms.create,
            **({} if room.archived else {'Name and topic of the room': self._rooms.edit}),
            **({} if room.archived or room.id == GENERAL_ID else {'Archive the room': self._rooms.archive}),
            **({'Go to a room': self._rooms.find} if self._chat.rooms.are_several else {}),
            'Invite others': lambda: dialogs.show_invitation(_address()),
            'Settings': lambda: dialogs.show_preferences(self._tab),
            'Help': dialogs.show_help,
        }
        if self._menu and not self._menu.is_deleted:
            compat.delete(self._menu)  # it is still closing
        with dialogs.open_menu(self._menu_button) as self._menu:
            for label, show in items.items():
                ui.menu_item(label, show).props('role=button')
            ui.menu_item('Log out', self._log_out).props('role=button').classes('lt-sm')  # not in the header

    def _add_drawer(self) -> None:
        with ui.right_drawer(bordered=True).props('breakpoint=768 width=240 aria-label="Who is here"') as self._drawer:
            close_on_back(self._drawer)
            ui.label('Who is here').props('role=heading aria-level=2').classes('heading')
            UserList(me=self._me, find=self._find_users, on_close=self._drawer.hide)

    async def _go_to(self, message_id: int) -> None:
        with suppress(HistoryUnavailableError):
            room_id = await self._chat.room_of(message_id)
            if room_id is not None:
                self._rooms.open(room_id, message_id)

    def _find_users(self, query: str) -> list[ListedUser]:
        with notifying_refusals(self._client):
            self._check_rate('search')
            return [list_user(user) for user in self._presence.find(query, MAX_LISTED_USERS)]
        return []

    def _find_emoji(self, words: str) -> Sequence[tuple[str, str]]:
        with notifying_refusals(self._client):
            self._check_rate('search')
            return markdown.find_emoji(words)
        return []

    def _press_key(self, key: events.KeyEventArguments) -> None:
        if key.action.keydown and key.key == '?':
            dialogs.show_help()
        elif key.action.keydown and key.key.end:
            self._messages.scroll_to_newest()

    async def _log_out(self) -> None:
        if not await self._composer.has_unsent() or await dialogs.ask_to_log_out():
            self._on_log_out()

    async def _edit(self, message_id: int) -> None:
        with notifying_refusals(self._client):
            self._check_rate('load')
            message = await self._chat.get_own_message(message_id, by=self._user)
            self._composer.edit(message.id, message.text)

    async def _delete(self, message_id: int) -> None:
        if await dialogs.ask_to_delete():
            with notifying_refusals(self._client):
                self._check_rate('edit')
                await self._chat.delete(message_id, by=self._user)
                self._composer.cancel()  # it may have been in the box

    async def _pick_reaction(self, message_id: int) -> None:
        if emoji := await dialogs.pick_emoji('React with an emoji', self._find_emoji):
            self._messages.react(message_id, emoji)

    async def _offer_actions(self, message_id: int, own: bool) -> None:
        match await choose_action(self._messages, message_id, own=own, reactions=QUICK_REACTIONS):
            case 'pick':
                await self._pick_reaction(message_id)
            case 'reply':
                self._messages.reply(message_id)
            case 'edit':
                await self._edit(message_id)
            case 'delete':
                await self._delete(message_id)
            case str(emoji):
                self._messages.react(message_id, emoji)

    def _note_typing(self) -> None:
        with suppress(ChatError):
            self._check_rate('type')
            self._presence.set_typing(self._user)

    @property
    def _user(self) -> LoginSession:
        """Who acts on this page.

        :raises ChatError: if the login session has ended
        """
        return acting(self._session)

    def _check_rate(self, action: Action) -> None:
        check_rate(self._limits, action, self._user)


def acting(session: LoginSession) -> LoginSession:
    """Return who acts.

    :raises ChatError: if the login session has ended
    """
    if session.ended:
        raise ChatError(LOGGED_OUT)
    return session


def act_on_rooms(limits: MemberLimits, session: LoginSession) -> LoginSession:
    """Return who changes a room.

    :raises ChatError: if the login session has ended, or that is too often
    """
    check_rate(limits, 'edit', acting(session))
    return session


def _address() -> str:
    """Return the address by which this page was opened."""
    return str(ui.context.client.request.base_url)
