"""Databases as earlier versions of the messenger made them, and looks at databases from outside."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import NullPool, create_engine, text

from messenger.storage.locks import ORDER_LOCK, TAKE_LOCK
from tests.support.postgres import libpq_url

FIRST = """
CREATE TABLE message (
    id INTEGER NOT NULL, seq INTEGER NOT NULL, author VARCHAR NOT NULL, author_key VARCHAR NOT NULL,
    "key" VARCHAR NOT NULL, text VARCHAR NOT NULL, sent_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT one_message_per_key_and_author UNIQUE (author_key, "key"),
    UNIQUE (seq)
);
"""
WITH_REACTIONS = """
CREATE TABLE message (
    id INTEGER NOT NULL, seq INTEGER NOT NULL, author VARCHAR NOT NULL, author_key VARCHAR NOT NULL,
    "key" VARCHAR NOT NULL, text VARCHAR NOT NULL, sent_at DATETIME NOT NULL,
    reply_to INTEGER, edited BOOLEAN NOT NULL, deleted BOOLEAN NOT NULL, reactions JSON NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT one_message_per_key_and_author UNIQUE (author_key, "key"),
    UNIQUE (seq)
);
CREATE INDEX ix_message_reply_to ON message (reply_to);
"""
KEY_FIRST = WITH_REACTIONS.replace('UNIQUE (author_key, "key")', 'UNIQUE ("key", author_key)')
STAMPED = f"""
{KEY_FIRST}
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES ('0003');
"""
JSON_REACTIONS = """
CREATE TABLE message (
    id INTEGER NOT NULL, seq INTEGER NOT NULL, author VARCHAR NOT NULL, author_id VARCHAR NOT NULL,
    client_message_id VARCHAR NOT NULL, text VARCHAR NOT NULL, sent_at DATETIME NOT NULL,
    reply_to INTEGER, edited BOOLEAN NOT NULL, deleted BOOLEAN NOT NULL, reactions JSON NOT NULL,
    continuation BOOLEAN NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT one_message_per_client_message_id UNIQUE (client_message_id, author_id),
    UNIQUE (seq)
);
CREATE INDEX ix_message_reply_to ON message (reply_to);
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES ('0004');
INSERT INTO message VALUES
    (1, 4, 'Ann', 'ann', 'a', 'Tea', '2026-01-02 12:00:00.000000', NULL, 1, 0, '[["👍", "ben", "Ben"]]', 0),
    (2, 2, 'Ben', 'ben', 'a', 'Yes', '2026-01-02 12:00:01.000000', 1, 0, 0, '[]', 0),
    (3, 5, 'Ben', 'ben', 'b', '', '2026-01-02 12:00:02.000000', NULL, 0, 1, '[]', 1);
"""
PLAIN_MESSAGES = """
INSERT INTO message (id, seq, author, author_key, "key", text, sent_at) VALUES
    (1, 1, 'Ann', 'ann', 'a', 'Grüße, 世界 🎉', '2026-01-02 12:00:00.000000'),
    (2, 2, 'Ann', 'ann', 'b', 'more', '2026-01-02 12:04:59.999999'),
    (3, 3, 'Ben', 'ben', 'a', 'Hello', '2026-01-02 12:05:00.000000');
"""
MESSAGES = """
INSERT INTO message VALUES
    (1, 4, 'Ann', 'ann', 'a', 'Tea', '2026-01-02 12:00:00.000000', NULL, 1, 0, '[["👍", "ben", "Ben"]]'),
    (2, 2, 'Ben', 'ben', 'a', 'Yes', '2026-01-02 12:00:01.000000', 1, 0, 0, '[]'),
    (3, 5, 'Ben', 'ben', 'b', '', '2026-01-02 12:00:02.000000', NULL, 0, 1, '[]');
"""
WITHOUT_SEARCH = """
CREATE TABLE message (
    id INTEGER NOT NULL, seq INTEGER NOT NULL, author VARCHAR NOT NULL, author_id VARCHAR NOT NULL,
    client_message_id VARCHAR NOT NULL, text VARCHAR NOT NULL, sent_at DATETIME NOT NULL,
    reply_to INTEGER, edited BOOLEAN NOT NULL, deleted BOOLEAN NOT NULL, continuation BOOLEAN NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT one_message_per_client_message_id UNIQUE (client_message_id, author_id),
    UNIQUE (seq)
);
CREATE INDEX ix_message_reply_to ON message (reply_to);
CREATE TABLE reaction (
    message_id INTEGER NOT NULL, emoji VARCHAR NOT NULL, author_id VARCHAR NOT NULL, author VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (message_id, emoji, author_id)
);
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES ('0005');
INSERT INTO message VALUES
    (1, 4, 'Ann', 'ann', 'a', 'Tea', '2026-01-02 12:00:00.000000', NULL, 1, 0, 0),
    (2, 2, 'Ben', 'ben', 'a', 'Yes', '2026-01-02 12:00:01.000000', 1, 0, 0, 0),
    (3, 5, 'Ben', 'ben', 'b', '', '2026-01-02 12:00:02.000000', NULL, 0, 1, 1);
INSERT INTO reaction VALUES (1, '👍', 'ben', 'Ben', 3);
"""
WITHOUT_ROOMS = (
    WITHOUT_SEARCH.replace("'0005'", "'0006'")
    + """
CREATE TABLE message_search (message_id INTEGER NOT NULL, author VARCHAR, text VARCHAR, PRIMARY KEY (message_id));
CREATE INDEX ix_message_search_changed ON message_search (message_id) WHERE text IS NULL;
CREATE TRIGGER message_search_note_change AFTER UPDATE OF text ON message WHEN new.text <> old.text BEGIN
    INSERT INTO message_search (message_id) VALUES (new.id) ON CONFLICT (message_id) DO UPDATE SET text = NULL;
END;
CREATE VIRTUAL TABLE message_fts USING fts5(
    text, content = 'message_search', content_rowid = 'message_id', tokenize = 'trigram case_sensitive 1', detail = none
);
CREATE TRIGGER message_fts_insert AFTER INSERT ON message_search WHEN new.text <> '' BEGIN
    INSERT INTO message_fts (rowid, text) VALUES (new.message_id, new.text);
END;
CREATE TRIGGER message_fts_update AFTER UPDATE OF text ON message_search BEGIN
    INSERT INTO message_fts (message_fts, rowid, text)
    SELECT 'delete', old.message_id, old.text WHERE old.text <> '';
    INSERT INTO message_fts (rowid, text) SELECT new.message_id, new.text WHERE new.text <> '';
END;
"""
)
EARLIER = {
    'first': FIRST + PLAIN_MESSAGES,
    'reactions': WITH_REACTIONS + MESSAGES,
    'key first': KEY_FIRST + MESSAGES,
    'stamped': STAMPED + MESSAGES,
    'json': JSON_REACTIONS,
    'without search': WITHOUT_SEARCH,
    'without files': WITHOUT_ROOMS,
}


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def create(path: Path, sql: str) -> None:
    with opened(path) as connection:
        connection.executescript(sql)


def rows(path: Path) -> list[tuple[object, ...]]:
    with opened(path) as connection:
        return connection.execute('SELECT * FROM message ORDER BY id').fetchall()


def schema(path: Path) -> dict[str, object]:
    """Everything that SQLite knows about the tables, without the spaces and quotes of how they were written."""
    with opened(path) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found: dict[str, object] = {
            table: connection.execute(f'PRAGMA table_xinfo({table})').fetchall() for table in tables
        }
        for table in tables:
            for _, index, unique, origin, partial in connection.execute(f'PRAGMA index_list({table})').fetchall():
                columns = tuple(column[2] for column in connection.execute(f'PRAGMA index_info({index})'))
                name = '' if index.startswith('sqlite_autoindex') else index
                found[f'{table} {name} {columns}'] = unique, origin, partial
        for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"):
            found[name] = ' '.join(sql.split())
        return found


def searchable(url: str, *, stale: bool = False) -> int:
    """How many messages are in the index of the search, or how many of them have changed since."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        statement = (
            f'SELECT count(*) FROM message_search WHERE author IS NOT NULL AND text IS {"" if stale else "NOT"} NULL'
        )
        return int(connection.execute(text(statement)).scalar_one())


@contextmanager
def held(url: str) -> Iterator[None]:
    """Another program writes, for as long as this lasts."""
    if url.startswith('sqlite'):
        with opened(Path(url.removeprefix('sqlite:///'))) as other:
            other.execute('BEGIN IMMEDIATE')
            yield
            other.execute('ROLLBACK')
    else:
        with psycopg.connect(libpq_url(url), autocommit=True) as connection, connection.transaction():
            connection.execute(TAKE_LOCK, {'lock': ORDER_LOCK})
            yield
