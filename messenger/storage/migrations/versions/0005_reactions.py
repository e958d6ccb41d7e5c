"""Reactions in a table of their own, so that a message has only so many and one more does not rewrite all of them."""

from alembic import op
from sqlalchemy import Column, Integer, String

revision = '0005'
down_revision = '0004'

# each reaction was a change of its own, so no number in a list exceeds the position of a change to come
MOVE = """
INSERT OR IGNORE INTO reaction (message_id, emoji, author_id, author, position)
SELECT message.id, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), key
FROM message, json_each(message.reactions)
WHERE key < 500
"""


def upgrade() -> None:
    op.create_table(
        'reaction',
        Column('message_id', Integer, primary_key=True),
        Column('emoji', String, primary_key=True),
        Column('author_id', String, primary_key=True),
        Column('author', String, nullable=False),
        Column('position', Integer, nullable=False),
    )
    op.execute(MOVE)
    op.drop_column('message', 'reactions')
