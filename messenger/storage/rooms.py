"""Rooms: their statements, and what users can do to them inside one write transaction."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, select, update

from messenger.storage.commands import ArchiveRoom, CreateRoom, EditRoom
from messenger.storage.errors import RoomArchivedError, RoomExistsError, RoomNotFoundError, TooManyRoomsError
from models import GENERAL_ID, Notice, Room, RoomView, fold_name

rooms: Table = Room.__table__  # type: ignore[attr-defined]
COLUMNS = [rooms.c[field.name] for field in fields(RoomView)]
ALL: Any = select(*COLUMNS).order_by(rooms.c.id)
ADD: Any = insert(rooms)
UPDATE: Any = update(rooms).where(rooms.c.id == bindparam('room_id'))
GENERAL = {
    'id': GENERAL_ID,
    'slug': 'general',
    'name': 'general',
    'name_key': 'general',
    'topic': '',
    'archived': False,
}
Notices = Sequence[tuple[int, Notice, str]]  # of which room, what was done, and the new name or topic


def create_general(connection: Connection) -> None:
    """Add the room that is always there."""
    connection.execute(ADD, GENERAL)


def read_rooms(connection: Connection) -> list[RoomView]:
    """Return all rooms, the first that was made first."""
    return [RoomView(*row) for row in connection.execute(ALL)]


class RoomTransaction:
    """All rooms, on a connection that holds the write lock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rooms = {room.id: room for room in read_rooms(connection)}

    def check_open(self, room_id: int) -> None:
        """Check that messages of a room may change.

        :raises RoomNotFoundError: here and below, if there is no such room
        :raises RoomArchivedError: here and below, if it is archived
        """
        if self._get(room_id).archived:
            raise RoomArchivedError

    def execute(self, command: CreateRoom | EditRoom | ArchiveRoom) -> Notices:
        """Execute a command, and return what there is to tell of it: nothing if it changes nothing.

        :raises RoomExistsError: if the name is another room's
        :raises TooManyRoomsError: if there are as many as there may be
        """
        match command:
            case CreateRoom():
                return self._create(command)
            case EditRoom():
                return self._edit(command)
            case ArchiveRoom():
                return self._archive(command)

    def _create(self, command: CreateRoom) -> Notices:
        self._check_name(command.name, 0)
        self._check_number(command.max_rooms)
        room_id, slugs = max(self._rooms) + 1, {room.slug for room in self._rooms.values()}
        slug, number = command.slug, 2
        while slug in slugs:
            slug, number = f'{command.slug}-{number}', number + 1
        room = RoomView(room_id, slug, command.name, command.topic)
        values = {field.name: getattr(room, field.name) for field in fields(room)}
        self._connection.execute(ADD, values | {'name_key': fold_name(room.name)})
        return [(room_id, 'created', command.name)]

    def _edit(self, command: EditRoom) -> Notices:
        room = self._get(command.room_id)
        if room.archived:
            raise RoomArchivedError
        self._check_name(command.name, room.id)
        notices: list[tuple[int, Notice, str]] = []
        if command.name != room.name:
            self._update(room, name=command.name, name_key=fold_name(command.name))
            notices.append((room.id, 'renamed', command.name))
        if command.topic != room.topic:
            self._update(room, topic=command.topic)
            notices.append((room.id, 'topic', command.topic))
        return notices

    def _archive(self, command: ArchiveRoom) -> Notices:
        room = self._get(command.room_id)
        if room.id == GENERAL_ID:
            raise RoomNotFoundError
        if command.archived == room.archived:
            return []
        if not command.archived:
            self._check_number(command.max_rooms)
        self._update(room, archived=command.archived)
        return [(room.id, 'archived' if command.archived else 'restored', '')]

    def _get(self, room_id: int) -> RoomView:
        if room_id not in self._rooms:
            raise RoomNotFoundError
        return self._rooms[room_id]

    def _check_name(self, name: str, room_id: int) -> None:
        key = fold_name(name)
        if any(fold_name(room.name) == key and room.id != room_id for room in self._rooms.values()):
            raise RoomExistsError

    def _check_number(self, max_rooms: int) -> None:
        if sum(not room.archived for room in self._rooms.values()) >= max_rooms:
            raise TooManyRoomsError

    def _update(self, room: RoomView, **values: object) -> None:
        self._connection.execute(UPDATE.values(**values), {'room_id': room.id})
