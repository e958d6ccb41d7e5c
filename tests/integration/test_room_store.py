"""Rooms in the storage, with both engines: what changes in one of them is seen there and nowhere else."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from messenger.storage import (
    MessageNotFoundError,
    NothingChangedError,
    RoomArchivedError,
    RoomExistsError,
    RoomNotFoundError,
    Store,
    TooManyRoomsError,
)
from messenger.storage.commands import (
    ArchiveRoom,
    CreateRoom,
    DeleteMessage,
    EditMessage,
    EditRoom,
    PostMessage,
    SetReaction,
)
from models import GENERAL_ID, MessageView, RoomPage, RoomView
from tests.support.postgres import both_engines

pytestmark = both_engines
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
Say = Callable[..., Awaitable[MessageView]]


def create(name: str, *, slug: str = '', topic: str = '', key: str = '', limit: int = 200) -> CreateRoom:
    return CreateRoom('Ann', 'ann', key or f'create {name}', NOON, name, slug or name.lower(), topic, limit)


def edit(room_id: int, name: str, topic: str, *, key: str = 'edit') -> EditRoom:
    return EditRoom('Ann', 'ann', key, NOON, room_id, name, topic)


def archive(room_id: int, archived: bool = True, *, key: str = 'archive', limit: int = 200) -> ArchiveRoom:
    return ArchiveRoom('Ann', 'ann', key, NOON, room_id, archived, limit)


@pytest.fixture
def say(store: Store) -> Say:
    keys = iter(range(10_000))

    async def post(text: str, room_id: int = GENERAL_ID, author: str = 'Ben', at: datetime = NOON) -> MessageView:
        key = f'k{next(keys)}'
        return await store.apply(PostMessage(author, author.lower(), key, text, at, room_id=room_id))

    return post


async def test_there_is_always_one_room(store: Store) -> None:
    assert await store.rooms() == [RoomView(GENERAL_ID, 'general', 'general')]


async def test_new_room_is_told_in_itself(store: Store) -> None:
    told = await store.apply(create('Ops', topic='Alarms'))

    assert (told.room_id, told.notice, told.text, told.author) == (2, 'created', 'Ops', 'Ann')
    assert await store.rooms() == [RoomView(1, 'general', 'general'), RoomView(2, 'ops', 'Ops', 'Alarms')]
    assert (await store.newest_page(10)).messages == []
    assert (await store.newest_page(10, room_id=2)).messages == [told]


async def test_names_are_unique_whatever_their_case_and_addresses_get_a_number(store: Store) -> None:
    await store.apply(create('Ops'))

    with pytest.raises(RoomExistsError):
        await store.apply(create('OPS', key='another'))
    await store.apply(create('Ops!', slug='ops'))
    await store.apply(create('Ops?', slug='ops'))
    assert [room.slug for room in await store.rooms()] == ['general', 'ops', 'ops-2', 'ops-3']


async def test_command_whose_answer_was_lost_makes_one_room(store: Store) -> None:
    first = await store.apply(create('Ops'))

    assert await store.apply(create('Ops')) == first
    assert len(await store.rooms()) == 2


async def test_rooms_are_bounded_without_those_that_are_archived(store: Store) -> None:
    await store.apply(create('One', limit=2))

    with pytest.raises(TooManyRoomsError):
        await store.apply(create('Two', limit=2))
    await store.apply(archive(2))
    await store.apply(create('Two', limit=2))
    with pytest.raises(TooManyRoomsError):
        await store.apply(archive(2, False, key='back', limit=2))


async def test_name_and_topic_are_told_one_by_one(store: Store) -> None:
    await store.apply(create('Ops'))

    told = await store.apply(edit(2, 'Operations', 'Alarms'))
    with pytest.raises(NothingChangedError):
        await store.apply(edit(2, 'Operations', 'Alarms', key='again'))

    page = (await store.newest_page(10, room_id=2)).messages
    assert [(view.notice, view.text) for view in page] == [
        ('created', 'Ops'),
        ('renamed', 'Operations'),
        ('topic', 'Alarms'),
    ]
    assert told == page[1]
    assert [view.seq for view in page] == [1, 2, 3]
    assert (await store.rooms())[1] == RoomView(2, 'ops', 'Operations', 'Alarms')


async def test_archived_room_is_read_only_until_it_is_back(store: Store, say: Say) -> None:
    await store.apply(create('Ops'))
    message = await say('Keep this', 2)
    await store.apply(archive(2))

    for command in (
        PostMessage('Ben', 'ben', 'late', 'Too late', NOON, room_id=2),
        EditMessage(message.id, 'ben', 'Changed'),
        SetReaction(message.id, '👍', 'ann', 'Ann'),
        edit(2, 'Other', ''),
    ):
        with pytest.raises(RoomArchivedError):
            await store.apply(command)
    assert (await store.apply(DeleteMessage(message.id, 'ben'))).deleted  # one's own words are one's own
    await store.apply(archive(2, False, key='back'))

    assert (await say('Here again', 2)).text == 'Here again'
    assert [view.notice for view in (await store.newest_page(10, room_id=2)).messages] == [
        'created',
        '',
        'archived',
        'restored',
        '',
    ]


async def test_room_that_is_archived_in_a_group_is_read_only_for_the_rest_of_it(store: Store, say: Say) -> None:
    await store.apply(create('Ops'))
    message = await say('Keep this', 2)

    posted, archived, edited = await asyncio.gather(
        store.apply(PostMessage('Ben', 'ben', 'k', 'In time', NOON, room_id=2)),
        store.apply(archive(2)),
        store.apply(EditMessage(message.id, 'ben', 'Too late')),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in (posted, archived, edited)] == [MessageView, MessageView, RoomArchivedError]


async def test_repeat_of_what_was_posted_before_its_room_was_archived_is_that_message(store: Store) -> None:
    await store.apply(create('Ops'))
    command = PostMessage('Ben', 'ben', 'k', 'In time', NOON, room_id=2)
    posted = await store.apply(command)
    await store.apply(archive(2))

    assert await store.apply(command) == posted


async def test_general_cannot_be_archived_nor_a_room_that_is_not_there(store: Store, say: Say) -> None:
    for command in (archive(GENERAL_ID), archive(7), edit(7, 'Seven', '')):
        with pytest.raises(RoomNotFoundError):
            await store.apply(command)
    with pytest.raises(RoomNotFoundError):
        await say('Anybody?', 7)


async def test_notices_are_not_changed(store: Store) -> None:
    told = await store.apply(create('Ops'))

    for command in (EditMessage(told.id, 'ann', 'Mine'), DeleteMessage(told.id, 'ann')):
        with pytest.raises(MessageNotFoundError):
            await store.apply(command)


async def test_each_room_has_its_own_pages_and_changes(store: Store, say: Say) -> None:
    await store.apply(create('Ops'))
    general = [await say(f'general {number}') for number in range(3)]
    ops = [await say(f'ops {number}', 2) for number in range(3)]
    general += [await say(f'later {number}') for number in range(3)]

    assert (await store.newest_page(4)).messages == general[-4:]
    assert await store.page_before(general[3].id, 10) == general[:3]
    assert await store.page_before(ops[1].id, 1, room_id=2) == ops[:1]
    assert await store.page_from(general[2].id, 2) == general[2:4]
    assert await store.room_changes_after(general[0].seq, 10, room_id=2) == RoomPage(10, ops)
    assert await store.room_changes_after(ops[0].seq, 10, room_id=1) == RoomPage(10, general[3:])
    assert await store.room_changes_after(0, 2, room_id=1) == RoomPage(general[1].seq, general[:2])
    assert await store.room_changes_after(10, 10, room_id=1) == RoomPage(10, [])
    assert len(await store.changes_after(0, 100)) == 10


async def test_messages_go_on_with_those_of_their_room(store: Store, say: Say) -> None:
    await store.apply(create('Ops'))
    views = [
        await say('one'),
        await say('between', 2, 'Cleo'),
        await say('two', at=NOON + timedelta(minutes=1)),
        await say('after the notice', 2, 'Ann'),
        await say('goes on', 2, 'Ann'),
    ]

    assert [view.continuation for view in views] == [False, False, True, False, True]


async def test_messages_of_one_group_go_on_in_their_rooms(store: Store) -> None:
    await store.apply(create('Ops'))
    commands = [
        PostMessage('Ben', 'ben', f'{number}', f'{number}', NOON, room_id=room_id)
        for number, room_id in enumerate([1, 2, 1, 2, 2])
    ]

    assert [view.continuation for view in await apply_all(store, commands)] == [False, False, True, True, True]


async def test_unread_messages_are_those_of_others_after_what_was_seen(store: Store, say: Say) -> None:
    await store.apply(create('Ops'))
    seen = await say('seen')
    await say('mine', author='Ann')
    news = await say('news')
    ops = [await say(f'ops {number}', 2) for number in range(4)]
    await store.apply(DeleteMessage(ops[0].id, 'ben'))

    last, found = await store.unread({1: seen.id, 2: 0, 9: 0}, user_id='ann', limit=2)

    assert (last, found) == (ops[-1].id, {1: [news], 2: ops[1:3], 9: []})


async def apply_all(store: Store, commands: list[PostMessage]) -> list[MessageView]:
    return await asyncio.gather(*map(store.apply, commands))
