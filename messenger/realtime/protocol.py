"""Every event between a page and the server, in both directions, as a frozen dataclass.

On the wire an event is a Socket.IO event called `name_of` its class, with one JSON object that holds the fields. What
a page sends is hostile until `parse` has checked the types and sizes of all fields. ``docs/protocol.md`` is made from
this module.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

MAX_INT64 = 2**63 - 1
MAX_TEXT_LENGTH = 100_000  # of what is looked at; how long a message may be is a rule of chat

Number = Annotated[int, Field(strict=True, ge=0, le=MAX_INT64)]
Flag = Annotated[bool, Field(strict=True)]
Key = Annotated[str, Field(strict=True, min_length=1, max_length=64)]
Text = Annotated[str, Field(strict=True, max_length=MAX_TEXT_LENGTH)]
ShortText = Annotated[str, Field(strict=True, max_length=64)]
AnyEvent = TypeVar('AnyEvent')


class ProtocolError(Exception):
    """What a page has sent is no event of this protocol."""


# --- from a page to the server


@dataclass(frozen=True, slots=True)
class SyncEvent:
    """The page has connected: it knows all changes up to ``cursor`` (0: none) and asks for those after it.

    ``number`` grows with each synchronization of the page; only the answer to the latest one counts.
    """

    number: Number
    cursor: Number


@dataclass(frozen=True, slots=True)
class PostEvent:
    """A new message. Sent again with ``repeated`` after a reconnect until its row or a `ConfirmedEvent` has come."""

    client_message_id: Key
    text: Text
    reply_to: Number | None = None
    repeated: Flag = False


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
    """Committed changes in the order of ``seq``, told to everybody.

    ``follows`` is the ``seq`` that was the last one before them; a page that has not come so far has missed something
    and synchronizes again.
    """

    messages: Sequence[RenderedMessage]
    follows: int


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
    """The messages just before the one with the id ``before``; ``oldest_id`` is as in `SyncFinishedEvent`."""

    before: int
    messages: Sequence[RenderedMessage]
    oldest_id: int


@dataclass(frozen=True, slots=True)
class NewerMessagesEvent:
    """The messages just after the one with the id ``after``.

    ``newest_id`` is the id of the last one of them, None if that is the newest of all.
    """

    after: int
    messages: Sequence[RenderedMessage]
    newest_id: int | None


@dataclass(frozen=True, slots=True)
class WindowEvent:
    """The messages around one of them, which replace those in the page; the other fields are as in the events above."""

    message_id: int
    messages: Sequence[RenderedMessage]
    oldest_id: int
    newest_id: int | None


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
    """Who is here: how many, and the first of them by name."""

    count: int
    users: Sequence[ListedUser]


@dataclass(frozen=True, slots=True)
class TypingEvent:
    """Users who are typing, by their hash; each sign holds for five seconds."""

    users: dict[str, str]


CLIENT_EVENTS = (
    *(SyncEvent, PostEvent, EditEvent, ReactEvent),
    *(LoadOlderEvent, LoadNewerEvent, JumpEvent),
)
SERVER_EVENTS = (
    *(MessagesEvent, ResetEvent, SyncedMessagesEvent, SyncFinishedEvent, OlderMessagesEvent),
    *(NewerMessagesEvent, WindowEvent, ResyncEvent),
    *(CheckEvent, ConfirmedEvent, RejectedEvent, UsersEvent, TypingEvent),
)


def name_of(event_type: type[Any]) -> str:
    """Return the Socket.IO name of an event: ``chat:load_older`` for `LoadOlderEvent`."""
    return _NAMES[event_type]


def parse(event_type: type[AnyEvent], data: Any) -> AnyEvent:
    """Return the event that a page has sent.

    :param data: what Socket.IO has decoded
    :raises ProtocolError: if a field is missing, unknown, of another type or too large
    """
    if not isinstance(data, dict) or not data.keys() <= event_type.__annotations__.keys():
        raise ProtocolError(event_type.__name__)
    try:
        event: AnyEvent = _ADAPTERS[event_type].validate_python(data)
    except ValidationError:
        raise ProtocolError(event_type.__name__) from None
    return event


def to_data(event: object) -> dict[str, Any]:
    """Return the fields of an event as plain data."""
    data: dict[str, Any] = _ADAPTERS[type(event)].dump_python(event, mode='json')
    return data


def to_json(event: object) -> str:
    """Return the fields of an event as a JSON object."""
    return _ADAPTERS[type(event)].dump_json(event).decode()


def _make_name(event_type: type[Any]) -> str:
    words = re.findall('[A-Z][a-z]+', event_type.__name__.removesuffix('Event'))
    return 'chat:' + '_'.join(words).lower()


_NAMES: dict[type[Any], str] = {event_type: _make_name(event_type) for event_type in (*CLIENT_EVENTS, *SERVER_EVENTS)}
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {event_type: TypeAdapter(event_type) for event_type in _NAMES}
