"""A commit is on the disk before anybody is told."""

from messenger.storage.sqlite import SqliteDatabase


def test_commits_wait_for_the_disk(database_url: str) -> None:
    database = SqliteDatabase(database_url, lock_timeout=1)

    assert database.write(lambda connection: connection.exec_driver_sql('PRAGMA journal_mode').scalar()) == 'wal'
    assert database.write(lambda connection: connection.exec_driver_sql('PRAGMA synchronous').scalar()) == 2
    database.close()
