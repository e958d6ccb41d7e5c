"""PostgreSQL: tells of everything that is committed, by whichever server, in one order."""

from collections.abc import Callable, Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from messenger.storage.lease import Lease
from messenger.storage.listener import Connection, Listener
from messenger.storage.new_messages import DIALECT
from messenger.storage.statements import CHANGES_AFTER, FILES, REACTION_COLUMNS, files, messages, reactions, views_of
from models import Changes, MessageView

CHANGED = 'changed'  # the channel that tells of commits
LOOK_EVERY = 1.0
STEP = 200
# a standby that takes over may lack the last commits, and gives their numbers again
POSITION = """
SELECT system_identifier || left(pg_walfile_name(pg_current_wal_lsn()), 8), (SELECT coalesce(max(seq), 0) FROM message)
FROM pg_control_system()
"""
REACTIONS_TO_IT = (
    select(func.json_agg(aggregate_order_by(func.json_build_array(*REACTION_COLUMNS), reactions.c.position)))
    .where(reactions.c.message_id == messages.c.id)
    .scalar_subquery()
)
FILES_IN_IT = (
    select(
        func.json_agg(
            aggregate_order_by(func.json_build_array(*FILES.selected_columns), files.c.message_id, files.c.position)
        )
    )
    .where(files.c.message_id == messages.c.id)
    .scalar_subquery()
)
# one statement, since it is sent again and again, and the sending is what costs
CHANGES_AFTER_SQL = str(CHANGES_AFTER.add_columns(REACTIONS_TO_IT, FILES_IN_IT).compile(dialect=DIALECT))


class Follower:
    """The position up to which everything has been told, and what is told next.

    What this server commits is told at once if it comes next. Otherwise something of others lies between, which is read
    first: positions are told in their order, none twice, and none is left out.
    """

    def __init__(self, listener: Listener, lease: Lease, *, seq: int, epoch: str) -> None:
        """
        :param seq: position up to which there is nothing to tell
        :param epoch: identifies the history in which positions mean something (see ``POSITION``)
        """
        self.epoch = epoch
        self._listener = listener
        self._lease = lease
        self._told = seq
        self._must_look = False
        self._tell: Callable[[Changes], None] = lambda changes: None
        self._on_rewind: Callable[[], None] = lambda: None
        listener.on_connect(self._begin)
        listener.on(CHANGED, self._follow, every=LOOK_EVERY)

    def on_changes(self, tell: Callable[[Changes], None], *, on_rewind: Callable[[], None]) -> None:
        """Have all changes told.

        :param tell: called with what has changed
        :param on_rewind: called when the database has another history, such as that of a standby
        """
        self._tell, self._on_rewind = tell, on_rewind

    def committed(self, changes: Changes) -> None:
        """Note what this server has committed."""
        if changes.follows == self._told:
            self._told = changes.messages[-1].seq
            self._tell(changes)
        else:
            self.look()

    def look(self) -> None:
        """Look soon whether there is something new."""
        self._must_look = True
        self._listener.wake(CHANGED)

    async def _begin(self, connection: Connection) -> None:
        """Find out whether this is the history that has been told so far."""
        self._must_look = True  # nothing was heard meanwhile
        [(epoch, seq)] = await (await connection.execute(POSITION)).fetchall()
        if epoch != self.epoch:
            self.epoch, self._told = epoch, seq
            self._on_rewind()

    async def _follow(self, connection: Connection, payloads: Sequence[str]) -> None:
        if not self._must_look and payloads and all(payload == self._lease.token for payload in payloads):
            return  # it has been told already, or is about to be
        self._must_look = False
        changes = await _read_changes(connection, self._told)
        follows = self._told  # what has been committed here meanwhile has been told
        if new := [message for message in changes if message.seq > follows]:
            self._told = new[-1].seq
            self._tell(Changes(follows, new))
        if len(changes) == STEP:
            self.look()  # in steps, between which others have their turn: after a long cut there is much


async def _read_changes(connection: Connection, seq: int) -> list[MessageView]:
    rows = await (await connection.execute(CHANGES_AFTER_SQL, {'seq': seq, 'limit': STEP})).fetchall()
    reaction_rows, file_rows = ([found for row in rows for found in row[column] or ()] for column in (-2, -1))
    return views_of([row[:-2] for row in rows], reaction_rows, file_rows)
