"""What the server does with the events that the message list of a page sends."""

from collections.abc import Sequence
from typing import Any

from nicegui import Client

from auth import LoginSession
from messenger.chat import Chat, HistoryUnavailableError
from messenger.commands import ChatError
from messenger.elements.message_row import RowRenderer, may_mention, mentioned_in
from messenger.markdown.mentions import EVERYONE
from messenger.pages.broadcasts import Broadcasts
from messenger.presence import Presence
from messenger.rate_limits import Action, MemberLimits, in_words
from messenger.realtime.dispatcher import Connection, Dispatcher, Sender
from messenger.realtime.hub import Hub
from messenger.realtime.protocol import (
    ConfirmedEvent,
    CountUnreadEvent,
    EditEvent,
    JumpEvent,
    LoadNewerEvent,
    LoadOlderEvent,
    NewerMessagesEvent,
    OlderMessagesEvent,
    PostEvent,
    ReactEvent,
    ResetEvent,
    SyncedMessagesEvent,
    SyncEvent,
    SyncFinishedEvent,
    Unread,
    UnreadEvent,
    WindowEvent,
)
from models import GENERAL_ID, MessageView, user_hash

SYNC_STEP = 200
MAX_SYNCED = 2000
MAX_UNREAD = 100  # in a room, that are counted
NO_ROOM = 'There is no such room. Choose another one.'
LOGGED_OUT = 'You have been logged out, so this was not sent.'
LIMITED: dict[type[Any], Action] = {
    PostEvent: 'post',
    EditEvent: 'edit',
    ReactEvent: 'react',
    LoadOlderEvent: 'load',
    LoadNewerEvent: 'load',
    JumpEvent: 'load',
    CountUnreadEvent: 'load',
}

ChatSender = Sender[LoginSession]


class ChatEvents:
    """The handlers of all pages; each event comes with the login session of the page that has sent it."""

    def __init__(
        self,
        hub: Hub,
        chat: Chat,
        presence: Presence,
        broadcasts: Broadcasts,
        rows: RowRenderer,
        limits: MemberLimits,
        *,
        page_size: int,
    ) -> None:
        self._hub = hub
        self._chat = chat
        self._presence = presence
        self._broadcasts = broadcasts
        self._rows = rows
        self._limits = limits
        self._page_size = page_size

    def install(self) -> None:
        """Listen to the events of pages."""
        dispatcher = Dispatcher(
            find_session,
            admit=self._admit,
            refusal=ChatError,
            unavailable=HistoryUnavailableError,
            logged_out=LOGGED_OUT,
        )
        dispatcher.on_question(SyncEvent, self.sync)
        dispatcher.on(PostEvent, self.post)
        dispatcher.on(EditEvent, self.edit)
        dispatcher.on(ReactEvent, self.react)
        dispatcher.on_question(LoadOlderEvent, self.load_older)
        dispatcher.on_question(LoadNewerEvent, self.load_newer)
        dispatcher.on_question(JumpEvent, self.jump)
        dispatcher.on_question(CountUnreadEvent, self.count_unread)

    def _admit(self, session: LoginSession, event_type: type[Any]) -> None:
        if action := LIMITED.get(event_type):
            check_rate(self._limits, action, session)

    async def post(self, sender: ChatSender, event: PostEvent) -> None:
        """Post a message; its row is the acknowledgement, except for a repeat, whose row may have been and gone."""
        await self._chat.post(
            event.text,
            by=sender.session,
            client_message_id=event.client_message_id,
            reply_to=event.reply_to,
            room_id=event.room,
            files=event.files,
        )
        if event.repeated:
            await sender.reply(ConfirmedEvent(event.client_message_id))

    async def edit(self, sender: ChatSender, event: EditEvent) -> None:
        await self._chat.edit(event.message_id, event.text, by=sender.session)
        await sender.reply(ConfirmedEvent(event.client_message_id))

    async def react(self, sender: ChatSender, event: ReactEvent) -> None:
        await self._chat.react(event.message_id, event.emoji, by=sender.session, on=event.on)

    async def sync(self, sender: ChatSender, event: SyncEvent) -> None:
        """Bring a page up to date in a room: tell it what comes from now on, and then what it has missed."""
        if event.room not in self._chat.rooms:
            raise ChatError(NO_ROOM)
        if _is_late(sender, event):
            return
        storage = sender.connection.client.storage
        sender.connection.sync_number = event.number
        storage['connection'], storage['room_id'] = sender.connection, event.room
        # before reading: what is posted in between must not be lost
        await self._hub.subscribe(sender.connection.client, sender.connection.channel, group=event.room)
        self._presence.enter_room(sender.session, event.room)
        await sender.reply(self._broadcasts.users(event.room))
        epochs = storage.setdefault('epochs', {})  # in which the page has got to know each room
        is_comparable = event.cursor > 0 and epochs.get(event.room) == self._chat.epoch
        epochs[event.room] = self._chat.epoch
        if not is_comparable or not await self._follow(sender, event):
            await self._start_anew(sender, event)

    async def _follow(self, sender: ChatSender, event: SyncEvent) -> bool:
        """Send all changes after the page's cursor; return False if they are too many to be told one by one."""
        cursor = event.cursor
        for _ in range(MAX_SYNCED // SYNC_STEP):
            changes = await self._chat.changes_after(cursor, SYNC_STEP, room_id=event.room)
            if sender.connection.sync_number != event.number:
                return True  # the page has begun another one
            cursor = changes.seq
            if changes.messages:
                rows = await self._rows.render_all(changes.messages)
                await sender.reply(SyncedMessagesEvent(event.number, rows, history=False))
            if len(changes.messages) < SYNC_STEP:
                await sender.reply(SyncFinishedEvent(event.number, cursor, None))
                return True
        return False

    async def _start_anew(self, sender: ChatSender, event: SyncEvent) -> None:
        await sender.reply(ResetEvent(event.number))
        page = await self._chat.newest_page(self._page_size, room_id=event.room)
        await sender.reply(SyncedMessagesEvent(event.number, await self._rows.render_all(page.messages), history=True))
        await sender.reply(SyncFinishedEvent(event.number, page.seq, self._oldest_id(page.messages)))

    async def load_older(self, sender: ChatSender, event: LoadOlderEvent) -> None:
        room_id = room_of(sender)
        page = await self._chat.page_before(event.before, self._page_size, room_id=room_id)
        oldest_id = self._oldest_id(page)
        await sender.reply(OlderMessagesEvent(event.before, await self._rows.render_all(page), oldest_id, room_id))

    async def load_newer(self, sender: ChatSender, event: LoadNewerEvent) -> None:
        room_id = room_of(sender)
        page = await self._chat.page_from(event.after + 1, self._page_size, room_id=room_id)
        newest_id = self._newest_id(page)
        await sender.reply(NewerMessagesEvent(event.after, await self._rows.render_all(page), newest_id, room_id))

    async def jump(self, sender: ChatSender, event: JumpEvent) -> None:
        """Send a page of messages from before, and one from the message on."""
        room_id = room_of(sender)
        before = await self._chat.page_before(event.message_id, self._page_size, room_id=room_id)
        after = await self._chat.page_from(event.message_id, self._page_size, room_id=room_id)
        messages = await self._rows.render_all([*before, *after])
        ends = self._oldest_id(before), self._newest_id(after)
        await sender.reply(WindowEvent(event.message_id, messages, *ends, room_id))

    async def count_unread(self, sender: ChatSender, event: CountUnreadEvent) -> None:
        """Tell how much is new in rooms, or which rooms there are."""
        if not event.seen:
            await sender.reply(self._broadcasts.rooms)
            return
        seen = {int(room): id_ for room, id_ in event.seen.items() if int(room) in self._chat.rooms}
        last, unread = await self._chat.unread(seen, by=sender.session, limit=MAX_UNREAD)
        me = {user_hash(sender.session.user_id), EVERYONE}
        rooms = {
            str(room_id): Unread(len(messages), await self._mention(messages, me))
            for room_id, messages in unread.items()
            if messages
        }
        await sender.reply(UnreadEvent(rooms, list(seen), last))

    async def _mention(self, messages: Sequence[MessageView], hashes: set[str]) -> bool:
        """Return whether one of the messages mentions a user; few can, and only these are rendered."""
        async for rows in self._rows.render_in_steps([message for message in messages if may_mention(message)]):
            if any(not hashes.isdisjoint(mentioned_in(row)) for row in rows):
                return True
        return False

    def _oldest_id(self, page: Sequence[MessageView]) -> int:
        return page[0].id if len(page) == self._page_size else 0

    def _newest_id(self, page: Sequence[MessageView]) -> int | None:
        return page[-1].id if len(page) == self._page_size else None


def room_of(sender: ChatSender) -> int:
    """Return the id of the room that a page shows."""
    room_id: int = sender.connection.client.storage.get('room_id', GENERAL_ID)
    return room_id


def _is_late(sender: ChatSender, event: SyncEvent) -> bool:
    """Return whether a page has asked before it asked by another connection, which has been faster than this one."""
    latest: Connection | None = sender.connection.client.storage.get('connection')
    return latest not in (None, sender.connection) and event.number < latest.sync_number


def check_rate(limits: MemberLimits, action: Action, session: LoginSession) -> None:
    """Count an action of a member.

    :raises ChatError: if it comes too soon after others
    """
    if not (wait := limits.count(action, session)):
        return
    if action in ('post', 'edit'):
        sentence = f'You are writing faster than others can read. This is sent by itself in {in_words(wait)}.'
    else:
        sentence = f'That was too much at once. Please wait {in_words(wait)}.'
    raise ChatError(sentence, retry_after=wait)


def find_session(client: Client) -> LoginSession | None:
    """Return the login session of a page, if it has one that has not ended."""
    session: LoginSession | None = client.storage.get('session')
    return session if session and not session.ended else None


def has_logged_in(client: Client) -> bool:
    """Return whether somebody has logged in on a page, be it that the login session has ended since."""
    return 'session' in client.storage
