"""PostgreSQL: the right of one server to write, which it loses when it has not been heard of for some time."""

import secrets

from sqlalchemy import Column, DateTime, MetaData, String, Table, func

TIME = 20  # seconds
HEARTBEAT = 5.0  # seconds
SERVERS = MetaData()
# what servers tell each other; nothing of it outlives them
replica = Table(
    'replica',
    SERVERS,
    Column('token', String, primary_key=True),
    Column('name', String, nullable=False),
    Column('seen_at', DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
HELD = f"SELECT name FROM replica WHERE token = %(token)s AND seen_at > clock_timestamp() - interval '{TIME} s'"
BEGIN = 'INSERT INTO replica (token, name) VALUES (%(token)s, %(name)s)'
PROLONG = f"""
UPDATE replica SET seen_at = clock_timestamp()
WHERE token = %(token)s AND seen_at > clock_timestamp() - interval '{TIME} s'
"""
FORGET = "DELETE FROM replica WHERE seen_at < clock_timestamp() - interval '1 day'"


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
        self.token = secrets.token_hex(8)
