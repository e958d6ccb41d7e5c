"""Several servers on one PostgreSQL know the same rooms."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from messenger.chat import Chat
from messenger.storage import Store
from models import Changes, OnlineUser, RoomView
from tests.support.postgres import on_postgres
from tests.support.waiting import until

pytestmark = on_postgres
ANN = OnlineUser('Ann', 'ann')


@pytest.fixture
async def chats(database_url: str) -> AsyncIterator[Sequence[Chat]]:
    """The conversation at two servers."""
    stores = [Store(database_url, replica=name) for name in 'ab']
    for store in stores:
        store.start()
    yield [Chat(store, max_length=100) for store in stores]
    for store in stores:
        await store.close()


async def test_room_is_known_on_every_server_before_its_first_message_is_told(chats: Sequence[Chat]) -> None:
    here, there = chats
    known: list[tuple[int, bool]] = []

    def note(changes: Changes) -> None:
        known.extend((message.room_id, message.room_id in there.rooms) for message in changes.messages)

    there.messages_changed.subscribe(note)
    made = []
    for number in range(10):
        made.append(room := await here.rooms.create(f'Room {number}', '', by=ANN))
        await here.post('Hello', by=ANN, client_message_id=f'{number}', room_id=room.id)

    await until(lambda: len(known) == 20)
    assert known == [(room.id, True) for room in made for _ in range(2)]
    assert there.rooms.open == here.rooms.open


async def test_servers_that_change_rooms_at_once_agree(chats: Sequence[Chat]) -> None:
    names = ['Ops', 'Dev', 'Tea', 'OPS', 'dev', 'Kitchen'] * 4
    outcomes = await asyncio.gather(
        *[chats[number % 2].rooms.create(name, '', by=ANN) for number, name in enumerate(names)],
        return_exceptions=True,
    )

    made = [room.name.lower() for room in outcomes if isinstance(room, RoomView)]
    assert sorted(made) == ['dev', 'kitchen', 'ops', 'tea']
    await until(lambda: chats[0].rooms.open == chats[1].rooms.open)
    assert len(chats[0].rooms.open) == 5
