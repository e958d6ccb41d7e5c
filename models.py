"""The tables, the plain view of a message that every door shares, what may change it, and how names are compared."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

from sqlalchemy import JSON, DateTime, Dialect, UniqueConstraint
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no time zone, so it is taken off on the way in and put back on the way out."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


class Message(SQLModel, table=True):
    """One message as it stands now.

    ``id`` orders the conversation; ``seq`` is the position of its latest change in the one order of all changes.
    ``reactions`` is a list of ``[emoji, author_key, author]`` in the order of reacting.
    """

    __table_args__ = (UniqueConstraint('key', 'author_key', name='one_message_per_key_and_author'),)

    id: int | None = Field(default=None, primary_key=True)
    seq: int = Field(unique=True)
    author: str
    author_key: str
    key: str
    text: str
    sent_at: datetime = Field(sa_type=UtcDateTime)
    reply_to: int | None = Field(default=None, index=True)
    edited: bool = False
    deleted: bool = False
    reactions: list[list[str]] = Field(default_factory=list, sa_type=JSON)


@dataclass(frozen=True, slots=True)
class Quote:
    """The message that another one replies to, as it stands now; the text of a deleted one is empty."""

    id: int
    author: str
    text: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class Reaction:
    """One emoji from one person."""

    emoji: str
    author_key: str
    author: str


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as the rooms above the store see it. The text of a deleted one is empty."""

    id: int
    seq: int
    author: str
    author_key: str
    key: str
    text: str
    sent_at: datetime
    edited: bool = False
    deleted: bool = False
    quote: Quote | None = None
    reactions: tuple[Reaction, ...] = ()


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message before it has its place in the conversation; ``key`` is unique per author."""

    author: str
    author_key: str
    key: str
    text: str
    sent_at: datetime
    reply_to: int | None = None

    @property
    def identity(self) -> tuple[str, str]:
        return self.author_key, self.key


@dataclass(frozen=True, slots=True)
class NewText:
    """Another text for one's own message; None deletes it, with its reactions."""

    message_id: int
    author_key: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Toggle:
    """A reaction to a message, or taking it back."""

    message_id: int
    reaction: Reaction


class Person(Protocol):
    """Somebody who acts: their name as it is shown, and as it is compared."""

    @property
    def name(self) -> str: ...

    @property
    def key(self) -> str: ...


class User(Protocol):
    """A user: the name as it is shown, and the one as it is compared, which identifies them."""

    @property
    def name(self) -> str: ...

    @property
    def user_id(self) -> str: ...


def fold(name: str) -> str:
    """A name as it is compared: without regard to case (Unicode's toNFKC_Casefold, on names that are clean)."""
    return unicodedata.normalize('NFKC', name.casefold())


@lru_cache(maxsize=4096)
def person_id(key: str) -> str:
    """A folded name as markup carries it: short, and safe in any attribute and selector."""
    return hashlib.blake2b(key.encode(), digest_size=6).hexdigest()
