"""What is told to everybody: changed messages, who is here, who is typing."""

from collections.abc import Sequence

from messenger.batching import Batcher
from messenger.chat import Chat
from messenger.elements.message_row import RowRenderer
from messenger.presence import Presence
from messenger.realtime.hub import Hub
from messenger.realtime.protocol import ListedUser, MessagesEvent, ResyncEvent, TypingEvent, UsersEvent
from models import Changes, OnlineUser, User, user_hash

MAX_LISTED_USERS = 100
PAUSE = 0.3


class Broadcasts:
    """Turns the events of chat and presence into events for all pages, each rendered and encoded once."""

    def __init__(self, hub: Hub, chat: Chat, presence: Presence, rows: RowRenderer) -> None:
        self._hub = hub
        self._chat = chat
        self._presence = presence
        self._rows = rows
        self._users: UsersEvent | None = None
        self._user_changes = Batcher[None](self._broadcast_users, pause=PAUSE, name='tell who is here')
        self._typing: dict[str, str] = {}
        self._typing_changes = Batcher[None](self._broadcast_typing, pause=PAUSE, name='tell who is typing')

    def install(self) -> None:
        """Listen to chat and presence."""
        self._chat.messages_changed.subscribe(self._broadcast_messages)
        self._chat.history_replaced.subscribe(self._start_anew)
        self._presence.changed.subscribe(self._note_user_change)
        self._presence.typed.subscribe(self._note_typing)

    @property
    def users(self) -> UsersEvent:
        """Who is here now; the same object until that changes."""
        if self._users is None:
            listed = [list_user(user) for user in self._presence.first(MAX_LISTED_USERS)]
            self._users = UsersEvent(self._presence.count, listed)
        return self._users

    async def _broadcast_messages(self, changes: Changes) -> None:
        for message in changes.messages:
            self._typing.pop(user_hash(message.author_id), None)
        follows = changes.follows
        async for rendered in self._rows.render_in_steps(changes.messages):
            await self._hub.broadcast(MessagesEvent(rendered, follows))
            follows = rendered[-1].seq

    async def _start_anew(self) -> None:
        self._rows.forget()
        await self._hub.broadcast(ResyncEvent())

    def _note_user_change(self) -> None:
        self._users = None
        self._user_changes.add(None)

    async def _broadcast_users(self, _: Sequence[None]) -> None:
        await self._hub.broadcast(self.users)

    def _note_typing(self, user: User) -> None:
        self._typing[user_hash(user.user_id)] = user.name
        self._typing_changes.add(None)

    async def _broadcast_typing(self, _: Sequence[None]) -> None:
        users, self._typing = self._typing, {}
        if users:  # not if all of them have posted in the meantime
            await self._hub.broadcast(TypingEvent(users))


def list_user(user: OnlineUser) -> ListedUser:
    """Return a user as pages list them."""
    return ListedUser(user_hash(user.user_id), user.name, user.away)
