"""PostgreSQL: the tables of the register, and its statements. Nothing in them outlives the servers."""

from sqlalchemy import JSON, Boolean, Column, Float, Integer, String, Table

from messenger.storage import lease
from messenger.storage.lease import SERVERS
from models import Int64

login_session = Table(
    'login_session',
    SERVERS,
    Column('user_id', String, primary_key=True),
    Column('name', String, nullable=False),
    Column('token', String, nullable=False, unique=True),
    Column('name_look', String, nullable=False, index=True),
    Column('user_id_look', String, nullable=False, index=True),
    Column('network', String, nullable=False, index=True),
    Column('server', String, nullable=False, index=True),  # the token of its lease
    Column('connected', Boolean, nullable=False),
    Column('online', Boolean, nullable=False),
    Column('away', Boolean, nullable=False),
    Column('room_id', Int64, nullable=False, server_default='1'),
)
throttle = Table(
    'throttle',
    SERVERS,
    Column('id', Integer, primary_key=True, autoincrement=False),
    Column('state', JSON, nullable=False),
    Column('at', Float, nullable=False),
)

FIND = """
SELECT token, name, connected AND server = ANY(%(alive)s), server FROM login_session WHERE user_id = %(user_id)s
"""
FIND_LOOKALIKE = """
SELECT token, name, connected FROM login_session
WHERE (name_look = %(name_look)s OR user_id_look = %(user_id_look)s) AND user_id <> %(user_id)s
    AND server = ANY(%(alive)s)
LIMIT 1
"""
COUNT = 'SELECT count(*) FROM login_session WHERE network = %(network)s AND server = ANY(%(alive)s)'
ADD = """
INSERT INTO login_session (user_id, name, token, name_look, user_id_look, network, server, connected, online, away)
VALUES (%(user_id)s, %(name)s, %(token)s, %(name_look)s, %(user_id_look)s, %(network)s, %(server)s, true, false, false)
ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, token = excluded.token, name_look = excluded.name_look,
    user_id_look = excluded.user_id_look, network = excluded.network, server = excluded.server,
    connected = true, online = false, away = false, room_id = 1
"""
REMOVE = 'DELETE FROM login_session WHERE token = ANY(%(tokens)s)'
REMOVE_ALL = 'DELETE FROM login_session WHERE server = %(server)s'
FORGET = 'DELETE FROM login_session WHERE NOT EXISTS (SELECT FROM replica WHERE token = server)'
UPDATE = """
UPDATE login_session SET connected = wanted.connected, online = wanted.online, away = wanted.away,
    room_id = wanted.room_id
FROM unnest(%(user_ids)s::text[], %(connected)s::bool[], %(online)s::bool[], %(away)s::bool[], %(room_ids)s::bigint[])
    AS wanted (user_id, connected, online, away, room_id)
WHERE login_session.user_id = wanted.user_id AND server = %(server)s
"""
ELSEWHERE = f"""
SELECT name, user_id, away, room_id FROM login_session
WHERE online AND server <> %(server)s AND server IN ({lease.HEARD})
ORDER BY user_id
"""
MOVE = 'UPDATE login_session SET server = %(new)s WHERE server = %(old)s RETURNING token'
READ_THROTTLE = 'SELECT state, extract(epoch FROM clock_timestamp()) - at FROM throttle WHERE id = 1'
WRITE_THROTTLE = """
INSERT INTO throttle (id, state, at) VALUES (1, %(state)s::json, extract(epoch FROM clock_timestamp()))
ON CONFLICT (id) DO UPDATE SET state = excluded.state, at = excluded.at
"""
