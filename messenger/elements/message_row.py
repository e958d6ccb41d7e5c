"""The HTML of a message's row, the same for everybody and made once for each change."""

import asyncio
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from functools import lru_cache

from cachetools import LRUCache
from markupsafe import Markup

from messenger import markdown
from messenger.elements.message_files import render_files
from messenger.realtime.protocol import RenderedMessage
from models import MessageView, Quote, Reaction, fold_name, user_hash

HUES = [index * 150 % 360 for index in range(12)]  # each far from the next one
users_by_hue = Counter[int]()

ROW = Markup(
    '<article class="message{classes}" id="m{id}" data-id="{id}" data-seq="{seq}" data-author="{author_hash}"'
    ' style="--hue:{hue}" tabindex="-1" aria-labelledby="m{id}a m{id}t m{id}x{files_id}">'
    '<span class="avatar" aria-hidden="true">{initials}</span>'
    '<header><bdi class="author" id="m{id}a">{author}</bdi>'
    ' <time id="m{id}t" datetime="{sent_at}">{clock} UTC</time></header>'
    '<div class="bubble">{quote}{text}{files}</div><div class="reactions">{reactions}</div></article>'
)
TEXT = Markup('<div class="text{classes}" id="m{id}x" dir="auto">{html}</div>{edited}')
DELETED = Markup('<div class="text" id="m{id}x">message deleted</div>')
EDITED = Markup('<small class="edited">edited</small>')
QUOTE = Markup(
    '<button type="button" class="quote" data-action="jump" data-target="{id}" data-users="{author_hash}"'
    ' style="--hue:{hue}">'
    '<bdi class="author">{author}</bdi> <span dir="auto">{line}</span></button>'
)
REACTION = Markup(
    '<button type="button" class="reaction" data-action="react" data-emoji="{emoji}" data-users="{users}"'
    ' title="{names}" aria-label="{emoji} {count}: {names}">{emoji} {count}</button>'
)


NOTICE = Markup(
    '<article class="message notice" id="m{id}" data-id="{id}" data-seq="{seq}" data-author="{author_hash}"'
    ' tabindex="-1" aria-labelledby="m{id}x"><div class="text" id="m{id}x"><bdi class="author">{author}</bdi> {what}'
    ' <time datetime="{sent_at}">{clock} UTC</time></div></article>'
)
NOTICES = {
    'created': Markup('made the room <bdi>{}</bdi>.'),
    'renamed': Markup('gave this room the name <bdi>{}</bdi>.'),
    'topic': Markup('changed the topic to <bdi>{}</bdi>.'),
    'archived': Markup('archived this room.'),
    'restored': Markup('brought this room back.'),
}
NO_TOPIC = 'removed the topic.'
MENTIONED = re.compile('(?:class="mention"|data-action="jump" data-target="[0-9]+") data-users="([^"]*)"')
CACHE_SIZE = 16 * 2**20
ENTRY_SIZE = 500  # bytes of a row besides its HTML, about
STEP_LENGTH = 4000
ROW_LENGTH = 80
MAX_AUTHORS = 10_000


class RowRenderer:
    """Renders messages as what a page places for them, and keeps the latest rows up to a size in bytes.

    A row is rendered once for each position of its message; so is a text, however often its row changes.
    """

    def __init__(self, is_here: Callable[[str], bool] = lambda user_id: False, *, cache_size: int = CACHE_SIZE) -> None:
        """
        :param is_here: tells whether the user with this ``user_id`` is here; their names, and those of recent authors,
            are marked whole where they are mentioned
        :param cache_size: how much is kept, in bytes
        """
        self._is_here = is_here
        self._authors: dict[str, None] = {}
        self._rows: LRUCache[int, RenderedMessage] = LRUCache(cache_size * 3 // 4, getsizeof=_size_of_row)
        self._texts: LRUCache[str, tuple[int, Markup]] = LRUCache(cache_size // 4, getsizeof=lambda entry: entry[0])

    def forget(self) -> None:
        """Keep nothing of what was rendered, since positions mean something else now."""
        self._rows.clear()

    @property
    def cached_size(self) -> int:
        """How much is kept, in bytes."""
        return int(self._rows.currsize + self._texts.currsize)

    def render(self, message: MessageView) -> RenderedMessage:
        """Return what a page places for a message."""
        row = self._rows.get(message.seq)
        if row is None:
            self._note_author(message.author_id)
            row = _render_row(message, self._render_text)
            with suppress(ValueError):  # larger than all that is kept
                self._rows[message.seq] = row
        return row

    async def render_all(self, messages: Sequence[MessageView]) -> list[RenderedMessage]:
        """Return what a page places for messages; other work on the event loop goes on meanwhile."""
        return [row async for rows in self.render_in_steps(messages) for row in rows]

    async def render_in_steps(self, messages: Sequence[MessageView]) -> AsyncIterator[list[RenderedMessage]]:
        """Yield what a page places for messages, about fifty at a time, or fewer with long texts."""
        for message in messages:
            self._note_author(message.author_id)
        rows: list[RenderedMessage] = []
        length = 0
        for message in messages:
            if length >= STEP_LENGTH:
                yield rows
                rows, length = [], 0
                await asyncio.sleep(0)
            rows.append(self.render(message))
            length += ROW_LENGTH + len(message.text) + (len(message.quote.text) if message.quote else 0)
        if rows:
            yield rows

    def _note_author(self, user_id: str) -> None:
        if user_id not in self._authors:
            self._authors[user_id] = None
            if len(self._authors) > MAX_AUTHORS:
                del self._authors[next(iter(self._authors))]

    def _is_known(self, user_id: str) -> bool:
        return user_id in self._authors or self._is_here(user_id)

    def _render_text(self, text: str) -> Markup:
        if html := markdown.render_plain(text):
            return html
        if entry := self._texts.get(text):
            return entry[1]
        html = markdown.render_markdown(text, self._is_known)
        with suppress(ValueError):
            self._texts[text] = sys.getsizeof(text) + sys.getsizeof(html) + ENTRY_SIZE, html
        return html


@lru_cache(maxsize=10_000)
def hue_of(author_hash: str) -> int:
    """Return the colour of a user, in degrees, from the `user_hash`.

    It is one of twelve that are easily told apart. Where somebody else has it already, it is the next one that fewer
    have, so that no two of the first twelve users since the start share one.
    """
    first = int(author_hash, 16)
    hue = min((HUES[(first + step) % len(HUES)] for step in range(len(HUES))), key=users_by_hue.__getitem__)
    users_by_hue[hue] += 1
    return hue


@lru_cache(maxsize=4096)
def initials_of(name: str) -> str:
    """Return one or two letters for a name: of its first and last word."""
    words = name.split()
    return ''.join(word[0] for word in words[:1] + words[1:][-1:]).upper()


def may_mention(message: MessageView) -> bool:
    """Return whether somebody may be mentioned in a message, or replied to by it; said without rendering it."""
    return '@' in message.text or message.quote is not None


def mentioned_in(row: RenderedMessage) -> list[str]:
    """Return the hashes of all who are mentioned in a message, or replied to by it; ``all`` is everybody."""
    return list(dict.fromkeys(user for users in MENTIONED.findall(row.html) for user in users.split()))


def _render_row(message: MessageView, render_text: Callable[[str], Markup]) -> RenderedMessage:
    moment = message.sent_at.isoformat(timespec='milliseconds')
    author = user_hash(message.author_id)
    if message.notice:
        return _render_notice(message, moment, author)
    html = ROW.format(
        id=message.id,
        seq=message.seq,
        classes=(' deleted' if message.deleted else '') + (' continuation' if message.continuation else ''),
        author_hash=author,
        hue=hue_of(author),
        initials=initials_of(message.author),
        author=message.author,
        sent_at=moment,
        clock=moment[11:16],
        quote=_quote(message.quote) if message.quote else '',
        text=DELETED.format(id=message.id) if message.deleted else _text(message, render_text),
        files=render_files(message.id, message.files),
        files_id=f' m{message.id}f' if message.files else '',
        reactions=Markup('').join(_reaction(reaction) for reaction in message.reactions),
    )
    return RenderedMessage(message.id, message.seq, message.client_message_id, html)


def _render_notice(message: MessageView, moment: str, author: str) -> RenderedMessage:
    is_removed = message.notice == 'topic' and not message.text
    html = NOTICE.format(
        id=message.id,
        seq=message.seq,
        author_hash=author,
        author=message.author,
        what=NO_TOPIC if is_removed else NOTICES.get(message.notice, Markup()).format(message.text),
        sent_at=moment,
        clock=moment[11:16],
    )
    return RenderedMessage(message.id, message.seq, message.client_message_id, html)


def _size_of_row(row: RenderedMessage) -> int:
    return sys.getsizeof(row.html) + ENTRY_SIZE


def _text(message: MessageView, render_text: Callable[[str], Markup]) -> Markup:
    large = ' large' if markdown.is_only_emoji(message.text) else ''
    html = render_text(message.text)
    return TEXT.format(id=message.id, classes=large, html=html, edited=EDITED if message.edited else '')


def _quote(quote: Quote) -> Markup:
    line = 'message deleted' if quote.deleted else markdown.first_line(quote.text) or 'a file'
    author = user_hash(fold_name(quote.author))
    return QUOTE.format(id=quote.id, author_hash=author, hue=hue_of(author), author=quote.author, line=line)


def _reaction(reaction: Reaction) -> Markup:
    count, names = len(reaction.author_ids), ', '.join(reaction.authors)
    if unlisted := count - len(reaction.authors):
        names += f' and {unlisted:,} more'
    return REACTION.format(
        emoji=reaction.emoji,
        count=count,
        users=' '.join(user_hash(author_id) for author_id in reaction.author_ids),
        names=names,
    )
