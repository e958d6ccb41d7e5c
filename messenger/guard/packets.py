"""What a page may send: packets of Engine.IO that hold packets of Socket.IO that hold events."""

import re
from typing import Any

from nicegui import json

from messenger import compat
from messenger.realtime.codec import CLIENT_EVENTS, name_of

MAX_ID_LENGTH = 64
MAX_ARGUMENTS = 16
MAX_STRANGER_PACKET = 8 * 1024  # characters
MAX_MEMBER_PACKET = 128 * 1024  # the longest message that can be set, each character as two escaped surrogates
CONTROL = re.compile(r'1|2probe|3(probe)?|5|6|40(\{\})?|41|43\d{1,10}\[\]')
EVENT = re.compile(r'42\d{0,10}(?=\[)')
OUR_EVENTS = frozenset(map(name_of, CLIENT_EVENTS))
TOO_LARGE, FORBIDDEN, NOT_TEXT = 1009, 1008, 1003  # RFC 6455, section 7.4.1


class PacketError(Exception):
    """No page sends such a packet; ``code`` is the WebSocket's close code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def is_allowed(packet: str, *, client_id: str, is_member: bool) -> bool:
    """Return whether to pass a packet on; an event that is malformed or not for this page is to be ignored.

    :param client_id: the page that the connection belongs to
    :param is_member: whether the page has logged in; others may send less
    :raises PacketError: if the packet is too large, or of a type that no page sends
    """
    if len(packet) > (MAX_MEMBER_PACKET if is_member else MAX_STRANGER_PACKET):
        raise PacketError(TOO_LARGE)
    if found := EVENT.match(packet):
        return _is_known_event(packet[found.end() :], client_id, is_member)
    if not CONTROL.fullmatch(packet):
        raise PacketError(FORBIDDEN)
    return True


def _is_known_event(text: str, client_id: str, is_member: bool) -> bool:
    try:
        name, *data = json.loads(text)
    except ValueError:
        return False
    if isinstance(name, str) and name in OUR_EVENTS:
        return is_member
    return len(data) == 1 and _is_event_of_nicegui(name, data[0], client_id)


def _is_event_of_nicegui(name: Any, data: Any, client_id: str) -> bool:
    if not isinstance(data, dict) or data.get('client_id') != client_id:
        return False  # NiceGUI itself would let a page speak for any other one
    match name, data:
        case 'event', {'id': int(element_id), 'listener_id': str(listener_id), 'args': list(args)}:
            is_heard = compat.is_listened_to(client_id, element_id, listener_id)
            return is_heard and len(args) <= MAX_ARGUMENTS and all(arg is None or _is_json(arg) for arg in args)
        case 'ack', {'next_message_id': int()}:
            return True
        case 'javascript_response', {'request_id': str()}:
            return True
        case 'log', {'level': str(), 'message': str()}:
            return True
        case 'handshake', {'tab_id': str(), 'document_id': str()}:
            return all(len(str(value)) <= MAX_ID_LENGTH for value in data.values())
    return False


def _is_json(arg: Any) -> bool:
    try:
        json.loads(arg)
    except (ValueError, TypeError):
        return False
    return isinstance(arg, str)
