"""Writes ``docs/protocol.md`` from the events themselves: ``make docs``."""

import inspect
import re
from collections.abc import Sequence
from dataclasses import MISSING, Field, fields
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from annotated_types import Ge, Le, MaxLen, MinLen

from messenger.realtime.codec import CLIENT_EVENTS, SERVER_EVENTS, name_of
from messenger.realtime.protocol import ListedRoom, ListedUser, NewMessage, RenderedMessage, Unread
from tests.support.server import ROOT

FILE = ROOT / 'docs' / 'protocol.md'
INTRODUCTION = """# Protocol

What pages and the server tell each other about messages and users. Each event is a Socket.IO event with one JSON
object. `messenger/realtime/protocol.py` defines them; this page is generated from it with `make docs`.

A page connects as every NiceGUI page does, and its user logs in through the login screen. What a page without a login
session sends is ignored, apart from posts and edits, which come back as `chat:rejected`. An event with a missing or
unknown field, or with a field of another type or size, is ignored.

On every connection a page sends `chat:sync` with its cursor. It gets `chat:synced_messages`, any number of times, and
`chat:sync_finished`; meanwhile and afterwards it gets `chat:messages` for all changes. Of two states of a message, the
one with the higher `seq` counts.
"""
PLAIN = {int: 'number', float: 'number', str: 'text', bool: 'true or false', NoneType: 'null'}
OBJECTS = (RenderedMessage, ListedUser, ListedRoom, NewMessage, Unread)


def generate() -> str:
    """Return what the page says."""
    parts = [INTRODUCTION, '## From a page to the server\n']
    parts += [_describe(event_type, name_of(event_type)) for event_type in CLIENT_EVENTS]
    parts += ['## From the server to pages\n']
    parts += [_describe(event_type, name_of(event_type)) for event_type in SERVER_EVENTS]
    parts += ['## Objects in events\n']
    parts += [_describe(object_type, object_type.__name__) for object_type in OBJECTS]
    return '\n'.join(parts)


def _describe(type_: type[Any], name: str) -> str:
    about = re.sub(r'`+(\w+)`+', lambda found: f'`{_reference(found[1])}`', inspect.getdoc(type_) or '')
    rows = _rows(type_)
    table = ['| field | type | limits | default |', '|---|---|---|---|', *rows, ''] if rows else []
    return '\n'.join([f'### `{name}`', '', about, '', *table])


def _rows(type_: type[Any]) -> Sequence[str]:
    hints = get_type_hints(type_, include_extras=True)
    return [
        f'| `{field.name}` | {_type(hints[field.name])} | {_limits(hints[field.name])} | {_default(field)} |'
        for field in fields(type_)
    ]


def _type(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _type(arguments[0])
    if origin is dict:
        return f'object of {_type(arguments[1])} by {_type(arguments[0])}'
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return f'list of {_type(arguments[0])}'
    if arguments:
        return ' or '.join(map(_type, arguments))
    name: str = hint.__name__
    return f'`{name}`' if hint in OBJECTS else PLAIN[hint]


def _limits(hint: Any) -> str:
    found = []
    for limit in _metadata(hint):
        match limit:
            case Ge(ge=number):
                found.append(f'from {number}')
            case Le(le=number):
                found.append(f'to {number}')
            case MinLen(min_length=number):
                found.append(f'from {number}')
            case MaxLen(max_length=number):
                found.append(f'to {number} characters')
    return ' '.join(found)


def _metadata(hint: Any) -> list[Any]:
    """Return all limits of a type, also of one that is part of another."""
    own = [limit for info in getattr(hint, '__metadata__', ()) for limit in info.metadata]
    return own + [limit for argument in get_args(hint) for limit in _metadata(argument)]


def _default(field: 'Field[Any]') -> str:
    return '' if field.default is MISSING else f'`{str(field.default).lower().replace("none", "null")}`'


def _reference(word: str) -> str:
    """Return the name on the wire of an event that a docstring names by its class."""
    types = {event_type.__name__: event_type for event_type in (*CLIENT_EVENTS, *SERVER_EVENTS)}
    return name_of(types[word]) if word in types else word


if __name__ == '__main__':
    FILE.write_text(generate())
