"""The tables of the search: the folded texts of messages, and an index of their parts of three characters.

What is posted is added later, outside the transactions of those who post, and read as it is until then. So is a message
that was changed: the text of its row is NULL, and, if it was not added before, so is the author.
"""

from sqlalchemy import Column, Connection, Index, MetaData, String, Table, text

from models import Int64

TABLES = MetaData()
texts = Table(
    'message_search',
    TABLES,
    Column('message_id', Int64, primary_key=True, autoincrement=False),
    Column('author', String),
    Column('text', String),
)
is_changed = text('text IS NULL')
Index('ix_message_search_changed', texts.c.message_id, sqlite_where=is_changed, postgresql_where=is_changed)
# whoever changes a text, be it a server of an earlier version; also where a server is just about to add the old one
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
# up to which id all messages have been added, and which ids there are
LAST = text("""
SELECT coalesce((SELECT message_id FROM message_search WHERE author IS NOT NULL ORDER BY message_id DESC LIMIT 1), 0),
    coalesce((SELECT max(id) FROM message), 0)
""")


def create(connection: Connection) -> None:
    """Create the tables, with nothing in them yet."""
    TABLES.create_all(connection)
    for statement in STATEMENTS[connection.dialect.name]:
        connection.exec_driver_sql(statement)
