"""Whether a message continues the one before it, and the field's names for ids."""

from alembic import op
from sqlalchemy import Boolean, Column

revision = '0004'
down_revision = '0003'

# SQLite's own functions for moments round to milliseconds; what is compared here are whole microseconds
CONTINUATION = """
UPDATE message SET continuation = id IN (
    SELECT id FROM (
        SELECT id, author_key, moment, lag(author_key) OVER earlier AS last_author_key, lag(moment) OVER earlier AS last
        FROM (
            SELECT id, author_key, CAST(strftime('%s', substr(sent_at, 1, 19)) AS INTEGER) * 1000000
                + CAST(substr(sent_at, 21) AS INTEGER) AS moment
            FROM message
        )
        WINDOW earlier AS (ORDER BY id)
    )
    WHERE author_key = last_author_key AND moment - last < 5 * 60 * 1000000
)
"""


def upgrade() -> None:
    op.add_column('message', Column('continuation', Boolean))
    op.execute(CONTINUATION)
    op.execute('ALTER TABLE message RENAME COLUMN author_key TO author_id')
    op.execute('ALTER TABLE message RENAME COLUMN key TO client_message_id')
    with op.batch_alter_table('message') as message:
        message.drop_constraint('one_message_per_key_and_author', type_='unique')
        message.create_unique_constraint('one_message_per_client_message_id', ['client_message_id', 'author_id'])
        message.alter_column('continuation', existing_type=Boolean(), nullable=False)
