"""Rooms; everything that has been said is in the first one."""

from alembic import op
from sqlalchemy import Boolean, Column, String, inspect

from models import Int64

revision = '0007'
down_revision = '0006'

GENERAL = {'id': 1, 'slug': 'general', 'name': 'general', 'name_key': 'general', 'topic': '', 'archived': False}


def upgrade() -> None:
    room = op.create_table(
        'room',
        Column('id', Int64, primary_key=True, autoincrement=False),
        Column('slug', String, nullable=False, unique=True),
        Column('name', String, nullable=False),
        Column('name_key', String, nullable=False, unique=True),
        Column('topic', String, nullable=False),
        Column('archived', Boolean, nullable=False),
    )
    op.bulk_insert(room, [GENERAL])
    op.add_column('message', Column('room_id', Int64, nullable=False, server_default='1'))
    op.add_column('message', Column('notice', String, nullable=False, server_default=''))
    op.create_index('ix_message_room_id_id', 'message', ['room_id', 'id'])
    op.create_index('ix_message_room_id_seq', 'message', ['room_id', 'seq'])
    if inspect(op.get_bind()).has_table('login_session'):  # PostgreSQL, where servers make this table by themselves
        op.add_column('login_session', Column('room_id', Int64, nullable=False, server_default='1'))
