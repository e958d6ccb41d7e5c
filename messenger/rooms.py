"""The rooms that there are, and what users can do to them."""

import asyncio
import unicodedata
import uuid
from collections.abc import Callable
from datetime import datetime

from nicegui import Event

from messenger.commands import REFUSALS, ChatError, apply_command
from messenger.lookalikes import is_invisible
from messenger.storage import DatabaseUnavailableError, RoomNotFoundError, Store
from messenger.storage.commands import ArchiveRoom, CreateRoom, EditRoom
from models import GENERAL_ID, MessageView, RoomView, User, fold_name

MAX_NAME_LENGTH = 40
MAX_TOPIC_LENGTH = 200
RETRY_AFTER = 1.0


class Rooms:
    """All rooms, as they are now on every server.

    ``changed`` is emitted when that is not so any more. It carries nothing: subscribers ask for what they show.
    """

    def __init__(self, store: Store, *, max_rooms: int, clock: Callable[[], datetime]) -> None:
        """
        :param max_rooms: most rooms that there may be without those that are archived
        """
        self.changed = Event[[]]()
        self._store = store
        self._max_rooms = max_rooms
        self._clock = clock
        self._renewing = asyncio.Lock()
        self._by_id = {room.id: room for room in store.read_rooms()}

    def __getitem__(self, room_id: int) -> RoomView:
        return self._by_id[room_id]

    def __contains__(self, room_id: int) -> bool:
        return room_id in self._by_id

    @property
    def open(self) -> list[RoomView]:
        """The rooms that are not archived, ``general`` first, then by name."""
        rooms = [room for room in self._by_id.values() if not room.archived]
        return sorted(rooms, key=lambda room: (room.id != GENERAL_ID, fold_name(room.name)))

    @property
    def archived(self) -> list[RoomView]:
        """The rooms that are archived, by name."""
        return sorted((room for room in self._by_id.values() if room.archived), key=lambda room: fold_name(room.name))

    @property
    def are_several(self) -> bool:
        """Whether there is another room than ``general``, archived or not."""
        return len(self._by_id) > 1

    def find(self, slug: str) -> RoomView | None:
        """Return the room with an address."""
        return next((room for room in self._by_id.values() if room.slug == slug), None)

    def find_by_words(self, words: str) -> list[RoomView]:
        """Return the rooms with all of some parts in their names, those that are archived last."""
        parts = fold_name(words).split()
        return [room for room in [*self.open, *self.archived] if all(part in fold_name(room.name) for part in parts)]

    def look_up(self, words: str) -> RoomView | None:
        """Return the room with a name, or else with an address, whatever its case."""
        key = fold_name(unicodedata.normalize('NFKC', ' '.join(words.split())))
        named = next((room for room in self._by_id.values() if fold_name(room.name) == key), None)
        return named or self.find(key)

    async def create(self, name: str, topic: str, *, by: User) -> RoomView:
        """Make a room.

        :raises ChatError: here and below, if that cannot be, or could not be stored
        """
        name, topic = clean_name(name), clean_topic(topic)
        told = await self._apply(
            CreateRoom(*self._sign(by), name=name, slug=to_slug(name), topic=topic, max_rooms=self._max_rooms)
        )
        return self._by_id[told.room_id]

    async def edit(self, room_id: int, name: str, topic: str, *, by: User) -> None:
        """Give a room another name or topic; ``general`` keeps its name."""
        name, topic, room = clean_name(name), clean_topic(topic), self._get(room_id)
        if room_id == GENERAL_ID and name != room.name:
            raise ChatError('This room is always called general. Its topic can be changed.')
        if (name, topic) != (room.name, room.topic):
            await self._apply(EditRoom(*self._sign(by), room_id=room_id, name=name, topic=topic))

    async def archive(self, room_id: int, archived: bool, *, by: User) -> None:
        """Close a room, or bring it back; ``general`` is never closed."""
        if room_id == GENERAL_ID:
            raise ChatError('This room is always there.')
        if archived != self._get(room_id).archived:
            command = ArchiveRoom(*self._sign(by), room_id=room_id, archived=archived, max_rooms=self._max_rooms)
            await self._apply(command)

    async def renew(self) -> None:
        """Read what the rooms are now, from a database that may not be there for a while."""
        async with self._renewing:  # one after the other, or what was read first could count last
            while True:
                try:
                    rooms = await self._store.rooms()
                    break
                except DatabaseUnavailableError:
                    await asyncio.sleep(RETRY_AFTER)
            self._by_id = {room.id: room for room in rooms}
        self.changed.emit()

    async def _apply(self, command: CreateRoom | EditRoom | ArchiveRoom) -> MessageView:
        told = await apply_command(self._store, command)
        await self.renew()
        return told

    def _get(self, room_id: int) -> RoomView:
        if room_id not in self._by_id:
            raise ChatError(REFUSALS[RoomNotFoundError])
        return self._by_id[room_id]

    def _sign(self, by: User) -> tuple[str, str, str, datetime]:
        """Return the fields that all commands have: who, with which ``client_message_id``, and when."""
        return by.name, by.user_id, f'room-{uuid.uuid4()}', self._clock()


def clean_name(name: str) -> str:
    """Return the name of a room as it is shown: NFKC-normalised, with single spaces, 1 to 40 visible characters.

    :raises ChatError: if it is not so
    """
    name = _clean(name, MAX_NAME_LENGTH, 'The name of a room')
    if not name:
        raise ChatError('A room needs a name.')
    return name


def clean_topic(topic: str) -> str:
    """Return the topic of a room as it is shown: one line, at most 200 visible characters.

    :raises ChatError: if it is not so
    """
    return _clean(topic, MAX_TOPIC_LENGTH, 'A topic')


def to_slug(name: str) -> str:
    """Return what stands in the address of a new room: the letters, with their marks, and digits of its name."""
    words = ''.join(char if unicodedata.category(char)[0] in 'LMN' else ' ' for char in fold_name(name)).split()
    return '-'.join(words) or 'room'


def _clean(text: str, max_length: int, what: str) -> str:
    if len(text) > 10 * max_length or len(text := ' '.join(unicodedata.normalize('NFKC', text).split())) > max_length:
        raise ChatError(f'{what} can have at most {max_length} characters; this one has {len(text):,}.')
    if any(map(is_invisible, text)):
        raise ChatError(f'{what} cannot have control or invisible characters. Please type it again.')
    return text
