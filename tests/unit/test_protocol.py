"""What is an event and what is not, whatever a page sends."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messenger.realtime.codec import CLIENT_EVENTS, SERVER_EVENTS, ProtocolError, name_of, parse, to_data, to_json
from messenger.realtime.protocol import (
    MAX_INT64,
    MAX_TEXT_LENGTH,
    CountUnreadEvent,
    EditEvent,
    JumpEvent,
    LoadNewerEvent,
    LoadOlderEvent,
    MessagesEvent,
    PostEvent,
    ReactEvent,
    RenderedMessage,
    SyncEvent,
)

EVENTS = [
    SyncEvent(number=1, cursor=0, room=2),
    PostEvent('k', 'Hello', reply_to=3, repeated=True, room=2, files=('a', 'b')),
    EditEvent('k', 7, 'Hello', repeated=True),
    ReactEvent(7, '👍', on=True),
    LoadOlderEvent(before=50),
    LoadNewerEvent(after=50),
    JumpEvent(message_id=7),
    CountUnreadEvent({'1': 7}),
]
GOOD = {type(event): to_data(event) for event in EVENTS}
FIELDS = [(type_, field.name) for type_ in CLIENT_EVENTS for field in fields(type_)]
NOT_A_NUMBER = ['7', 7.0, True, None, -1, MAX_INT64 + 1, 2**70, [7], {}]
NOT_A_FLAG = ['yes', 1, 0, None, []]
NOT_A_TEXT = [7, None, True, ['Hello'], {'text': 'Hello'}, b'Hello', '\ud800', 'x' * (MAX_TEXT_LENGTH + 1)]
NOT_SHORT = ['x' * 65, *NOT_A_TEXT]
WRONG: dict[tuple[type, str], list[Any]] = {
    (SyncEvent, 'number'): NOT_A_NUMBER,
    (SyncEvent, 'cursor'): NOT_A_NUMBER,
    (SyncEvent, 'room'): NOT_A_NUMBER,
    (PostEvent, 'client_message_id'): ['', *NOT_SHORT],
    (PostEvent, 'text'): NOT_A_TEXT,
    (PostEvent, 'reply_to'): [wrong for wrong in NOT_A_NUMBER if wrong is not None],
    (PostEvent, 'repeated'): NOT_A_FLAG,
    (PostEvent, 'room'): NOT_A_NUMBER,
    (PostEvent, 'files'): ['a', 7, None, {'a': 'b'}, *([wrong] for wrong in ['', *NOT_SHORT])],
    (EditEvent, 'client_message_id'): ['', *NOT_SHORT],
    (EditEvent, 'message_id'): NOT_A_NUMBER,
    (EditEvent, 'text'): NOT_A_TEXT,
    (EditEvent, 'repeated'): NOT_A_FLAG,
    (ReactEvent, 'message_id'): NOT_A_NUMBER,
    (ReactEvent, 'emoji'): NOT_SHORT,
    (ReactEvent, 'on'): NOT_A_FLAG,
    (LoadOlderEvent, 'before'): NOT_A_NUMBER,
    (JumpEvent, 'message_id'): NOT_A_NUMBER,
    (LoadNewerEvent, 'after'): NOT_A_NUMBER,
    (CountUnreadEvent, 'seen'): [
        None,
        7,
        [],
        {'x': 1},
        {'1': 'x'},
        {'1': -1},
        {'9' * 19: 1},
        dict.fromkeys(map(str, range(2001)), 1),
    ],
}
OPTIONAL = {
    *((PostEvent, 'reply_to'), (PostEvent, 'repeated'), (EditEvent, 'repeated')),
    *((SyncEvent, 'room'), (PostEvent, 'room'), (PostEvent, 'files')),
}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
likely = st.sampled_from([0, 1, MAX_INT64, 2**70, True, 'k', '', '\0', '\ud800', '<b>', 'x' * 65, None]) | values


@pytest.mark.parametrize('event', EVENTS, ids=lambda event: type(event).__name__)
def test_event_comes_back_as_it_was_sent(event: object) -> None:
    assert parse(type(event), to_data(event)) == event


def test_every_client_event_and_field_is_tried_here() -> None:
    assert set(GOOD) == set(CLIENT_EVENTS)
    assert set(WRONG) == set(FIELDS)


@pytest.mark.parametrize(('event_type', 'field'), FIELDS, ids=lambda value: getattr(value, '__name__', value))
def test_field_of_another_type_or_size_is_refused(event_type: type, field: str) -> None:
    for wrong in WRONG[event_type, field]:
        with pytest.raises(ProtocolError):
            parse(event_type, GOOD[event_type] | {field: wrong})


@pytest.mark.parametrize(('event_type', 'field'), FIELDS, ids=lambda value: getattr(value, '__name__', value))
def test_only_what_has_a_default_may_be_missing(event_type: type, field: str) -> None:
    data = {name: value for name, value in GOOD[event_type].items() if name != field}

    if (event_type, field) in OPTIONAL:
        parse(event_type, data)
    else:
        with pytest.raises(ProtocolError):
            parse(event_type, data)


@pytest.mark.parametrize('event_type', CLIENT_EVENTS, ids=lambda type_: type_.__name__)
def test_unknown_field_is_refused(event_type: type) -> None:
    for name in ('author', '__class__', '', '\ud800'):
        with pytest.raises(ProtocolError):
            parse(event_type, GOOD[event_type] | {name: 1})


@pytest.mark.parametrize('event_type', CLIENT_EVENTS, ids=lambda type_: type_.__name__)
@settings(deadline=None)
@given(data=values)
def test_anything_is_an_event_or_a_protocol_error(event_type: type, data: Any) -> None:
    assert_parsed_or_refused(event_type, data)


@pytest.mark.parametrize('event_type', CLIENT_EVENTS, ids=lambda type_: type_.__name__)
@settings(deadline=None)
@given(data=st.data())
def test_anything_in_the_fields_is_an_event_or_a_protocol_error(event_type: type, data: st.DataObject) -> None:
    names = [field.name for field in fields(event_type)]
    assert_parsed_or_refused(event_type, data.draw(st.fixed_dictionaries(dict.fromkeys(names, likely))))


def test_largest_values_are_accepted() -> None:
    parse(SyncEvent, {'number': MAX_INT64, 'cursor': MAX_INT64})
    parse(PostEvent, {'client_message_id': 'k' * 64, 'text': 'x' * MAX_TEXT_LENGTH})
    parse(PostEvent, {'client_message_id': 'k', 'text': '\0'})


def test_names_of_events_are_their_classes_in_lower_case() -> None:
    names = {name_of(event_type) for event_type in (*CLIENT_EVENTS, *SERVER_EVENTS)}

    assert len(names) == len(CLIENT_EVENTS) + len(SERVER_EVENTS)
    assert {'chat:sync', 'chat:load_older', 'chat:synced_messages', 'chat:sync_finished', 'chat:users'} <= names


def test_json_and_data_are_the_same() -> None:
    event = MessagesEvent([RenderedMessage(1, 2, 'k', '<p>”</p>')], 1)

    assert parse(MessagesEvent, to_data(event)) == event
    html = '{"id":1,"seq":2,"client_message_id":"k","html":"<p>”</p>"}'
    assert to_json(event) == f'{{"messages":[{html}],"follows":1,"room":1}}'


def assert_parsed_or_refused(event_type: type, data: Any) -> None:
    try:
        event: object = parse(event_type, data)
    except ProtocolError:
        return
    assert isinstance(event, event_type)
    assert {name: getattr(event, name) for name in data} == data
