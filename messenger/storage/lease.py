"""PostgreSQL: the right of one server to write and to hold names, which ends when it is not heard of any more."""

import secrets
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import Column, DateTime, Identity, Integer, MetaData, String, Table, func

from messenger.storage.listener import Connection, Listener
from messenger.storage.locks import SERVER_LOCKS

TIME = 20  # seconds
HEARTBEAT = 2.0  # seconds
CHANNEL = 'lease'
SERVERS = MetaData()
# what servers tell each other; nothing of it outlives them
replica = Table(
    'replica',
    SERVERS,
    Column('token', String, primary_key=True),
    Column('id', Integer, Identity(), nullable=False),
    Column('name', String, nullable=False),
    Column('seen_at', DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
HEARD = f"SELECT token FROM replica WHERE seen_at > clock_timestamp() - interval '{TIME} s'"
HELD = f'{HEARD} AND token = %(token)s'
# A server that is killed is gone at once, since PostgreSQL frees its lock. One that is stopped keeps it for its lease.
ALIVE = f"""
{HEARD} AND EXISTS (
    SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE datname = current_database() AND locktype = 'advisory' AND classid = {SERVER_LOCKS}
        AND objid = replica.id::oid
)
"""
BEGIN = 'INSERT INTO replica (token, name) VALUES (%(token)s, %(name)s)'
END = 'DELETE FROM replica WHERE token = %(token)s'
FORGET_NAMESAKES = f"DELETE FROM replica WHERE name = %(name)s AND name <> '' AND token NOT IN ({ALIVE})"
FORGET = "DELETE FROM replica WHERE seen_at < clock_timestamp() - interval '1 hour'"
LOCK = f'SELECT pg_advisory_lock_shared({SERVER_LOCKS}, id) FROM replica WHERE token = %(token)s'
PROLONG = f'UPDATE replica SET seen_at = clock_timestamp() WHERE token IN ({HELD})'


def new_token() -> str:
    """Return a fencing token."""
    return secrets.token_hex(8)


class Lease:
    """The lease of one server, by the database's clock.

    ``token`` is its fencing token: what was decided under an earlier one may not be written any more, since others may
    have taken the names of this server's users in the meantime.
    """

    def __init__(self, name: str) -> None:
        """
        :param name: of the server, by which the load balancer knows it
        """
        self.name = name
        self.token = new_token()

    def keep(self, listener: Listener, *, renew: Callable[[Connection], Awaitable[None]]) -> None:
        """Prolong the lease as long as the listener hears.

        :param renew: called when the lease is lost; begins another one, with another token
        """

        async def prolong(connection: Connection, _: Sequence[str]) -> None:
            if not (await connection.execute(PROLONG, {'token': self.token})).rowcount:
                await renew(connection)
                await self._lock(connection)

        listener.on_connect(self._lock)
        listener.on(CHANNEL, prolong, every=HEARTBEAT)

    async def _lock(self, connection: Connection) -> None:
        await connection.execute(LOCK, {'token': self.token})
