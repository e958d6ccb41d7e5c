"""What users can do with messages, the rules of it, and the event that tells every page what changed."""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import emoji
from nicegui import Event

from messenger.batching import Batcher
from messenger.storage import (
    MAX_EMOJI,
    MAX_REACTIONS,
    Command,
    CommitError,
    DatabaseUnavailableError,
    MessageNotFoundError,
    Store,
    TooManyEmojiError,
    TooManyReactionsError,
    UncertainCommitError,
)
from models import (
    Changes,
    DeleteMessage,
    EditMessage,
    MessageView,
    NewestPage,
    PostMessage,
    SearchPage,
    SearchQuery,
    SetReaction,
    User,
)

CLIENT_MESSAGE_ID = re.compile('[!-~]{1,64}')
MAX_REACTION_LENGTH = 96  # of the longest short code, and more than of an emoji
RETRY_AFTER = 2.0
UNCERTAIN = 'It is not certain that this was stored'
T = TypeVar('T')
BLANK_CATEGORIES = frozenset({'Cc', 'Cf', 'Zs', 'Zl', 'Zp'})


class ChatError(Exception):
    """A request that is refused; the message is a sentence for the user, who keeps what they typed.

    ``retry_after`` is the number of seconds after which the same request will do, None if it never will.
    """

    def __init__(self, sentence: str, *, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class HistoryUnavailableError(Exception):
    """The messages cannot be read now; the same request will do once the database is back."""


class Chat:
    """The conversation.

    ``messages_changed`` is called with all committed changes, in order of ``seq``. ``history_replaced`` is emitted when
    the database has fallen back to an earlier state, after which positions are given again: nothing that was read from
    it before holds, and `epoch` is another one.
    """

    def __init__(
        self, store: Store, *, max_length: int, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """
        :param max_length: longest text of a message, in characters
        """
        self.messages_changed = Event[Changes]()
        self.history_replaced = Event[[]]()
        self._store = store
        self.max_length = max_length
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

    async def post(self, text: str, *, by: User, client_message_id: str, reply_to: int | None = None) -> MessageView:
        """Add a message to the conversation.

        :param client_message_id: made by the sender for this message, 1 to 64 visible ASCII characters; a repeat
            returns the same message again
        :param reply_to: the id of the message that this one replies to
        :raises ChatError: if the text is blank or too long, or could not be stored
        """
        if not CLIENT_MESSAGE_ID.fullmatch(client_message_id):
            raise ChatError('This message came without a proper key. Please reload the page.')
        text = clean_text(text, max_length=self.max_length)
        return await self._apply(PostMessage(by.name, by.user_id, client_message_id, text, self._clock(), reply_to))

    async def edit(self, message_id: int, text: str, *, by: User) -> MessageView:
        """Replace the text of the user's own message.

        :raises ChatError: if the text is blank or too long, the message is not the user's, or it could not be stored
        """
        text = clean_text(text, max_length=self.max_length)
        return await self._apply(EditMessage(message_id, by.user_id, text))

    async def delete(self, message_id: int, *, by: User) -> MessageView:
        """Delete the user's own message for everybody; a mark stays in its place.

        :raises ChatError: if the message is not the user's, or this could not be stored
        """
        return await self._apply(DeleteMessage(message_id, by.user_id))

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
        return await self._apply(SetReaction(message_id, symbol, by.user_id, by.name, on))

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

    async def newest_page(self, limit: int) -> NewestPage:
        """Return the newest ``limit`` messages, and the position of the latest change.

        :raises HistoryUnavailableError: here and below, if the database cannot be read
        """
        return await self._read(self._store.newest_page(limit))

    async def page_before(self, message_id: int, limit: int) -> list[MessageView]:
        """Return the ``limit`` messages before the one with ``message_id``, oldest first."""
        return await self._read(self._store.page_before(message_id, limit))

    async def page_from(self, message_id: int, limit: int) -> list[MessageView]:
        """Return the first ``limit`` messages from the one with ``message_id`` on."""
        return await self._read(self._store.page_from(message_id, limit))

    async def changes_after(self, seq: int, limit: int) -> list[MessageView]:
        """Return the first ``limit`` messages that changed after position ``seq``, by their latest changes."""
        return await self._read(self._store.changes_after(seq, limit))

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
            await self.history_replaced.call()
        for changes in join_changes([changes for changes in batch if changes]):
            await self.messages_changed.call(changes)

    async def _read(self, reading: Awaitable[T]) -> T:
        try:
            return await reading
        except DatabaseUnavailableError as error:
            raise HistoryUnavailableError from error

    async def _apply(self, command: Command) -> MessageView:
        try:
            return await self._store.apply(command)
        except UncertainCommitError as error:
            if isinstance(command, PostMessage | EditMessage):  # pages send these again
                raise ChatError(f'{UNCERTAIN}, so it is tried again.', retry_after=RETRY_AFTER) from error
            raise ChatError(f'{UNCERTAIN}. Look at the message, and try again if nothing has changed.') from error
        except CommitError as error:
            raise ChatError('This could not be stored, so nobody has seen it. Please try again.') from error
        except MessageNotFoundError as error:
            raise ChatError('That message cannot be changed: it is deleted, or not yours.') from error
        except TooManyEmojiError as error:
            raise ChatError(f'A message can have at most {MAX_EMOJI} different reactions.') from error
        except TooManyReactionsError as error:
            raise ChatError(f'This message has {MAX_REACTIONS} reactions, and no room for more.') from error


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


def clean_text(text: str, *, max_length: int) -> str:
    """Return the text of a message without what no screen can show.

    Line ends become ``\\n``; NUL characters, blank lines at both ends and spaces at the end are removed, and half
    surrogate pairs become question marks. Everything else, such as indentation or markup, is kept as it was typed.

    :param max_length: longest text that is accepted, in characters after cleaning
    :raises ChatError: if nothing visible remains, or the text is too long
    """
    text = text.replace('\r\n', '\n').replace('\0', '').encode('utf-8', 'replace').decode().strip('\n').rstrip()
    if len(text) > max_length:  # looked at first, since looking at 100,000 characters takes time
        raise ChatError(f'A message can have at most {max_length:,} characters; this one has {len(text):,}.')
    if all(unicodedata.category(char) in BLANK_CATEGORIES for char in text):
        raise ChatError('There is nothing to send yet.')
    return text
