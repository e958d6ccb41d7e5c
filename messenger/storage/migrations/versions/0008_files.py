"""The table of the files that users send."""

from alembic import op
from sqlalchemy import Column, Integer, String, text

from models import Int64, UtcDateTime

revision = '0008'
down_revision = '0007'


def upgrade() -> None:
    op.create_table(
        'file',
        Column('token', String, primary_key=True),
        Column('message_id', Int64),
        Column('position', Integer, nullable=False),
        Column('user_id', String, nullable=False),
        Column('upload_id', String, nullable=False),
        Column('name', String, nullable=False),
        Column('size', Int64, nullable=False),
        Column('media_type', String, nullable=False),
        Column('width', Integer),
        Column('height', Integer),
        Column('sha256', String, nullable=False),
        Column('uploaded_at', UtcDateTime, nullable=False),
    )
    op.create_index('ix_file_message_id', 'file', ['message_id'])
    complete = text("sha256 <> ''")
    op.create_index(
        'one_file_per_upload',
        'file',
        ['user_id', 'upload_id'],
        unique=True,
        sqlite_where=complete,
        postgresql_where=complete,
    )
