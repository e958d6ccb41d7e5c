"""What the storage can be asked to do."""

from dataclasses import dataclass
from datetime import datetime

from models import GENERAL_ID


@dataclass(frozen=True, slots=True)
class PostMessage:
    """Add a message to a room. A repeated ``client_message_id`` of one author is the same message.

    :param files: tokens of files of the author's that are in no message yet
    """

    author: str
    author_id: str
    client_message_id: str
    text: str
    sent_at: datetime
    reply_to: int | None = None
    room_id: int = GENERAL_ID
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EditMessage:
    """Replace the text of one's own message."""

    message_id: int
    author_id: str
    text: str


@dataclass(frozen=True, slots=True)
class DeleteMessage:
    """Remove the text, the reactions and the files of one's own message, for good."""

    message_id: int
    author_id: str


@dataclass(frozen=True, slots=True)
class SetReaction:
    """Add a reaction to a message, or remove the same reaction of the same user; once more changes nothing."""

    message_id: int
    emoji: str
    author_id: str
    author: str
    on: bool = True


@dataclass(frozen=True, slots=True)
class RoomCommand:
    """What a user does to a room; a message in it tells of that, and makes a repeat of the command do nothing."""

    author: str
    author_id: str
    client_message_id: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class CreateRoom(RoomCommand):
    """Make a room, unless there are ``max_rooms`` that are not archived; its ``slug`` may get a number."""

    name: str
    slug: str
    topic: str
    max_rooms: int


@dataclass(frozen=True, slots=True)
class EditRoom(RoomCommand):
    """Give a room another name or topic."""

    room_id: int
    name: str
    topic: str


@dataclass(frozen=True, slots=True)
class ArchiveRoom(RoomCommand):
    """Close a room, or bring it back, unless there are ``max_rooms`` that are not archived."""

    room_id: int
    archived: bool
    max_rooms: int
