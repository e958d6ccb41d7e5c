"""What a page keeps of the conversation: the rules of ``message_list.js``, without a screen."""

import re
import uuid
from typing import Any

from messenger.realtime.protocol import (
    ConfirmedEvent,
    MessagesEvent,
    OlderMessagesEvent,
    PostEvent,
    RenderedMessage,
    ResetEvent,
    ResyncEvent,
    SyncedMessagesEvent,
    SyncEvent,
    SyncFinishedEvent,
)
from models import GENERAL_ID

NOTICE = 'class="message notice"'
TEXT = re.compile(r'<div class="text[^>]*>(?:<p>)?(.*?)(?:</p>)?\s*</div>', re.DOTALL)


class MessageModel:
    """Places the messages of one room by id and keeps count of how far it has come; so for those it showed before.

    ``cursor``: all changes up to this ``seq`` are here; ``live``: what is posted can be sent; ``pending``: what has
    been posted and is not confirmed, in any room; ``oldest_id``: all messages from this id on are here.
    """

    def __init__(self) -> None:
        self.room = GENERAL_ID
        self.rows: dict[int, RenderedMessage] = {}
        self.cursor = 0
        self.live = False
        self.oldest_id: int | None = None
        self._elsewhere: dict[int, tuple[dict[int, RenderedMessage], int, int | None]] = {}
        self.pending: dict[str, PostEvent] = {}
        self.number = 0
        self._told: tuple[int, int] | None = None
        self._is_torn = False

    @property
    def shown(self) -> list[tuple[int, str]]:
        """The id and text of every message, from first to last, but for those that tell of the room."""
        return [(id_, text_of(row)) for id_, row in sorted(self.rows.items()) if NOTICE not in row.html]

    def sync(self) -> SyncEvent:
        """Begin another synchronization."""
        self.live, self._told, self._is_torn = False, None, False
        self.number += 1
        return SyncEvent(self.number, self.cursor, self.room)

    def enter_room(self, room: int) -> None:
        """Show a room, with what is known of it; to be synchronized next."""
        self._elsewhere[self.room] = self.rows, self.cursor, self.oldest_id
        self.room, self.live = room, False
        self.rows, self.cursor, self.oldest_id = self._elsewhere.pop(room, ({}, 0, None))

    def post(self, text: str) -> PostEvent:
        """Write a message, which is pending until it is confirmed."""
        event = PostEvent(str(uuid.uuid4()), text, room=self.room)
        self.pending[event.client_message_id] = event
        return event

    def take(self, event: Any) -> SyncEvent | None:
        """Take an event from the server, and return the synchronization that it makes necessary."""
        match event:
            case MessagesEvent() if event.room == self.room:
                return self._take_messages(event)
            case ConfirmedEvent(client_message_id):
                self.pending.pop(client_message_id, None)
            case ResyncEvent():
                return self.sync()
            case ResetEvent(number) if number == self.number:
                self.rows, self.cursor, self.oldest_id = {}, 0, None
            case SyncedMessagesEvent(number, messages, history) if number == self.number:
                for message in messages:
                    self._upsert(message, history)
            case SyncFinishedEvent(number) if number == self.number:
                return self._finish(event)
            case OlderMessagesEvent(before, messages, oldest_id) if (
                event.room == self.room and self.oldest_id is not None and before >= self.oldest_id
            ):
                for message in messages:
                    self._upsert(message, True)
                self._set_oldest(min(self.oldest_id, oldest_id))
        return None

    def _take_messages(self, event: MessagesEvent) -> SyncEvent | None:
        for message in event.messages:
            self._upsert(message, False)
        last = event.messages[-1].seq
        if event.follows <= self.cursor:
            self.cursor = max(self.cursor, last)
        elif self.live:
            return self.sync()
        elif self._told is None:
            self._told = event.follows, last
        elif event.follows <= self._told[1]:
            self._told = self._told[0], max(self._told[1], last)
        else:
            self._is_torn = True
        return None

    def _finish(self, event: SyncFinishedEvent) -> SyncEvent | None:
        self.cursor = max(self.cursor, event.seq)
        is_joined = self._told is None or self._told[0] <= self.cursor
        if self._told and is_joined:
            self.cursor = max(self.cursor, self._told[1])
        if event.oldest_id is not None:
            self._set_oldest(event.oldest_id)
        if self._is_torn or not is_joined:
            return self.sync()
        self.live = True
        return None

    def _set_oldest(self, oldest_id: int) -> None:
        self.oldest_id = oldest_id
        self.rows = {id_: row for id_, row in self.rows.items() if id_ >= oldest_id}

    def _upsert(self, message: RenderedMessage, history: bool) -> None:
        self.pending.pop(message.client_message_id, None)
        known = self.rows.get(message.id)
        if known is None and not history and message.id < (self.oldest_id or 0):
            return
        if known is None or known.seq < message.seq:
            self.rows[message.id] = message


def text_of(message: RenderedMessage) -> str:
    """Return the text in the row of a message of one plain paragraph."""
    found = TEXT.search(message.html)
    assert found, message.html
    return found[1]
