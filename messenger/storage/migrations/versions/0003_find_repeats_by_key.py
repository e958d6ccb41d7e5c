"""The key before its author in the unique constraint, whose index finds repeats."""

from alembic import op

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    with op.batch_alter_table('message') as message:
        message.drop_constraint('one_message_per_key_and_author', type_='unique')
        message.create_unique_constraint('one_message_per_key_and_author', ['key', 'author_key'])
