"""What users can do with messages, the rules of it, and the event that tells every page what changed."""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import emoji
from nicegui import Event

from messenger.batching import Batcher
from messenger.commands import ChatError, apply_command
from messenger.rooms import Rooms
from messenger.storage import DatabaseUnavailableError, Store
from messenger.storage.commands import DeleteMessage, EditMessage, PostMessage, SetReaction
from models import GENERAL_ID, Changes, MessageView, RoomPage, SearchPage, SearchQuery, User

MAX_FILES = 10  # of one message
CLIENT_MESSAGE_ID = re.compile('[!-~]{1,64}')
MAX_REACTION_LENGTH = 96  # of the longest short code, and more than of an emoji
T = TypeVar('T')
BLANK_CATEGORIES = frozenset({'Cc', 'Cf', 'Zs', 'Zl', 'Zp'})


class HistoryUnavailableError(Exception):
    """The messages cannot be read now; the same request will do once the database is back."""


class Chat:
    """The conversation.

    ``messages_changed`` is called with all committed changes, in order of ``seq``. ``history_replaced`` is emitted when
    the database has fallen back to an earlier state, after which positions are given again: nothing that was read from
    it before holds, and `epoch` is another one.
    """

    def __init__(
        self,
        store: Store,
        *,
        max_length: int,
        max_rooms: int = 200,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        :param max_length: longest text of a message, in characters
        :param max_rooms: most rooms that there may be without those that are archived
        """
        self.messages_changed = Event[Changes]()
        self.history_replaced = Event[[]]()
        self._store = store
        self.max_length = max_length
        self.rooms = Rooms(store, max_rooms=max_rooms, clock=clock)
        self._clock = clock
        self._deliveries = Batcher(self._deliver, name='deliver changes')
        store.on_commit(self._deliveries.add)
        store.on_rewind(lambda: self._deliveries.add(None))

    @property
    def epoch(self) -> str:
        """The history in which the positions of messages mean something; those of different ones are not compared."""
        return self._store.epoch

    @property
    def is_heard(self) -> bool:
        """Whether the database has answered within the last seconds; asks nobody."""
        return self._store.is_heard

    async def post(
        self,
        text: str,
        *,
        by: User,
        client_message_id: str,
        reply_to: int | None = None,
        room_id: int = GENERAL_ID,
        files: Sequence[str] = (),
    ) -> MessageView:
        """Add a message to a room.

        :param client_message_id: made by the sender for this message, 1 to 64 visible ASCII characters; a repeat
            returns the same message again
        :param reply_to: the id of the message that this one replies to
        :param files: tokens of the user's own files that are in no message yet; with them the text may be blank
        :raises ChatError: if the text is blank or too long, there are too many files or one is gone, or this could not
            be stored
        """
        if not CLIENT_MESSAGE_ID.fullmatch(client_message_id):
            raise ChatError('This message came without a proper key. Please reload the page.')
        tokens = tuple(dict.fromkeys(files))
        if len(tokens) > MAX_FILES:
            raise ChatError(f'A message can have at most {MAX_FILES} files. Please send the others in another one.')
        text = clean_text(text, max_length=self.max_length, is_optional=bool(tokens))
        return await apply_command(
            self._store,
            PostMessage(by.name, by.user_id, client_message_id, text, self._clock(), reply_to, room_id, tokens),
        )

    async def edit(self, message_id: int, text: str, *, by: User) -> MessageView:
        """Replace the text of the user's own message.

        :raises ChatError: if the text is blank or too long, the message is not the user's, or it could not be stored
        """
        text = clean_text(text, max_length=self.max_length)
        return await apply_command(self._store, EditMessage(message_id, by.user_id, text))

    async def delete(self, message_id: int, *, by: User) -> MessageView:
        """Delete the user's own message for everybody; a mark stays in its place.

        :raises ChatError: if the message is not the user's, or this could not be stored
        """
        return await apply_command(self._store, DeleteMessage(message_id, by.user_id))

    async def react(self, message_id: int, reaction: str, *, by: User, on: bool = True) -> MessageView:
        """Add a reaction of one emoji to a message, or remove the user's same reaction; once more changes nothing.

        :param reaction: an emoji, or its short code such as ``:tada:``
        :param on: whether the user wishes to have it there
        :raises ChatError: if it is not one emoji, or one too many, or there is no such message, or this
            could not be stored
        """
        is_short = len(reaction) <= MAX_REACTION_LENGTH
        symbol = emoji.emojize(reaction.strip(), language='alias', variant='emoji_type') if is_short else ''
        if not emoji.is_emoji(symbol):
            raise ChatError('A reaction is one emoji, such as 👍 or :tada:.')
        return await apply_command(self._store, SetReaction(message_id, symbol, by.user_id, by.name, on))

    async def get_own_message(self, message_id: int, *, by: User) -> MessageView:
        """Return the user's own message, to be edited.

        :raises ChatError: if it is not the user's, or deleted, or cannot be read now
        """
        try:
            message = await self._read(self._store.get(message_id))
        except HistoryUnavailableError as error:
            raise ChatError('The messages cannot be read now. Please try again in a while.') from error
        if message is None or not message.is_editable_by(by.user_id):
            raise ChatError('Only your own messages can be changed.')
        return message

    async def newest_page(self, limit: int, *, room_id: int = GENERAL_ID) -> RoomPage:
        """Return the newest ``limit`` messages of a room, oldest first.

        :raises HistoryUnavailableError: here and below, if the database cannot be read
        """
        return await self._read(self._store.newest_page(limit, room_id=room_id))

    async def page_before(self, message_id: int, limit: int, *, room_id: int = GENERAL_ID) -> list[MessageView]:
        """Return the ``limit`` messages of a room before the one with ``message_id``, oldest first."""
        return await self._read(self._store.page_before(message_id, limit, room_id=room_id))

    async def page_from(self, message_id: int, limit: int, *, room_id: int = GENERAL_ID) -> list[MessageView]:
        """Return the first ``limit`` messages of a room from the one with ``message_id`` on."""
        return await self._read(self._store.page_from(message_id, limit, room_id=room_id))

    async def changes_after(self, seq: int, limit: int, *, room_id: int = GENERAL_ID) -> RoomPage:
        """Return the first ``limit`` messages of a room that changed after position ``seq``."""
        return await self._read(self._store.room_changes_after(seq, limit, room_id=room_id))

    async def unread(
        self, seen: Mapping[int, int], *, by: User, limit: int
    ) -> tuple[int, dict[int, list[MessageView]]]:
        """Return the id of the last message of all, and of each room the first ``limit`` unread messages of others.

        :param seen: the id of the last message that was seen, by the id of the room
        """
        return await self._read(self._store.unread(seen, user_id=by.user_id, limit=limit))

    async def room_of(self, message_id: int) -> int | None:
        """Return the id of the room that a message is in, None if there is no such message."""
        message = await self._read(self._store.get(message_id))
        return message.room_id if message else None

    async def search(self, query: SearchQuery, *, before: int | None, limit: int) -> SearchPage:
        """Return the newest messages that are found.

        Where that takes more than a moment, these may be fewer than there are, or none.

        :param before: only messages with smaller ids count; None for all
        :param limit: most messages that are returned
        """
        return await self._read(self._store.search(query, before=before, limit=limit))

    async def drain(self) -> None:
        """Wait until every committed change has been delivered to the subscribers of ``messages_changed``."""
        await self._deliveries.drain()

    async def _deliver(self, batch: Sequence[Changes | None]) -> None:
        """Tell what has changed; None stands for another history, and nothing before it holds any more."""
        if None in batch:
            batch = batch[len(batch) - batch[::-1].index(None) :]
            await self.rooms.renew()
            await self.history_replaced.call()
        elif any(message.notice for changes in batch if changes for message in changes.messages):
            await self.rooms.renew()
        for changes in join_changes([changes for changes in batch if changes]):
            await self.messages_changed.call(changes)

    async def _read(self, reading: Awaitable[T]) -> T:
        try:
            return await reading
        except DatabaseUnavailableError as error:
            raise HistoryUnavailableError from error


def join_changes(batch: Sequence[Changes]) -> list[Changes]:
    """Return the same changes in as few pieces as possible: only those that follow each other are joined.

    There is something between two of them if another program has written to the database.
    """
    joined: list[tuple[int, list[MessageView]]] = []
    for changes in batch:
        if not joined or joined[-1][1][-1].seq != changes.follows:
            joined.append((changes.follows, []))
        joined[-1][1].extend(changes.messages)
    return [Changes(follows, messages) for follows, messages in joined]


def clean_text(text: str, *, max_length: int, is_optional: bool = False) -> str:
    """Return the text of a message without what no screen can show.

    Line ends become ``\\n``; NUL characters, blank lines at both ends and spaces at the end are removed, and half
    surrogate pairs become question marks. Everything else, such as indentation or markup, is kept as it was typed.

    :param max_length: longest text that is accepted, in characters after cleaning
    :param is_optional: whether there may be nothing visible, which is an empty text then
    :raises ChatError: if nothing visible remains, or the text is too long
    """
    text = text.replace('\r\n', '\n').replace('\0', '').encode('utf-8', 'replace').decode().strip('\n').rstrip()
    if len(text) > max_length:  # looked at first, since looking at 100,000 characters takes time
        raise ChatError(f'A message can have at most {max_length:,} characters; this one has {len(text):,}.')
    if all(unicodedata.category(char) in BLANK_CATEGORIES for char in text):
        if is_optional:
            return ''
        raise ChatError('There is nothing to send yet.')
    return text
