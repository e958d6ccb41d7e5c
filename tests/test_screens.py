"""The screens as NiceGUI's simulated user sees them: the login, the way in, what the page is told and may ask."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from nicegui import Client, core
from nicegui.testing import User

from messenger.pages import audience
from messenger.pages.connection import Packet

Told = list[tuple[str, str]]
Enter = Callable[[str], Awaitable[User]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """The code that pages are told to run, as (room, code)."""
    told: Told = []

    async def emit(event: str, data: dict[str, Any], *, room: str) -> None:
        if event == 'run_javascript':
            told.append((room, data['code']))

    class Recorder:
        """A connection of a page; each page has one, named like it."""

        def __init__(self, room: str) -> None:
            self.socket_id = room

        def write(self, packet: Packet) -> None:
            told.append((self.socket_id, packet.code))

        async def drain(self) -> None:
            pass

    async def tell_everyone(code: str) -> None:
        told.append((audience.ROOM, code))

    async def move(socket_id: str, room: str) -> None:
        pass

    monkeypatch.setattr(core.sio, 'emit', emit)
    monkeypatch.setattr(core.sio, 'enter_room', move)
    monkeypatch.setattr(core.sio, 'leave_room', move)
    monkeypatch.setattr(audience, 'connections', lambda room: [Recorder(room)])
    monkeypatch.setattr(audience, 'tell_everyone', tell_everyone)
    return told


async def come(user: User) -> User:
    user.javascript_rules[re.compile(r'farewell\(.*')] = lambda _: None
    await user.open('/')
    return user


async def log_in(user: User, name: str, password: str = '123') -> None:
    user.find('Name').clear().type(name)
    user.find('Password').clear().type(password)
    submit(user)
    await asyncio.sleep(0.1)


def form(user: User) -> Any:
    assert user.client
    return next(element for element in user.client.elements.values() if element.tag == 'form')


def submit(user: User) -> None:
    emit(user, form(user), 'submit')


def emit(user: User, element: Any, event: str, *arguments: object) -> None:
    """What a browser sends when something happens in its page."""
    assert user.client
    for listener in element._event_listeners.values():
        if listener.type.split('.')[0] == event:
            user.client.handle_event(
                {'id': element.id, 'listener_id': listener.id, 'args': [json.dumps(item) for item in arguments]}
            )


async def happen(user: User, event: str, *arguments: object) -> None:
    assert user.client
    emit(user, user.client.layout, event, *arguments)
    await come_to_rest(event)


async def come_to_rest(event: str) -> None:
    """Wait until the server has done with an event, and with telling everybody."""
    await asyncio.sleep(0.05)
    while {task.get_name() for task in asyncio.all_tasks()} & {event, 'store writer', 'deliver changes'}:
        await asyncio.sleep(0.01)


@pytest.fixture
def enter(user: User, told: Told) -> Enter:
    """Have somebody come and log in."""

    async def enter(name: str) -> User:
        transport = httpx.ASGITransport(core.app)
        person = await come(User(httpx.AsyncClient(transport=transport, base_url='http://test')))
        await log_in(person, name)
        return person

    return enter


def is_in(user: User) -> bool:
    assert user.client
    return any('role="log"' in element.props.get('innerHTML', '') for element in user.client.elements.values())


async def test_the_login_screen_asks_for_a_name_and_the_password(user: User, told: Told) -> None:
    await come(user)

    await user.should_see('Simple Messenger')
    await user.should_see('Name')
    await user.should_see('Password')
    await user.should_see('Log in')
    assert not is_in(user)


async def test_the_chat_without_a_session_is_the_login_screen(user: User, told: Told) -> None:
    await user.open('/chat')

    await user.should_see('Log in')
    assert not is_in(user)


async def test_the_right_password_shows_the_conversation(user: User, told: Told) -> None:
    await come(user)
    await log_in(user, 'Ann')

    await user.should_see('Log out')
    await user.should_not_see('Log in')
    assert is_in(user)
    assert any('relocate("/chat")' in code for _, code in told)


@pytest.mark.parametrize(
    ('name', 'password', 'sentence'),
    [
        ('Ann', 'wrong', 'That is not the password. Please try again.'),
        ('Ann', '', 'That is not the password. Please try again.'),
        ('', '123', 'Please type your name.'),
        ('   ', '123', 'Please type your name.'),
        ('x' * 33, '123', 'A name can have at most 32 characters; this one has 33.'),
        ('A\u202enn', '123', 'A name cannot have control or invisible characters. Please type it again.'),
    ],
)
async def test_a_refusal_is_a_sentence_and_keeps_what_was_typed(
    name: str, password: str, sentence: str, user: User, told: Told
) -> None:
    await come(user)
    await log_in(user, name, password)

    await user.should_see(sentence)
    assert user.find('Name').elements.pop().value == name  # type: ignore[attr-defined]
    assert not is_in(user)


async def test_a_name_in_use_is_refused_until_it_is_free(enter: Enter) -> None:
    ann = await enter('Ann')
    other = await enter('aNN')
    await other.should_see('Ann is already here. Please choose another name.')

    await happen(ann, 'leave')
    submit(other)
    await asyncio.sleep(0.1)

    assert is_in(other)


async def test_leaving_clears_the_storage_and_forgets_the_page(enter: Enter) -> None:
    ann = await enter('Ann')
    client = ann.client
    assert client
    assert client.storage['session'].name == 'Ann'

    await happen(ann, 'leave')

    assert client.storage == {}
    assert client.id not in Client.instances


async def test_what_one_says_goes_to_all_who_have_joined_as_one_piece(enter: Enter, told: Told) -> None:
    ann = await enter('Ann')

    await happen(ann, 'say', {'text': 'Hello', 'key': 'k1'})

    spoken = [code for room, code in told if room == 'conversation' and code.startswith('place')]
    assert len(spoken) == 1
    assert '<p>Hello</p>' in spoken[0]


async def test_a_page_that_asks_gets_the_newest_messages_and_then_what_it_missed(enter: Enter, told: Told) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    assert ann.client
    assert ben.client
    for index in range(60):
        emit(ann, ann.client.layout, 'say', {'text': f'number {index}', 'key': f'k{index}'})
    await come_to_rest('say')
    told.clear()

    await happen(ben, 'catch_up', 0)
    first = [code for room, code in told if room == ben.client.id]
    assert [len(re.findall(r'<article', code)) for code in first if code.startswith('place')] == [50]
    assert first[-1] == 'settle(11, true)'

    told.clear()
    await happen(ben, 'earlier', 11)
    earlier = [code for room, code in told if room == ben.client.id]
    assert len(earlier) == 1
    assert earlier[0].startswith('if (isFloor(11)) { place(')
    assert len(re.findall(r'<article', earlier[0])) == 10
    assert earlier[0].endswith('; settle(0, false) }')

    told.clear()
    await happen(ben, 'catch_up', 57)
    missed = [code for room, code in told if room == ben.client.id]
    assert re.findall(r'number \d+', ''.join(missed)) == ['number 57', 'number 58', 'number 59']
    assert missed[-1] == 'settle(null, true)'


async def test_a_refused_message_goes_back_to_its_sender_only(enter: Enter, told: Told) -> None:
    ann = await enter('Ann')
    assert ann.client

    await happen(ann, 'say', {'text': 'x' * 4001, 'key': 'k1'})

    refusals = [(room, code) for room, code in told if 'refuse' in code]
    assert refusals == [
        (ann.client.id, 'refuse("k1", "A message can have at most 4,000 characters; this one has 4,001.")')
    ]


async def test_a_repeat_is_acknowledged_and_not_said_twice(enter: Enter, told: Told) -> None:
    ann = await enter('Ann')

    await happen(ann, 'say', {'text': 'Hello', 'key': 'k1'})
    await happen(ann, 'say', {'text': 'Hello', 'key': 'k1', 'again': True})

    assert len([code for _, code in told if code.startswith('place')]) == 1
    assert [code for _, code in told if code.startswith('sent')] == ['sent("k1")']


@pytest.mark.parametrize(
    ('event', 'arguments'),
    [
        ('say', [None]),
        ('say', [7]),
        ('say', [{'text': 'Hello'}]),
        ('say', [{'text': ['Hello'], 'key': 'k'}]),
        ('say', [{'text': 'Hello', 'key': 7}]),
        ('say', [{'text': 'x', 'key': 'k', 'edit': 1}]),
        ('delete', [{'id': 1}]),
        ('delete', [2**70]),
        ('react', [{'id': 1, 'emoji': '<b>'}]),
        ('react', [{'id': 2**70, 'emoji': '👍'}]),
        ('react', ['👍']),
        ('own', [2**70]),
        ('jump', [{'id': '1', 'floor': 5}]),
        ('jump', [7]),
        ('away', ['yes']),
        ('invite', ['javascript:alert(1)']),
        ('invite', [None]),
        ('emoji', [7]),
        ('catch_up', ['1; drop table message']),
        ('catch_up', [None]),
        ('earlier', [{'id': 1}]),
        ('earlier', ['0']),
    ],
)
async def test_a_forged_event_does_nothing(event: str, arguments: list[object], enter: Enter, told: Told) -> None:
    ann = await enter('Ann')
    told.clear()

    await happen(ann, event, *arguments)

    assert not [code for _, code in told if 'place(' in code or 'settle(' in code]


async def test_a_page_whose_session_has_ended_may_do_nothing(enter: Enter, told: Told) -> None:
    ann = await enter('Ann')
    assert ann.client
    ann.client.storage['session'].ended = True
    told.clear()

    await happen(ann, 'say', {'text': 'Hello', 'key': 'k1'})
    await happen(ann, 'catch_up', 0)
    await happen(ann, 'earlier', 5)

    assert [code for _, code in told] == ['refuse("k1", "You have been logged out, so this was not sent.")']
