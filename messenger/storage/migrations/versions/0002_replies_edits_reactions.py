"""Replies, edits, deletions and reactions."""

from alembic import op
from sqlalchemy import JSON, Boolean, Column, Integer

revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    op.add_column('message', Column('reply_to', Integer))
    op.add_column('message', Column('edited', Boolean))
    op.add_column('message', Column('deleted', Boolean))
    op.add_column('message', Column('reactions', JSON))
    op.execute("UPDATE message SET edited = false, deleted = false, reactions = '[]'")
    with op.batch_alter_table('message') as message:
        message.alter_column('edited', existing_type=Boolean(), nullable=False)
        message.alter_column('deleted', existing_type=Boolean(), nullable=False)
        message.alter_column('reactions', existing_type=JSON(), nullable=False)
    op.create_index('ix_message_reply_to', 'message', ['reply_to'])
