"""What users can do with rooms, with both engines, and that all servers know the same rooms."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from messenger.chat import Chat
from messenger.commands import ChatError
from messenger.rooms import Rooms, to_slug
from messenger.storage import Store
from models import GENERAL_ID, OnlineUser, RoomView
from tests.support.postgres import both_engines
from tests.support.waiting import until

ANN = OnlineUser('Ann', 'ann')
HOSTILE = [
    *('', '  \n ', 'half \ud800', 'NUL \0', 'turned \u202e round', 'zero\u200bwidth', '\u3164', 'tag \U000e0041'),
    *('x' * 41, 'x' * 1_000_000, 'ﷺ' * 40, '\u0301' * 41),
    *('<script>alert(1)</script>', '"; DROP TABLE room; --', '../../etc/passwd', '%2e%2e%2f', '{0}', '$ref', '#?&/'),
    *('a' * 40, '世' * 40, '🎉' * 40, 'Z̴a̷l̶g̵o̴', 'שלום', 'مرحبا', '1', '-', '.', 'None', 'all'),
]


class SlowStore(Store):
    """A store that takes its time to say what it has read."""

    delays: Sequence[float] = (0.1, 0.0)

    async def rooms(self) -> list[RoomView]:
        delay, *self.delays = self.delays or (0.0,)
        found = await super().rooms()
        await asyncio.sleep(delay)
        return found


@pytest.fixture
def rooms(chat: Chat) -> Rooms:
    return chat.rooms


async def refusal(doing: Any) -> str:
    """The sentence with which something is refused."""
    with pytest.raises(ChatError) as caught:
        await doing
    return str(caught.value)


@both_engines
async def test_names_and_topics_are_cleaned(rooms: Rooms) -> None:
    room = await rooms.create('  Ｏｐｓ \n Team ', ' All\talarms  ', by=ANN)

    assert room == RoomView(2, 'ops-team', 'Ops Team', 'All alarms')
    assert rooms.open == [RoomView(GENERAL_ID, 'general', 'general'), room]
    assert rooms.find('ops-team') == room
    assert rooms.find('Ops-Team') is None


@both_engines
@pytest.mark.parametrize('name', ['OPS', 'ops', 'ｏｐｓ', ' Ops '])
async def test_name_is_taken_whatever_its_case_and_width(name: str, rooms: Rooms) -> None:
    other = await rooms.create('Ops', '', by=ANN)
    third = await rooms.create('Third', '', by=ANN)
    taken = 'There is a room with this name already, maybe an archived one. Choose another name.'

    assert await refusal(rooms.create(name, '', by=ANN)) == taken
    assert await refusal(rooms.edit(third.id, name, '', by=ANN)) == taken
    await rooms.archive(other.id, True, by=ANN)
    assert await refusal(rooms.create(name, '', by=ANN)) == taken


async def test_room_is_looked_up_by_its_name_or_else_its_address(rooms: Rooms) -> None:
    operations = await rooms.create('Ops', '', by=ANN)
    await rooms.edit(operations.id, 'Opération  Nord', '', by=ANN)
    for words in ('ops', 'OPS', 'opération nord', ' OPÉRATION  NORD '):
        assert rooms.look_up(words) == rooms[operations.id]
    ops = await rooms.create('Ops', '', by=ANN)

    assert rooms.look_up('ops') == ops
    assert rooms.look_up('ops-2') == ops
    assert rooms.look_up('nowhere') is rooms.look_up('') is rooms.look_up('half \ud800') is None


@pytest.mark.parametrize(('name', 'other'), [('Straße', 'STRASSE'), ('Ὀδυσσεύς', 'ὈΔΥΣΣΕΎΣ'), ('general', 'General')])
async def test_name_is_taken_in_every_script(name: str, other: str, rooms: Rooms) -> None:
    if name != 'general':
        await rooms.create(name, '', by=ANN)

    assert 'with this name already' in await refusal(rooms.create(other, '', by=ANN))


async def test_case_of_a_name_can_be_changed(rooms: Rooms) -> None:
    room = await rooms.create('ops', '', by=ANN)

    await rooms.edit(room.id, 'OPS', '', by=ANN)

    assert rooms[room.id] == RoomView(2, 'ops', 'OPS')


@pytest.mark.parametrize(
    ('name', 'slug'),
    [
        ('Ops & Dev', 'ops-dev'),
        ('C++', 'c'),
        ('snake_case', 'snake-case'),
        ('Grüße', 'grüsse'),
        ('Привет, мир!', 'привет-мир'),
        ('日本語 チャット', '日本語-チャット'),
        ('हिन्दी बातचीत', 'हिन्दी-बातचीत'),
        ('ห้องพัก', 'ห้องพัก'),
        ('שָׁלוֹם', 'שָׁלוֹם'),
        ('İstanbul', 'i̇stanbul'),
        ('2026', '2026'),
        ('🎉', 'room'),
        ('../..', 'room'),
        ('---', 'room'),
    ],
)
def test_address_has_the_words_of_the_name_in_its_script(name: str, slug: str) -> None:
    assert to_slug(name) == slug


@both_engines
async def test_whatever_is_typed_as_a_name_is_a_room_or_a_sentence(rooms: Rooms, chat: Chat) -> None:
    refused = []
    for name in HOSTILE:
        try:
            room = await rooms.create(name, name[:200], by=ANN)
        except ChatError as error:
            refused.append(str(error))
        else:
            assert 1 <= len(room.name) <= 40
            assert room.slug.strip('-')
            assert not set(room.slug) & set('/?#&%."\'<> ')
            assert rooms.find(room.slug) == room

    assert len(refused) == 12
    assert len({room.slug for room in rooms.open}) == len(HOSTILE) - 12 + 1
    assert all(sentence[-1] == '.' for sentence in refused)


@pytest.mark.parametrize(
    ('name', 'topic', 'sentence'),
    [
        ('', '', 'A room needs a name.'),
        ('x' * 41, '', 'The name of a room can have at most 40 characters; this one has 41.'),
        ('O\u200bps', '', 'The name of a room cannot have control or invisible characters. Please type it again.'),
        ('Ops', 'x' * 201, 'A topic can have at most 200 characters; this one has 201.'),
        ('Ops', 'a\u202eb', 'A topic cannot have control or invisible characters. Please type it again.'),
    ],
)
async def test_what_cannot_be_a_room_is_a_sentence(name: str, topic: str, sentence: str, rooms: Rooms) -> None:
    assert await refusal(rooms.create(name, topic, by=ANN)) == sentence
    assert len(rooms.open) == 1


async def test_general_keeps_its_name_and_is_always_there(rooms: Rooms) -> None:
    await rooms.edit(GENERAL_ID, 'general', 'Everything', by=ANN)

    assert await refusal(rooms.edit(GENERAL_ID, 'Private', 'Everything', by=ANN)) == (
        'This room is always called general. Its topic can be changed.'
    )
    assert await refusal(rooms.archive(GENERAL_ID, True, by=ANN)) == 'This room is always there.'
    assert rooms.open == [RoomView(GENERAL_ID, 'general', 'general', 'Everything')]
    assert not rooms.are_several


@both_engines
async def test_rooms_are_listed_by_name_after_general_and_archived_ones_apart(rooms: Rooms) -> None:
    for name in ('zebra', 'Apple', 'été', 'Ops'):
        await rooms.create(name, '', by=ANN)
    [ops] = [room for room in rooms.open if room.name == 'Ops']

    await rooms.archive(ops.id, True, by=ANN)

    assert [room.name for room in rooms.open] == ['general', 'Apple', 'zebra', 'été']
    assert [room.name for room in rooms.archived] == ['Ops']
    assert rooms.are_several


@both_engines
async def test_as_many_rooms_as_there_may_be(store: Store) -> None:
    rooms = Chat(store, max_length=100, max_rooms=3).rooms
    one = await rooms.create('One', '', by=ANN)
    await rooms.create('Two', '', by=ANN)
    full = 'There are as many rooms as there may be. Archive one that is not used any more.'

    assert await refusal(rooms.create('Three', '', by=ANN)) == full
    await rooms.archive(one.id, True, by=ANN)
    await rooms.create('Three', '', by=ANN)
    assert await refusal(rooms.archive(one.id, False, by=ANN)) == full


@both_engines
async def test_archived_room_is_read_only_in_words(chat: Chat) -> None:
    room = await chat.rooms.create('Ops', '', by=ANN)
    await chat.rooms.archive(room.id, True, by=ANN)
    archived = 'This room is archived. Bring it back to write in it.'

    assert await refusal(chat.post('Hello', by=ANN, client_message_id='k', room_id=room.id)) == archived
    assert await refusal(chat.rooms.edit(room.id, 'Ops', 'Alarms', by=ANN)) == archived
    await chat.rooms.archive(room.id, True, by=ANN)  # which is so already
    await chat.rooms.archive(room.id, False, by=ANN)
    assert (await chat.post('Hello', by=ANN, client_message_id='k', room_id=room.id)).room_id == room.id


@both_engines
async def test_room_that_is_not_there_is_refused_in_words(chat: Chat) -> None:
    for room_id in (0, 7, 2**63 - 1):
        for doing in (
            chat.post('Hello', by=ANN, client_message_id='k', room_id=room_id),
            chat.rooms.edit(room_id, 'Seven', '', by=ANN),
            chat.rooms.archive(room_id, True, by=ANN),
        ):
            assert await refusal(doing) == 'There is no such room.'


@both_engines
async def test_every_change_is_told_and_what_changes_nothing_is_not(rooms: Rooms) -> None:
    told: list[list[RoomView]] = []
    rooms.changed.subscribe(lambda: told.append(rooms.open))

    room = await rooms.create('Ops', '', by=ANN)
    await until(lambda: len(told) >= 2)  # by who made it, and by what is told to all
    await rooms.edit(room.id, 'Ops', ' ', by=ANN)
    await rooms.archive(room.id, False, by=ANN)
    await asyncio.sleep(0.05)

    assert told == [[RoomView(GENERAL_ID, 'general', 'general'), room]] * 2


@both_engines
async def test_rooms_made_at_the_same_time_are_all_known(rooms: Rooms) -> None:
    made = await asyncio.gather(*[rooms.create(f'Room {number}', '', by=ANN) for number in range(100)])

    assert [room.name for room in made] == [f'Room {number}' for number in range(100)]
    for _ in range(5):
        assert {room.id for room in rooms.open} == {GENERAL_ID, *(room.id for room in made)}
        await asyncio.sleep(0.02)


async def test_what_was_read_first_does_not_count_last(database_url: str) -> None:
    store = SlowStore(database_url)
    rooms = Chat(store, max_length=100).rooms
    slow = asyncio.create_task(rooms.renew())
    await asyncio.sleep(0.02)

    await rooms.create('Ops', '', by=ANN)
    await slow

    assert [room.name for room in rooms.open] == ['general', 'Ops']
    await store.close()


@both_engines
async def test_one_of_many_makes_a_room_of_the_same_name(rooms: Rooms) -> None:
    tries = await asyncio.gather(*[rooms.create('Ops', '', by=ANN) for _ in range(30)], return_exceptions=True)

    assert sum(isinstance(outcome, RoomView) for outcome in tries) == 1
    assert {type(outcome) for outcome in tries} == {RoomView, ChatError}
