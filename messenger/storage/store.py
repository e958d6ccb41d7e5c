"""Group commit and reads. Nothing here waits on the event loop: commits and reads run in worker threads."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection

from messenger.batching import Batcher
from messenger.storage import statements
from messenger.storage.commands import DeleteMessage, EditMessage
from messenger.storage.database import open_database
from messenger.storage.errors import (
    CommitError,
    ConnectionLostError,
    DatabaseUnavailableError,
    UncertainCommitError,
)
from messenger.storage.register import Register
from messenger.storage.rooms import read_rooms
from messenger.storage.search import search
from messenger.storage.statements import clamp_int64, is_storable, read_views
from messenger.storage.stored_files import StoredFiles
from messenger.storage.transaction import Command
from messenger.storage.upkeep import Upkeep
from models import GENERAL_ID, Changes, MessageView, RoomPage, RoomView, SearchPage, SearchQuery

LOCK_TIMEOUT = 5.0
ERASE_PAUSE = 30.0
INDEX_PAUSE = 20.0
T = TypeVar('T')
MAX_COMMANDS_PER_COMMIT = 1000
Outcome = MessageView | Exception
log = logging.getLogger('messenger')


@dataclass(frozen=True, slots=True)
class Pending:
    """A command that waits for the next commit, and who waits for it."""

    command: Command
    stored: asyncio.Future[MessageView]
    fencing_token: str


class Store:
    """Messages in a database, durable before anyone sees them. What is asked for at the same time is one commit.

    Text that was edited or deleted is gone from the disk within a minute.
    """

    def __init__(
        self,
        url: str,
        *,
        exclusive: bool = False,
        lock_timeout: float = LOCK_TIMEOUT,
        replica: str = '',
        erase_pause: float = ERASE_PAUSE,
        index_pause: float = INDEX_PAUSE,
    ) -> None:
        """Open the database, and create or upgrade its tables.

        :param url: of the database, as SQLAlchemy writes it
        :param exclusive: whether other servers that ask for the same are kept away, if it is a file
        :param lock_timeout: seconds to wait for another program that holds the database
        :param replica: name of this server among those that use the same database
        :param erase_pause: seconds between two times that old text is erased from the disk
        :param index_pause: seconds between two times that new messages are indexed for the search
        :raises DatabaseUnavailableError: if it cannot be read, cannot be written, or is not a database of this program
        """
        self._database = open_database(url, lock_timeout=lock_timeout, exclusive=exclusive, replica=replica)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix='store writer')  # a commit waits for no reader
        self._searcher = ThreadPoolExecutor(1, thread_name_prefix='store searcher')
        self._listener: Callable[[Changes], None] = lambda changes: None
        self._rewind_listener: Callable[[], None] = lambda: None
        self._database.on_changes(lambda changes: self._listener(changes), on_rewind=lambda: self._rewind_listener())
        self._writer = Batcher(self._write, name='store writer', limit=MAX_COMMANDS_PER_COMMIT)
        self._upkeep = Upkeep(self._database, erase_pause=erase_pause, index_pause=index_pause)
        self.files = StoredFiles(self._database)
        self._trouble = ''

    def start(self) -> None:
        """Begin to tell what other servers commit. The event loop must be running."""
        self._database.start()
        self._upkeep.start()

    def on_commit(self, listener: Callable[[Changes], None]) -> None:
        """Have ``listener`` called on the event loop after each commit that changed something, in order of ``seq``."""
        self._listener = listener

    def on_rewind(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called on the event loop when the history is another one than what was told (see `epoch`).

        Nothing else that was told holds any more, and what comes next may have positions that were told before.
        """
        self._rewind_listener = listener

    @property
    def epoch(self) -> str:
        """The history in which positions mean something; positions of different ones cannot be compared."""
        return self._database.epoch

    @property
    def is_heard(self) -> bool:
        """Whether the database has answered within the last seconds."""
        return self._database.is_heard

    @property
    def register(self) -> Register:
        """What the servers that use this database know of each other's users."""
        return self._database.register

    async def apply(self, command: Command) -> MessageView:
        """Queue a change for the next group commit and return the updated message.

        A message whose ``client_message_id`` this author has used before is not stored again: the first one is
        returned.

        :raises CommitError: if it could not be committed (disk full, database locked, read-only or moved away), or has
            text that no database takes
        :raises CommandError: if the rules of a message forbid it
        """
        values = [getattr(command, field.name) for field in fields(command)]
        texts = [text for value in values for text in (value if isinstance(value, tuple) else [value])]
        if not all(is_storable(text) for text in texts if isinstance(text, str)):
            raise CommitError('text that no database takes')
        stored: asyncio.Future[MessageView] = asyncio.get_running_loop().create_future()
        self._writer.add(Pending(command, stored, self._database.fencing_token))
        return await stored

    async def get(self, message_id: int) -> MessageView | None:
        """Return one message."""
        found = await self._read(statements.MESSAGES_WITH_IDS, ids=[clamp_int64(message_id)])
        return found[0] if found else None

    def read_rooms(self) -> list[RoomView]:
        """Return all rooms, the first that was made first; waits for the disk."""
        return self._database.read(read_rooms)

    async def rooms(self) -> list[RoomView]:
        """Return all rooms, the first that was made first."""
        return await asyncio.to_thread(self.read_rooms)

    async def newest_page(self, limit: int, *, room_id: int = GENERAL_ID) -> RoomPage:
        """Return the newest ``limit`` messages of a room, oldest first."""

        def read(connection: Connection) -> RoomPage:
            seq = connection.execute(statements.LAST).one().seq
            return RoomPage(seq, read_views(connection, statements.NEWEST, room_id=room_id, limit=limit)[::-1])

        return await asyncio.to_thread(self._database.read, read)

    async def page_before(self, message_id: int, limit: int, *, room_id: int = GENERAL_ID) -> list[MessageView]:
        """Return the ``limit`` messages of a room before the one with ``message_id``, oldest first."""
        values = {'message_id': clamp_int64(message_id), 'limit': limit, 'room_id': room_id}
        return (await self._read(statements.BEFORE, **values))[::-1]

    async def page_from(self, message_id: int, limit: int, *, room_id: int = GENERAL_ID) -> list[MessageView]:
        """Return the first ``limit`` messages of a room from the one with ``message_id`` on."""
        values = {'message_id': clamp_int64(message_id), 'limit': limit, 'room_id': room_id}
        return await self._read(statements.FROM, **values)

    async def changes_after(self, seq: int, limit: int) -> list[MessageView]:
        """Return the first ``limit`` messages that changed after position ``seq``, in order of their latest changes."""
        return await self._read(statements.CHANGES_AFTER, seq=clamp_int64(seq), limit=limit)

    async def room_changes_after(self, seq: int, limit: int, *, room_id: int) -> RoomPage:
        """Return the first ``limit`` messages of a room that changed after position ``seq``."""
        values = {'seq': clamp_int64(seq), 'limit': limit, 'room_id': room_id}

        def read(connection: Connection) -> RoomPage:
            last = connection.execute(statements.LAST).one().seq  # before the changes, which are then no fewer
            found = read_views(connection, statements.CHANGES_IN_ROOM_AFTER, **values)
            last_found = found[-1].seq if found else 0
            return RoomPage(last_found if len(found) == limit else max(last, last_found), found)

        return await asyncio.to_thread(self._database.read, read)

    async def unread(
        self, seen: Mapping[int, int], *, user_id: str, limit: int
    ) -> tuple[int, dict[int, list[MessageView]]]:
        """Return the id of the last message of all, and of each room the first ``limit`` unread messages of others.

        :param seen: the id of the last message that was seen, by the id of the room
        """

        def read(connection: Connection) -> tuple[int, dict[int, list[MessageView]]]:
            values = {'user_id': user_id, 'limit': limit}
            last = connection.execute(statements.LAST).one().id
            return last, {
                room_id: read_views(
                    connection, statements.UNREAD, room_id=room_id, message_id=clamp_int64(message_id), **values
                )
                for room_id, message_id in seen.items()
            }

        return await asyncio.to_thread(self._database.read, read)

    async def search(self, query: SearchQuery, *, before: int | None, limit: int) -> SearchPage:
        """Return the newest messages that are found.

        Where that takes more than a moment, these may be fewer than there are, or none.

        :param before: only messages with smaller ids count; None for all
        :param limit: most messages that are returned
        """
        work = partial(search, query=query, before=before, limit=limit)
        return await asyncio.get_running_loop().run_in_executor(self._searcher, self._database.read, work)

    async def close(self) -> None:
        """Commit what is queued, erase old text, and close the database."""
        self._upkeep.finish()
        await self._writer.close()
        await self._upkeep.close()
        await self._database.stop()
        self._searcher.shutdown()
        await asyncio.to_thread(self._database.close)
        self._thread.shutdown()

    async def _write(self, batch: Sequence[Pending]) -> None:
        token = self._database.fencing_token
        fresh = [pending for pending in batch if pending.fencing_token == token]
        for pending in batch:
            if pending.fencing_token != token:
                _resolve(pending.stored, CommitError('LeaseLostError'))
        commands = [pending.command for pending in fresh]
        outcomes: Sequence[Outcome]
        changes: Changes | None = None
        try:
            outcomes, changes = await self._run(partial(self._database.apply, commands, fencing_token=token))
            self._note_trouble('')
        except Exception as error:  # whatever it was, every sender is told
            self._note_trouble(f'{error}' if isinstance(error, DatabaseUnavailableError) else type(error).__name__)
            kind = UncertainCommitError if isinstance(error, ConnectionLostError) else CommitError
            outcomes = [kind(type(error).__name__) for _ in commands]
        for pending, outcome in zip(fresh, outcomes, strict=True):
            _resolve(pending.stored, outcome)
        if changes and changes.messages:
            self._upkeep.note(is_erasing=any(isinstance(command, EditMessage | DeleteMessage) for command in commands))
            self._database.committed(changes)  # here, since a sender may be gone before this
        else:
            self._database.look()  # a first attempt, or another server, may have committed something

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _note_trouble(self, trouble: str) -> None:
        """Log why nothing can be stored when that begins, and when it is over."""
        if trouble and trouble != self._trouble:
            log.error('Nothing can be stored. %s', trouble)
        elif self._trouble and not trouble:
            log.warning('Messages can be stored again.')
        self._trouble = trouble

    async def _read(self, statement: Any, **values: object) -> list[MessageView]:
        return await asyncio.to_thread(
            self._database.read, lambda connection: read_views(connection, statement, **values)
        )


def _resolve(stored: asyncio.Future[MessageView], outcome: Outcome) -> None:
    if stored.done():  # its sender has stopped waiting
        return
    if isinstance(outcome, Exception):
        stored.set_exception(outcome)
    else:
        stored.set_result(outcome)
