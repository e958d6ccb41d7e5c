"""The verbs people have for messages, their rules, and the one event that tells every screen."""

import asyncio
import logging
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import emoji
from nicegui import Event

from messenger.storage import NotFound, NotStored, Request, Store
from models import MessageView, NewMessage, NewText, Person, Reaction, Toggle

LONGEST_KEY = 64
MOST_REACTIONS = 24
BLANK_CATEGORIES = frozenset({'Cc', 'Cf', 'Zs', 'Zl', 'Zp'})
log = logging.getLogger('messenger')


class Refused(Exception):
    """A wish that is not granted; the message is a sentence for the person, who keeps what they typed."""


class Chat:
    """The conversation. ``changed`` is called with each batch of committed changes, in the order of ``seq``."""

    def __init__(
        self, store: Store, *, max_length: int, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """
        :param max_length: longest text of a message, in characters
        """
        self.changed = Event[Sequence[MessageView]]()
        self._store = store
        self._max_length = max_length
        self._clock = clock
        self._untold: list[MessageView] = []
        self._teller: asyncio.Task[None] | None = None
        store.on_commit(self._tell)

    async def post(self, text: str, *, by: Person, key: str, reply_to: int | None = None) -> MessageView:
        """Say something.

        :param key: made by the sender for this message (1 to 64 characters); a repeat gives the same message again
        :param reply_to: the id of the message that this one answers
        :raises Refused: if the text is blank or too long, or could not be stored
        """
        if not 1 <= len(key) <= LONGEST_KEY:
            raise Refused('This message came without a proper key. Please reload the page.')
        text = self._proper(text)
        return await self._apply(NewMessage(by.name, by.key, key, text, self._clock(), reply_to))

    async def edit(self, message_id: int, text: str, *, by: Person) -> MessageView:
        """Give one's own message another text.

        :raises Refused: if the text is blank or too long, the message is not one's own, or it could not be stored
        """
        return await self._apply(NewText(message_id, by.key, self._proper(text)))

    async def delete(self, message_id: int, *, by: Person) -> MessageView:
        """Take one's own message away for everybody; a mark stays in its place.

        :raises Refused: if the message is not one's own, or this could not be stored
        """
        return await self._apply(NewText(message_id, by.key, None))

    async def react(self, message_id: int, reaction: str, *, by: Person) -> MessageView:
        """React to a message with one emoji, or take the same reaction back.

        :param reaction: an emoji, or its short code such as ``:tada:``
        :raises Refused: if it is not one emoji, or one too many different ones, or there is no such message, or this
            could not be stored
        """
        symbol = emoji.emojize(reaction.strip(), language='alias', variant='emoji_type')
        if not emoji.is_emoji(symbol):
            raise Refused('A reaction is one emoji, such as 👍 or :tada:.')
        message = await self._store.get(message_id)
        known = {reaction.emoji for reaction in message.reactions} if message else set()
        if len(known) >= MOST_REACTIONS and symbol not in known:
            raise Refused(f'A message can have at most {MOST_REACTIONS} different reactions.')
        return await self._apply(Toggle(message_id, Reaction(symbol, by.key, by.name)))

    async def own(self, message_id: int, *, by: Person) -> MessageView:
        """One's own message, to be edited.

        :raises Refused: if it is not one's own
        """
        message = await self._store.get(message_id)
        if message is None or message.deleted or message.author_key != by.key:
            raise Refused('Only your own messages can be changed.')
        return message

    async def newest_page(self, limit: int) -> list[MessageView]:
        """The newest ``limit`` messages, oldest first."""
        return await self._store.newest_page(limit)

    async def page_before(self, message_id: int, limit: int) -> list[MessageView]:
        """The ``limit`` messages before the one with ``message_id``, oldest first."""
        return await self._store.page_before(message_id, limit)

    async def changes_after(self, seq: int, limit: int) -> list[MessageView]:
        """The first ``limit`` messages that changed after position ``seq``, in the order of their latest changes."""
        return await self._store.changes_after(seq, limit)

    def _proper(self, text: str) -> str:
        text = text.replace('\r\n', '\n').replace('\0', '').encode('utf-8', 'replace').decode().strip('\n').rstrip()
        if all(unicodedata.category(char) in BLANK_CATEGORIES for char in text):
            raise Refused('There is nothing to send yet.')
        if len(text) > self._max_length:
            raise Refused(f'A message can have at most {self._max_length:,} characters; this one has {len(text):,}.')
        return text

    async def _apply(self, request: Request) -> MessageView:
        try:
            return await self._store.apply(request)
        except NotStored as error:
            raise Refused('This could not be stored, so nobody has seen it. Please try again.') from error
        except NotFound as error:
            raise Refused('That message cannot be changed: it is deleted, or not yours.') from error

    def _tell(self, changes: Sequence[MessageView]) -> None:
        self._untold.extend(changes)
        if self._teller is None or self._teller.done():
            self._teller = asyncio.create_task(self._tell_everyone(), name='tell everyone what changed')

    async def _tell_everyone(self) -> None:
        """While one batch is being delivered, later changes gather into the next."""
        while self._untold:
            batch, self._untold = self._untold, []
            try:
                await self.changed.call(batch)
            except Exception:  # one who cannot hear must not silence the others
                log.exception('Telling of changes failed')
