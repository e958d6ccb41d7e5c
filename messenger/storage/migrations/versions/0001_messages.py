"""Messages, as the first version stored them."""

from alembic import op
from sqlalchemy import Column, DateTime, Integer, String, UniqueConstraint

revision = '0001'
down_revision = None


def upgrade() -> None:
    op.create_table(
        'message',
        Column('id', Integer, primary_key=True),
        Column('seq', Integer, nullable=False),
        Column('author', String, nullable=False),
        Column('author_key', String, nullable=False),
        Column('key', String, nullable=False),
        Column('text', String, nullable=False),
        Column('sent_at', DateTime, nullable=False),
        UniqueConstraint('author_key', 'key', name='one_message_per_key_and_author'),
        UniqueConstraint('seq'),
    )
