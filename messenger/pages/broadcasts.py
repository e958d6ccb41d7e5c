"""What is told to everybody, or to all in a room: changed messages, the rooms, who is here, who is typing."""

from collections import defaultdict
from collections.abc import Sequence

from messenger.batching import Batcher
from messenger.chat import Chat
from messenger.elements.message_row import RowRenderer, mentioned_in
from messenger.pages.room_positions import RoomPositions
from messenger.presence import Presence
from messenger.realtime.hub import Hub
from messenger.realtime.protocol import (
    ListedRoom,
    ListedUser,
    MessagesEvent,
    NewMessage,
    NewsEvent,
    RenderedMessage,
    ResyncEvent,
    RoomsEvent,
    TypingEvent,
    UsersEvent,
)
from models import Changes, MessageView, OnlineUser, user_hash

MAX_LISTED_USERS = 100
MAX_NEWS = 50  # of a room, in one event
PAUSE = 0.3
NEWS_PAUSE = 0.5


class Broadcasts:
    """Turns the events of chat and presence into events for pages, each rendered and encoded once."""

    def __init__(self, hub: Hub, chat: Chat, presence: Presence, rows: RowRenderer) -> None:
        self._hub = hub
        self._chat = chat
        self._presence = presence
        self._rows = rows
        self._positions = RoomPositions()
        self._users: dict[int, UsersEvent] = {}
        self._user_changes = Batcher[None](self._broadcast_users, pause=PAUSE, name='tell who is here')
        self._typing: defaultdict[int, dict[str, str]] = defaultdict(dict)
        self._typing_changes = Batcher[None](self._broadcast_typing, pause=PAUSE, name='tell who is typing')
        self._news = Batcher[tuple[int, NewMessage]](self._broadcast_news, pause=NEWS_PAUSE, name='tell what is new')

    def install(self) -> None:
        """Listen to chat and presence."""
        self._chat.messages_changed.subscribe(self._broadcast_messages)
        self._chat.history_replaced.subscribe(self._start_anew)
        self._chat.rooms.changed.subscribe(self._broadcast_rooms)
        self._presence.changed.subscribe(self._note_user_change)
        self._presence.typed.subscribe(self._note_typing)

    @property
    def rooms(self) -> RoomsEvent:
        """The rooms now."""
        return RoomsEvent([ListedRoom(room.id, room.name) for room in self._chat.rooms.open])

    def users(self, room_id: int) -> UsersEvent:
        """Who is online now, those in a room first; the same object until that changes."""
        if room_id not in self._users:
            users = self._presence.users
            here = [user for user in users if user.room_id == room_id][:MAX_LISTED_USERS]
            elsewhere = [user for user in users if user.room_id != room_id] if len(here) < len(users) else []
            listed = [list_user(user) for user in [*here, *elsewhere][:MAX_LISTED_USERS]]
            self._users[room_id] = UsersEvent(self._presence.count, listed, len(here))
        return self._users[room_id]

    async def _broadcast_messages(self, changes: Changes) -> None:
        for message in changes.messages:
            self._typing[message.room_id].pop(user_hash(message.author_id), None)
        for room_id, follows, messages in self._positions.split(changes):
            async for rendered in self._rows.render_in_steps(messages):
                if self._chat.rooms.are_several:
                    self._note_news(messages, rendered)
                await self._hub.broadcast(MessagesEvent(rendered, follows, room_id), group=room_id)
                follows = rendered[-1].seq

    def _note_news(self, messages: Sequence[MessageView], rendered: Sequence[RenderedMessage]) -> None:
        by_id = {message.id: message for message in messages}
        for row in rendered:
            message = by_id[row.id]
            if not message.deleted and not message.notice:
                mentions = mentioned_in(row)
                name = message.author if mentions else ''
                self._news.add((message.room_id, NewMessage(row.id, user_hash(message.author_id), mentions, name)))

    async def _broadcast_news(self, batch: Sequence[tuple[int, NewMessage]]) -> None:
        news: dict[str, list[NewMessage]] = {}
        for room_id, message in batch:
            news.setdefault(str(room_id), []).append(message)
        await self._hub.broadcast(NewsEvent({room_id: messages[-MAX_NEWS:] for room_id, messages in news.items()}))

    async def _broadcast_rooms(self) -> None:
        await self._hub.broadcast(self.rooms)

    async def _start_anew(self) -> None:
        self._rows.forget()
        self._positions.forget()
        await self._hub.broadcast(ResyncEvent())

    def _note_user_change(self) -> None:
        self._users.clear()
        self._user_changes.add(None)

    async def _broadcast_users(self, _: Sequence[None]) -> None:
        for room_id in self._hub.groups:
            await self._hub.broadcast(self.users(room_id), group=room_id)

    def _note_typing(self, user: OnlineUser) -> None:
        self._typing[user.room_id][user_hash(user.user_id)] = user.name
        self._typing_changes.add(None)

    async def _broadcast_typing(self, _: Sequence[None]) -> None:
        typing, self._typing = self._typing, defaultdict(dict)
        for room_id, users in typing.items():
            if users:  # not if all of them have posted in the meantime
                await self._hub.broadcast(TypingEvent(users), group=room_id)


def list_user(user: OnlineUser) -> ListedUser:
    """Return a user as pages list them."""
    return ListedUser(user_hash(user.user_id), user.name, user.away)
