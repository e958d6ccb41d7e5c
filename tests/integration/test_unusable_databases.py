"""A database that cannot be used is refused with a sentence for the operator."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from messenger.storage import DatabaseUnavailableError, Store
from messenger.storage.sqlite import explain_error


def a_text_file(house: Path) -> str:
    (house / 'notes.txt').write_text('Milk, bread, eggs. ' * 300)
    return 'notes.txt'


def no_folder(_: Path) -> str:
    return 'missing/main.db'


def a_folder(house: Path) -> str:
    (house / 'folder').mkdir()
    return 'folder'


def a_database_of_others(house: Path) -> str:
    with closing(sqlite3.connect(house / 'other.db')) as other:
        other.execute('create table message (id integer primary key, subject text)')
    return 'other.db'


def a_torn_database(house: Path) -> str:
    with closing(sqlite3.connect(house / 'torn.db')) as torn:
        torn.execute('create table message (id integer primary key)')
    content = (house / 'torn.db').read_bytes()
    (house / 'torn.db').write_bytes(content[:100] + os.urandom(len(content) - 100))
    return 'torn.db'


@pytest.mark.parametrize(
    ('make', 'sentence'),
    [
        (a_text_file, 'The file notes.txt is not a database. Move it away, or'),
        (no_folder, 'Check that the folder exists and is writable, or'),
        (a_folder, 'Check that the folder exists and is writable, or'),
        (a_database_of_others, 'was made by another program or version. Move it away, or'),
        (a_torn_database, 'is not a database. Move it away, or'),
    ],
)
def test_an_unusable_database_is_one_sentence_with_a_way_out(
    make: Callable[[Path], str], sentence: str, house: Path
) -> None:
    with pytest.raises(DatabaseUnavailableError) as caught:
        Store(f'sqlite:///{make(house)}')

    assert sentence in str(caught.value)
    assert 'MESSENGER_DATABASE_URL' in str(caught.value)
    assert '\n' not in str(caught.value)


def test_a_full_disk_is_one_sentence_with_a_way_out(house: Path) -> None:
    with closing(sqlite3.connect(house / 'full.db')) as full:
        full.execute('PRAGMA max_page_count = 1')
        with pytest.raises(sqlite3.OperationalError) as caught:
            full.execute('CREATE TABLE message (id INTEGER)')

    assert explain_error('full.db', OperationalError('', {}, caught.value)) == (
        'The disk of the database full.db is full or failing (database or disk is full). '
        'Make room, or replace the disk.'
    )


@pytest.mark.parametrize('missing', ['missing()', "fts5(text, tokenize = 'missing')"])
def test_an_sqlite_without_an_index_for_the_search_is_to_be_replaced(missing: str) -> None:
    with closing(sqlite3.connect(':memory:')) as old, pytest.raises(sqlite3.OperationalError) as caught:
        old.execute(f'CREATE VIRTUAL TABLE message_fts USING {missing}')

    sentence = explain_error('main.db', OperationalError('', {}, caught.value))
    assert 'Use a Python with SQLite 3.34 or newer and FTS5, or set MESSENGER_DATABASE_URL' in sentence
