"""The tables, the read models that every interface shares, and how names are compared."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, Protocol
from urllib.parse import quote

from sqlalchemy import BigInteger, DateTime, Dialect, Index, Integer, UniqueConstraint, text
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel

GENERAL_ID = 1  # of the room that is always there
Notice = Literal['created', 'renamed', 'topic', 'archived', 'restored']  # what a user did to a room
Int64 = BigInteger().with_variant(Integer(), 'sqlite')  # where an integer has 64 bits, and a key must be called one


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no time zone, so it is taken off on the way in and put back on the way out."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name != 'sqlite'))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != 'sqlite':
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


class Room(SQLModel, table=True):
    """A room; ``slug`` stands in its address and stays, ``name_key`` is the name as it is compared."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Int64, sa_column_kwargs={'autoincrement': False})
    slug: str = Field(unique=True)
    name: str
    name_key: str = Field(unique=True)
    topic: str
    archived: bool


class Message(SQLModel, table=True):
    """One message in its current state.

    ``id`` orders the conversation; ``seq`` is the position of its latest change in the one order of all changes.
    ``continuation`` is true if the message just before in its room is of the same author and of the same few minutes.
    ``notice`` is empty, or says what a user did to the room; ``text`` is then the new name or topic.
    """

    __table_args__ = (
        UniqueConstraint('client_message_id', 'author_id', name='one_message_per_client_message_id'),
        Index('ix_message_room_id_id', 'room_id', 'id'),
        Index('ix_message_room_id_seq', 'room_id', 'seq'),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Int64, sa_column_kwargs={'autoincrement': False})
    seq: int = Field(unique=True, sa_type=Int64)
    author: str
    author_id: str
    client_message_id: str
    text: str
    sent_at: datetime = Field(sa_type=UtcDateTime)
    reply_to: int | None = Field(default=None, index=True, sa_type=Int64)
    edited: bool = False
    deleted: bool = False
    continuation: bool = False
    room_id: int = Field(default=GENERAL_ID, sa_type=Int64, sa_column_kwargs={'server_default': str(GENERAL_ID)})
    notice: str = Field(default='', sa_column_kwargs={'server_default': ''})


class MessageReaction(SQLModel, table=True):
    """One emoji of one user at a message; ``position`` orders them, and is the ``seq`` of the change that added it."""

    __tablename__ = 'reaction'

    message_id: int = Field(primary_key=True, sa_type=Int64, sa_column_kwargs={'autoincrement': False})
    emoji: str = Field(primary_key=True)
    author_id: str = Field(primary_key=True)
    author: str
    position: int = Field(sa_type=Int64)


PICTURES = frozenset({'image/png', 'image/jpeg', 'image/gif', 'image/webp'})
PLAYED = frozenset(
    {
        *('audio/aac', 'audio/mp4', 'audio/mpeg', 'audio/ogg', 'audio/x-flac', 'audio/x-wav'),
        *('video/mp4', 'video/quicktime', 'video/webm'),
    }
)
IF_COMPLETE: dict[str, Any] = dict.fromkeys(('sqlite_where', 'postgresql_where'), text("sha256 <> ''"))


class StoredFile(SQLModel, table=True):
    """A file that a user has sent. ``sha256`` is empty until all of it has come, and again once it is to be removed.

    ``token`` is its address, which nobody can guess. ``message_id`` is null until its message is posted; ``position``
    orders the files of one message. ``upload_id`` is made by the page: a repeat of the same upload is the same file.
    """

    __tablename__ = 'file'
    __table_args__ = (Index('one_file_per_upload', 'user_id', 'upload_id', unique=True, **IF_COMPLETE),)

    token: str = Field(primary_key=True)
    message_id: int | None = Field(default=None, index=True, sa_type=Int64)
    position: int = 0
    user_id: str
    upload_id: str
    name: str
    size: int = Field(default=0, sa_type=Int64)
    media_type: str = ''
    width: int | None = None
    height: int | None = None
    sha256: str = ''
    uploaded_at: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class Quote:
    """The message that another one replies to, in its current state; the text of a deleted one is empty."""

    id: int
    author: str
    text: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class Reaction:
    """One emoji at a message: of whom, in the order in which they added it, and the names of the first of them."""

    emoji: str
    author_ids: tuple[str, ...]
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as everything outside the storage sees it; fields are columns of `StoredFile` with the same names.

    :param size: in bytes, as it is served
    :param media_type: what it is by its content
    :param width: of a picture, in pixels
    """

    token: str
    name: str
    size: int
    media_type: str
    sha256: str
    width: int | None = None
    height: int | None = None

    @property
    def kind(self) -> str:
        """``image``, ``audio`` or ``video`` if browsers show it by themselves, otherwise nothing.

        None of these runs anything that the file brings along.
        """
        return self.media_type.partition('/')[0] if self.media_type in PICTURES | PLAYED else ''

    @property
    def address(self) -> str:
        """The path from which browsers load it."""
        return f'/files/{self.token}/{quote(self.name)}'


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as everything outside the storage sees it. The text of a deleted one is empty.

    Positional fields are columns of `Message` with the same names; keyword-only ones are assembled by the storage.
    """

    id: int
    seq: int
    author: str
    author_id: str
    client_message_id: str
    text: str
    sent_at: datetime
    edited: bool = False
    deleted: bool = False
    continuation: bool = False
    room_id: int = GENERAL_ID
    notice: str = ''
    quote: Quote | None = field(default=None, kw_only=True)
    reactions: tuple[Reaction, ...] = field(default=(), kw_only=True)
    files: tuple[FileView, ...] = field(default=(), kw_only=True)

    def is_editable_by(self, user_id: str) -> bool:
        """Return whether a user may edit or delete this message: only its author may, and a deletion is final."""
        return not self.deleted and not self.notice and self.author_id == user_id


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room as everything outside the storage sees it."""

    id: int
    slug: str
    name: str
    topic: str = ''
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """Committed changes in the order of ``seq``: of all that has changed, those right after position ``follows``."""

    follows: int
    messages: Sequence[MessageView]


@dataclass(frozen=True, slots=True)
class RoomPage:
    """Messages of a room: who has them, and all that was changed before, knows all its changes up to ``seq``."""

    seq: int
    messages: Sequence[MessageView]


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a message must have to be found. Words are folded (`messenger.folding`).

    :param terms: parts of the text, all of them
    :param author: the author's name, or a word of it
    :param since: moment of the first messages that count
    :param until: moment of the first messages that do not count any more
    :param room_id: of the room that they are in, None for all
    """

    terms: tuple[str, ...] = ()
    author: str = ''
    has_link: bool = False
    since: datetime | None = None
    until: datetime | None = None
    room_id: int | None = None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Messages that were found, the newest first.

    :param before: id before which the search goes on, None if everything has been searched
    """

    messages: Sequence[MessageView]
    before: int | None


class User(Protocol):
    """Who acts: the name as it is shown, and the folded name, by which users are told apart."""

    @property
    def name(self) -> str: ...

    @property
    def user_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class OnlineUser:
    """A user who is online; ``away`` while their page has been hidden for some time."""

    name: str
    user_id: str
    away: bool = False
    room_id: int = GENERAL_ID


def fold_name(name: str) -> str:
    """Return a clean name as it is compared: without regard to case (Unicode's toNFKC_Casefold)."""
    return unicodedata.normalize('NFKC', name.casefold())


@lru_cache(maxsize=4096)
def user_hash(user_id: str) -> str:
    """Return a short hash of a ``user_id``, safe in any HTML attribute and CSS selector."""
    return hashlib.blake2b(user_id.encode(), digest_size=6).hexdigest()
