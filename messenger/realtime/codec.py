"""How events become what is sent, and what pages send becomes events.

On the wire an event is a Socket.IO event called `name_of` its class, with one JSON object that holds the fields. What
a page sends is hostile until `parse` has checked the types and sizes of all fields.
"""

import re
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from messenger.realtime.protocol import (
    CheckEvent,
    ConfirmedEvent,
    CountUnreadEvent,
    EditEvent,
    JumpEvent,
    LoadNewerEvent,
    LoadOlderEvent,
    MessagesEvent,
    NewerMessagesEvent,
    NewsEvent,
    OlderMessagesEvent,
    PostEvent,
    ReactEvent,
    RejectedEvent,
    ResetEvent,
    ResyncEvent,
    RoomsEvent,
    SyncedMessagesEvent,
    SyncEvent,
    SyncFinishedEvent,
    TypingEvent,
    UnreadEvent,
    UsersEvent,
    WindowEvent,
)

AnyEvent = TypeVar('AnyEvent')


class ProtocolError(Exception):
    """What a page has sent is no event of this protocol."""


CLIENT_EVENTS = (
    *(SyncEvent, PostEvent, EditEvent, ReactEvent),
    *(LoadOlderEvent, LoadNewerEvent, JumpEvent, CountUnreadEvent),
)
SERVER_EVENTS = (
    *(MessagesEvent, ResetEvent, SyncedMessagesEvent, SyncFinishedEvent, OlderMessagesEvent),
    *(NewerMessagesEvent, WindowEvent, ResyncEvent),
    *(CheckEvent, ConfirmedEvent, RejectedEvent, UsersEvent, TypingEvent),
    *(RoomsEvent, NewsEvent, UnreadEvent),
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
