"""The tables, and the plain view of a message that every door shares."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, UniqueConstraint
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
    """

    __table_args__ = (UniqueConstraint('author_key', 'key', name='one_message_per_key_and_author'),)

    id: int | None = Field(default=None, primary_key=True)
    seq: int = Field(unique=True)
    author: str
    author_key: str
    key: str
    text: str
    sent_at: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as the rooms above the store see it."""

    id: int
    seq: int
    author: str
    author_key: str
    key: str
    text: str
    sent_at: datetime
