"""Commands inside one write transaction: the rules of a message, and the numbers that order everything."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from messenger.storage import statements
from messenger.storage.commands import (
    ArchiveRoom,
    CreateRoom,
    DeleteMessage,
    EditMessage,
    EditRoom,
    PostMessage,
    RoomCommand,
    SetReaction,
)
from messenger.storage.errors import (
    CommandError,
    FileGoneError,
    MessageNotFoundError,
    NothingChangedError,
    TooManyEmojiError,
    TooManyReactionsError,
)
from messenger.storage.rooms import RoomTransaction
from messenger.storage.statements import clamp_int64, new_message, read_views
from models import GENERAL_ID, Changes, MessageView

MAX_EMOJI = 24  # different ones at a message
MAX_REACTIONS = 500  # at a message
CONTINUATION_WITHIN = timedelta(minutes=5)
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
Change = EditMessage | DeleteMessage | SetReaction | CreateRoom | EditRoom | ArchiveRoom
Command = PostMessage | Change
Executed = tuple[list[MessageView | CommandError], Changes]


def execute(connection: Connection, commands: Sequence[Command]) -> Executed:
    """Execute commands on a connection that holds the write lock.

    :return: what became of each command, and everything that changed
    """
    transaction = WriteTransaction(connection)
    results = transaction.execute(commands)
    changes = transaction.changes()
    views = {view.id: view for view in changes.messages}
    repeated = {result for result in results if isinstance(result, int)} - views.keys()
    views |= {view.id: view for view in transaction.read(repeated)}
    return [views[result] if isinstance(result, int) else result for result in results], changes


def find_posted(connection: Connection, commands: Sequence[PostMessage]) -> dict[tuple[str, str], MessageView]:
    """Return those messages that are there already, by ``author_id`` and ``client_message_id``."""
    known = _known_ids(connection, commands)
    views = {view.id: view for view in _read(connection, set(known.values()))}
    return {identity: views[id_] for identity, id_ in known.items()}


class WriteTransaction:
    """Executes commands on a connection that holds the write lock.

    The only code that assigns ``id`` and ``seq``, and the only place of the rules of a message.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._start: int
        self._last_id: int
        self._start, self._last_id = connection.execute(statements.LAST).one()
        self._seq = self._start
        self._last_in_room: dict[int, tuple[str, datetime]] = {}  # author and time
        self._rooms: RoomTransaction | None = None  # as they are now, once somebody has asked
        self._inserted: list[MessageView] = []
        self._are_views_stale = False

    def execute(self, commands: Sequence[Command]) -> list[int | CommandError]:
        """Execute commands, the new messages first, and return for each the id of its message, or why it is refused."""
        new_ids = iter(self.insert_messages([command for command in commands if isinstance(command, PostMessage)]))
        return [next(new_ids) if isinstance(command, PostMessage) else self._change(command) for command in commands]

    def insert_messages(self, commands: Sequence[PostMessage]) -> list[int | CommandError]:
        """Insert messages and return their ids; one that its author has posted before keeps the id it has.

        A `FileGoneError` is in the place of one whose files cannot be posted.
        """
        if not commands:
            return []
        known = _known_ids(self._connection, commands)
        results: list[int | CommandError] = []
        rows = []
        for command in commands:
            identity = command.author_id, command.client_message_id
            if identity not in known and not self._has_files(command):
                results.append(FileGoneError())
                continue
            if identity not in known:
                try:
                    self._check_open(command.room_id)
                except CommandError as error:
                    results.append(error)
                    continue
                view, row = self._assign_numbers(command)
                known[identity] = view.id
                rows.append(row)
                self._inserted.append(view)
                self._post_files(command, view.id)
                # they lack what they quote, and what the files are
                self._are_views_stale |= command.reply_to is not None or bool(command.files)
            results.append(known[identity])
        if rows:
            self._connection.execute(statements.INSERT, rows)
        return results

    def edit_message(self, command: EditMessage) -> int:
        """Replace the text of a message; by the same text changes nothing.

        :raises MessageNotFoundError: if the message is not the author's, or deleted
        :raises RoomArchivedError: here and below, if its room is archived
        """
        message = self._get_editable(command)
        if message.text == command.text:
            return message.id
        self._check_open(message.room_id)
        self._update(statements.EDIT, message, new_text=command.text)
        self._renumber_replies(message)
        return message.id

    def delete_message(self, command: DeleteMessage) -> int:
        """Remove text, reactions and files of a message, for good; once more changes nothing.

        :raises MessageNotFoundError: if the message is not the author's
        """
        message = self._find(command.message_id)
        if message.author_id != command.author_id or message.notice:
            raise MessageNotFoundError
        if message.deleted:
            return message.id
        self._connection.execute(statements.REMOVE_REACTIONS, {'message_id': message.id})
        self._connection.execute(statements.REMOVE_FILES, {'of_message': message.id})
        self._update(statements.DELETE, message)
        self._renumber_replies(message)
        return message.id

    def set_reaction(self, command: SetReaction) -> int:
        """Add a reaction, or remove the same one of the same user; once more changes nothing.

        :raises MessageNotFoundError: if there is no such message, or it is deleted
        :raises TooManyEmojiError: if it is one too many different ones
        :raises TooManyReactionsError: if it is one too many
        """
        message, change = self._get(command.message_id), {'emoji': command.emoji, 'author_id': command.author_id}
        author_ids = {reaction.emoji: reaction.author_ids for reaction in message.reactions}
        if command.on == (command.author_id in author_ids.get(command.emoji, ())):
            return message.id
        self._check_open(message.room_id)
        if not command.on:
            self._connection.execute(statements.REMOVE_REACTION, {'message_id': message.id, **change})
        else:
            if command.emoji not in author_ids and len(author_ids) >= MAX_EMOJI:
                raise TooManyEmojiError
            if sum(map(len, author_ids.values())) >= MAX_REACTIONS:
                raise TooManyReactionsError
            row = {'message_id': message.id, 'author': command.author, 'position': self._seq + 1, **change}
            self._connection.execute(statements.ADD_REACTION, row)
        self._update(statements.UPDATE, message)
        return message.id

    def change_room(self, command: CreateRoom | EditRoom | ArchiveRoom) -> int:
        """Change a room, and return the id of the message that tells of it; once more changes nothing.

        :raises CommandError: if the rules of rooms forbid it
        """
        known = _known_ids(self._connection, [command]).get((command.author_id, command.client_message_id))
        if known:
            return known
        first, self._rooms = self._last_id + 1, None
        for number, (room_id, notice, text) in enumerate(RoomTransaction(self._connection).execute(command)):
            key = command.client_message_id + '+' * number  # a new name and a new topic are told one by one
            told = PostMessage(command.author, command.author_id, key, text, command.sent_at, room_id=room_id)
            view, row = self._assign_numbers(told, notice=notice)
            self._connection.execute(statements.INSERT, [row])
            self._inserted.append(view)
        if self._last_id < first:
            raise NothingChangedError
        return first

    def changes(self) -> Changes:
        """Return everything that this transaction changed."""
        if self._are_views_stale:
            return Changes(self._start, read_views(self._connection, statements.ALL_CHANGES_AFTER, seq=self._start))
        return Changes(self._start, self._inserted)

    def read(self, ids: Collection[int]) -> list[MessageView]:
        """Return messages by their ids."""
        return _read(self._connection, ids)

    def _change(self, command: Change) -> int | CommandError:
        try:
            match command:
                case CreateRoom() | EditRoom() | ArchiveRoom():
                    return self.change_room(command)
                case EditMessage():
                    return self.edit_message(command)
                case DeleteMessage():
                    return self.delete_message(command)
                case SetReaction():
                    return self.set_reaction(command)
        except CommandError as error:
            return error

    def _has_files(self, command: PostMessage) -> bool:
        """Return whether all files of a new message can be posted, by its author and by nobody else meanwhile."""
        if not command.files:
            return True
        wanted = {'tokens': list(command.files), 'author_id': command.author_id}
        return {*self._connection.execute(statements.UNPOSTED, wanted).scalars()} == {*command.files}

    def _post_files(self, command: PostMessage, message_id: int) -> None:
        rows = [
            {'of_token': token, 'in_message': message_id, 'at': position}
            for position, token in enumerate(command.files)
        ]
        if rows:
            self._connection.execute(statements.POST_FILE, rows)

    def _assign_numbers(self, command: PostMessage, *, notice: str = '') -> tuple[MessageView, dict[str, object]]:
        """Return a new message with the next ``id`` and ``seq``, and its row."""
        author_id, sent_at = self._last_of(command.room_id)
        is_same_author = command.author_id == author_id and not notice
        continuation = is_same_author and abs(command.sent_at - sent_at) < CONTINUATION_WITHIN
        self._last_in_room[command.room_id] = ('' if notice else command.author_id), command.sent_at
        self._last_id += 1
        numbers = {'id': self._last_id, 'seq': self._next_seq()}
        return new_message(command, **numbers, continuation=continuation, notice=notice)

    def _last_of(self, room_id: int) -> tuple[str, datetime]:
        """Return of whom and when the last message in a room is; nothing goes on with a notice."""
        if room_id not in self._last_in_room:
            last = self._connection.execute(statements.LAST_IN_ROOM, {'room_id': room_id}).first()
            self._last_in_room[room_id] = (last[0], last[1]) if last else ('', BEFORE_ALL)
        return self._last_in_room[room_id]

    def _check_open(self, room_id: int) -> None:
        if room_id != GENERAL_ID:  # which is never archived
            self._rooms = self._rooms or RoomTransaction(self._connection)
            self._rooms.check_open(room_id)

    def _get_editable(self, command: EditMessage) -> MessageView:
        message = self._get(command.message_id)
        if not message.is_editable_by(command.author_id):
            raise MessageNotFoundError
        return message

    def _get(self, message_id: int) -> MessageView:
        message = self._find(message_id)
        if message.deleted:
            raise MessageNotFoundError
        return message

    def _find(self, message_id: int) -> MessageView:
        found = self.read([clamp_int64(message_id)])
        if not found:
            raise MessageNotFoundError
        return found[0]

    def _update(self, statement: Any, message: MessageView, **values: object) -> None:
        self._connection.execute(statement, {'message_id': message.id, 'next_seq': self._next_seq(), **values})
        self._are_views_stale = True

    def _renumber_replies(self, message: MessageView) -> None:
        """Give the replies to a message new positions, since what they quote has changed."""
        replies = self._connection.execute(statements.REPLIES_TO, {'message_id': message.id}).scalars().all()
        if replies:
            numbers = [{'message_id': reply, 'next_seq': self._next_seq()} for reply in replies]
            self._connection.execute(statements.UPDATE, numbers)

    def _next_seq(self) -> int:
        self._seq += 1
        return self._seq


def _known_ids(connection: Connection, commands: Sequence[PostMessage | RoomCommand]) -> dict[tuple[str, str], int]:
    client_message_ids = [command.client_message_id for command in commands]
    known = connection.execute(statements.KNOWN, {'client_message_ids': client_message_ids})
    return {(author_id, client_message_id): message_id for author_id, client_message_id, message_id in known}


def _read(connection: Connection, ids: Collection[int]) -> list[MessageView]:
    return read_views(connection, statements.MESSAGES_WITH_IDS, ids=list(ids)) if ids else []
