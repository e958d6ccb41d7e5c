"""What the server does with the events that the message list of a page sends."""

from nicegui import Client

from auth import LoginSession
from messenger.chat import Chat, ChatError
from messenger.elements.message_row import render_message
from messenger.pages.broadcasts import Broadcasts
from messenger.realtime.dispatcher import Connection, Dispatcher, Sender
from messenger.realtime.hub import Hub
from messenger.realtime.protocol import (
    ConfirmedEvent,
    EditEvent,
    JumpEvent,
    LoadOlderEvent,
    OlderMessagesEvent,
    PostEvent,
    ReactEvent,
    RejectedEvent,
    ResetEvent,
    SyncedMessagesEvent,
    SyncEvent,
    SyncFinishedEvent,
)

SYNC_STEP = 200
MAX_SYNCED = 2000
MAX_JUMP = 5000
LOGGED_OUT = 'You have been logged out, so this was not sent.'

ChatSender = Sender[LoginSession]


class ChatEvents:
    """The handlers of all pages; each event comes with the login session of the page that has sent it."""

    def __init__(self, hub: Hub, chat: Chat, broadcasts: Broadcasts, *, page_size: int) -> None:
        self._hub = hub
        self._chat = chat
        self._broadcasts = broadcasts
        self._page_size = page_size

    def install(self) -> None:
        """Listen to the events of pages."""
        dispatcher = Dispatcher(find_session, refusal=ChatError, logged_out=LOGGED_OUT)
        dispatcher.on(SyncEvent, self.sync)
        dispatcher.on(PostEvent, self.post)
        dispatcher.on(EditEvent, self.edit)
        dispatcher.on(ReactEvent, self.react)
        dispatcher.on(LoadOlderEvent, self.load_older)
        dispatcher.on(JumpEvent, self.jump)

    async def post(self, sender: ChatSender, event: PostEvent) -> None:
        """Post a message; its row is the acknowledgement, except for a repeat, whose row may have been and gone."""
        await self._chat.post(
            event.text, by=sender.session, client_message_id=event.client_message_id, reply_to=event.reply_to
        )
        if event.repeated:
            await sender.reply(ConfirmedEvent(event.client_message_id))

    async def edit(self, sender: ChatSender, event: EditEvent) -> None:
        await self._chat.edit(event.message_id, event.text, by=sender.session)
        await sender.reply(ConfirmedEvent(event.client_message_id))

    async def react(self, sender: ChatSender, event: ReactEvent) -> None:
        await self._chat.react(event.message_id, event.emoji, by=sender.session)

    async def sync(self, sender: ChatSender, event: SyncEvent) -> None:
        """Bring a page up to date: tell it what comes from now on, and then what it has missed."""
        if _is_late(sender, event):
            return
        sender.connection.sync_number = event.number
        sender.connection.client.storage['connection'] = sender.connection
        # before reading: what is posted in between must not be lost
        await self._hub.subscribe(sender.connection.client, sender.connection.channel)
        await sender.reply(self._broadcasts.users)
        if event.cursor == 0 or not await self._follow(sender, event):
            await self._start_anew(sender, event)

    async def _follow(self, sender: ChatSender, event: SyncEvent) -> bool:
        """Send all changes after the page's cursor; return False if they are too many to be told one by one."""
        cursor = event.cursor
        for _ in range(MAX_SYNCED // SYNC_STEP):
            changes = await self._chat.changes_after(cursor, SYNC_STEP)
            if sender.connection.sync_number != event.number:
                return True  # the page has begun another one
            if changes:
                cursor = changes[-1].seq
                rendered = [render_message(message) for message in changes]
                await sender.reply(SyncedMessagesEvent(event.number, rendered, history=False))
            if len(changes) < SYNC_STEP:
                await sender.reply(SyncFinishedEvent(event.number, cursor, None))
                return True
        return False

    async def _start_anew(self, sender: ChatSender, event: SyncEvent) -> None:
        await sender.reply(ResetEvent(event.number))
        page = await self._chat.newest_page(self._page_size)
        rendered = [render_message(message) for message in page.messages]
        oldest = page.messages[0].id if len(page.messages) == self._page_size else 0
        await sender.reply(SyncedMessagesEvent(event.number, rendered, history=True))
        await sender.reply(SyncFinishedEvent(event.number, page.seq, oldest))

    async def load_older(self, sender: ChatSender, event: LoadOlderEvent) -> None:
        await self._send_older(sender, event.before, self._page_size)

    async def jump(self, sender: ChatSender, event: JumpEvent) -> None:
        """Send everything back to a message."""
        before = event.before
        for _ in range(MAX_JUMP // SYNC_STEP):
            before = await self._send_older(sender, before, SYNC_STEP)
            if before <= event.message_id:
                return
        await sender.reply(RejectedEvent(None, 'That message is too far back to be shown here.'))

    async def _send_older(self, sender: ChatSender, before: int, count: int) -> int:
        """Send the messages before the first one of the page, and return which is the first then; 0 if it is of all."""
        page = await self._chat.page_before(before, count)
        oldest = page[0].id if len(page) == count else 0
        await sender.reply(OlderMessagesEvent(before, [render_message(message) for message in page], oldest))
        return oldest


def _is_late(sender: ChatSender, event: SyncEvent) -> bool:
    """Return whether a page has asked before it asked by another connection, which has been faster than this one."""
    latest: Connection | None = sender.connection.client.storage.get('connection')
    return latest not in (None, sender.connection) and event.number < latest.sync_number


def find_session(client: Client) -> LoginSession | None:
    """Return the login session of a page, if it has one that has not ended."""
    session: LoginSession | None = client.storage.get('session')
    return session if session and not session.ended else None
