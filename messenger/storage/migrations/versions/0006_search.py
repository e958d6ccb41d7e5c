"""The tables of the search, which fill themselves while the server runs."""

from alembic import op
from sqlalchemy import Column, String, text

from models import Int64

revision = '0006'
down_revision = '0005'

NOTE_CHANGE = """
    INSERT INTO message_search (message_id) VALUES (new.id)
    ON CONFLICT (message_id) DO UPDATE SET text = NULL;
"""
STATEMENTS = {
    'sqlite': (
        f"""
        CREATE TRIGGER message_search_note_change AFTER UPDATE OF text ON message WHEN new.text <> old.text BEGIN
            {NOTE_CHANGE}
        END
        """,
        """
        CREATE VIRTUAL TABLE message_fts USING fts5(
            text, content = 'message_search', content_rowid = 'message_id', tokenize = 'trigram case_sensitive 1',
            detail = none
        )
        """,
        """
        CREATE TRIGGER message_fts_insert AFTER INSERT ON message_search WHEN new.text <> '' BEGIN
            INSERT INTO message_fts (rowid, text) VALUES (new.message_id, new.text);
        END
        """,
        """
        CREATE TRIGGER message_fts_update AFTER UPDATE OF text ON message_search BEGIN
            INSERT INTO message_fts (message_fts, rowid, text)
            SELECT 'delete', old.message_id, old.text WHERE old.text <> '';
            INSERT INTO message_fts (rowid, text) SELECT new.message_id, new.text WHERE new.text <> '';
        END
        """,
    ),
    'postgresql': (
        'CREATE EXTENSION IF NOT EXISTS pg_trgm',
        'CREATE INDEX ix_message_search_text ON message_search USING gin (text gin_trgm_ops)',
        f"""
        CREATE FUNCTION message_search_note_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            {NOTE_CHANGE}
            RETURN NULL;
        END $$
        """,
        """
        CREATE TRIGGER message_search_note_change AFTER UPDATE OF text ON message
        FOR EACH ROW WHEN (new.text <> old.text) EXECUTE FUNCTION message_search_note_change()
        """,
    ),
}


def upgrade() -> None:
    op.create_table(
        'message_search',
        Column('message_id', Int64, primary_key=True, autoincrement=False),
        Column('author', String),
        Column('text', String),
    )
    changed = text('text IS NULL')
    op.create_index(
        'ix_message_search_changed', 'message_search', ['message_id'], sqlite_where=changed, postgresql_where=changed
    )
    for statement in STATEMENTS[op.get_bind().dialect.name]:
        op.execute(statement)
