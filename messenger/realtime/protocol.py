"""Every event between a page and the server, in both directions, as a frozen dataclass.

`messenger.realtime.codec` makes them what is sent, and checks what pages send against the types and sizes given here.
``docs/protocol.md`` is made from this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

MAX_INT64 = 2**63 - 1
MAX_TEXT_LENGTH = 100_000  # of what is looked at; how long a message may be is a rule of chat

Number = Annotated[int, Field(strict=True, ge=0, le=MAX_INT64)]
Flag = Annotated[bool, Field(strict=True)]
Key = Annotated[str, Field(strict=True, min_length=1, max_length=64)]
Text = Annotated[str, Field(strict=True, max_length=MAX_TEXT_LENGTH)]
RoomKey = Annotated[str, Field(strict=True, pattern=r'^\d{1,18}$')]
Keys = tuple[Key, ...]
ShortText = Annotated[str, Field(strict=True, max_length=64)]


# --- from a page to the server


@dataclass(frozen=True, slots=True)
class SyncEvent:
    """The page has connected, or shows another room: it knows all changes of the room up to ``cursor`` (0: none).

    ``number`` grows with each synchronization of the page; only the answer to the latest one counts.
    """

    number: Number
    cursor: Number
    room: Number = 1


@dataclass(frozen=True, slots=True)
class PostEvent:
    """A new message. Sent again with ``repeated`` after a reconnect until its row or a `ConfirmedEvent` has come.

    ``files`` are tokens that the server has given for what was uploaded.
    """

    client_message_id: Key
    text: Text
    reply_to: Number | None = None
    repeated: Flag = False
    room: Number = 1
    files: Keys = ()


@dataclass(frozen=True, slots=True)
class EditEvent:
    """Another text for one's own message; sent again after a reconnect until it is confirmed."""

    client_message_id: Key
    message_id: Number
    text: Text
    repeated: Flag = False


@dataclass(frozen=True, slots=True)
class ReactEvent:
    """A reaction to a message, or the same reaction taken back; once more changes nothing."""

    message_id: Number
    emoji: ShortText
    on: Flag


@dataclass(frozen=True, slots=True)
class LoadOlderEvent:
    """The reader comes near to the first message in the page, whose id is ``before``."""

    before: Number


@dataclass(frozen=True, slots=True)
class LoadNewerEvent:
    """The reader comes near to the last message in the page, whose id is ``after``, and which is not the newest."""

    after: Number


@dataclass(frozen=True, slots=True)
class JumpEvent:
    """The reader wants to see a message that is not in the page."""

    message_id: Number


@dataclass(frozen=True, slots=True)
class CountUnreadEvent:
    """How many messages follow the last ones that a user has seen in some rooms; if in none, which rooms there are."""

    seen: Annotated[dict[RoomKey, Number], Field(max_length=2000)]


# --- from the server to pages


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """A message as a page places it: ``html`` is its row, the same for everybody."""

    id: int
    seq: int
    client_message_id: str
    html: str


@dataclass(frozen=True, slots=True)
class MessagesEvent:
    """Committed changes of a room in the order of ``seq``, told to all who are in it.

    ``follows`` is a ``seq`` after which nothing else has changed in this room before them; a page that has not come so
    far has missed something and synchronizes again.
    """

    messages: Sequence[RenderedMessage]
    follows: int
    room: int = 1


@dataclass(frozen=True, slots=True)
class ResetEvent:
    """Too much was missed to be told one by one: the page forgets its messages, and gets the newest ones."""

    number: int


@dataclass(frozen=True, slots=True)
class SyncedMessagesEvent:
    """Messages for the synchronization with this ``number``.

    ``history`` tells that they are the newest messages of the conversation, not the changes after the page's cursor.
    """

    number: int
    messages: Sequence[RenderedMessage]
    history: bool


@dataclass(frozen=True, slots=True)
class SyncFinishedEvent:
    """The page knows all changes up to ``seq`` now.

    ``oldest_id`` is the id of the first message in it, 0 if that is the first of all, None if it has not changed.
    """

    number: int
    seq: int
    oldest_id: int | None


@dataclass(frozen=True, slots=True)
class OlderMessagesEvent:
    """The messages of a room just before the one with the id ``before``; ``oldest_id`` is as in `SyncFinishedEvent`."""

    before: int
    messages: Sequence[RenderedMessage]
    oldest_id: int
    room: int = 1


@dataclass(frozen=True, slots=True)
class NewerMessagesEvent:
    """The messages just after the one with the id ``after``.

    ``newest_id`` is the id of the last one of them, None if that is the newest of all.
    """

    after: int
    messages: Sequence[RenderedMessage]
    newest_id: int | None
    room: int = 1


@dataclass(frozen=True, slots=True)
class WindowEvent:
    """The messages around one of them, which replace those in the page; the other fields are as in the events above."""

    message_id: int
    messages: Sequence[RenderedMessage]
    oldest_id: int
    newest_id: int | None
    room: int = 1


@dataclass(frozen=True, slots=True)
class ResyncEvent:
    """The page has fallen behind, or something could not be answered; it shall synchronize and ask for it again."""


@dataclass(frozen=True, slots=True)
class CheckEvent:
    """Nothing but a question for an acknowledgement: whether the page has read all that came before."""


@dataclass(frozen=True, slots=True)
class ConfirmedEvent:
    """What was sent with this ``client_message_id`` is stored."""

    client_message_id: str


@dataclass(frozen=True, slots=True)
class RejectedEvent:
    """What a page asked for was not done; ``sentence`` is for its user.

    With a ``client_message_id`` the text goes back to the user; with ``retry_after`` as well, the page keeps it and
    sends it again after so many seconds.
    """

    client_message_id: str | None
    sentence: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class ListedUser:
    """A user in the list of who is here; ``id`` is the hash that rows carry as ``data-author``."""

    id: str
    name: str
    away: bool


@dataclass(frozen=True, slots=True)
class UsersEvent:
    """Who is online: how many, and the first of them by name; ``here`` of these are in the room, and come first."""

    count: int
    users: Sequence[ListedUser]
    here: int


@dataclass(frozen=True, slots=True)
class TypingEvent:
    """Users who are typing in the room, by their hash; each sign holds for five seconds."""

    users: dict[str, str]


@dataclass(frozen=True, slots=True)
class ListedRoom:
    """A room in the list of those that are not archived."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class RoomsEvent:
    """The rooms, in the order in which they are listed."""

    rooms: Sequence[ListedRoom]


@dataclass(frozen=True, slots=True)
class NewMessage:
    """That there is a message; ``mentions`` are the hashes of who is mentioned, and ``name`` is then the author's."""

    id: int
    author: str
    mentions: Sequence[str]
    name: str


@dataclass(frozen=True, slots=True)
class NewsEvent:
    """What is new, by room, told to everybody; where there was too much, the latest of it."""

    rooms: dict[str, Sequence[NewMessage]]


@dataclass(frozen=True, slots=True)
class Unread:
    """Messages of others that a user has not seen, and whether one of them mentions the user."""

    count: int
    mention: bool


@dataclass(frozen=True, slots=True)
class UnreadEvent:
    """The answer to a `CountUnreadEvent`, with those rooms where there is something; counts end at 100.

    ``last`` is the id of the last message of all that has been looked at.
    """

    rooms: dict[str, Unread]
    asked: Sequence[int]
    last: int
