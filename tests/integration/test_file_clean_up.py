"""Files that nobody needs are removed from the disk, on both engines; no others are."""

from datetime import timedelta
from pathlib import Path

from messenger.files import Files
from messenger.storage import FileStore, Store
from tests.support.files import ANN, NOON, PDF, MakeFiles, Moment, on_disk, pieces
from tests.support.postgres import both_engines

pytestmark = both_engines


async def test_what_is_never_posted_is_removed_after_a_day(files: Files, folder: Path, moment: Moment) -> None:
    old = await files.receive(pieces(PDF), name='old', upload_id='1', by=ANN)
    moment.now += timedelta(hours=1)
    new = await files.receive(pieces(PDF), name='new', upload_id='2', by=ANN)
    await files.clean_up()
    assert len(on_disk(folder)) == 2

    moment.now += timedelta(hours=23, seconds=1)
    await files.clean_up()

    assert (await files.find(old.token), await files.find(new.token)) == (None, new)
    assert on_disk(folder) == [await files.path(new)]
    assert (await files.receive(pieces(PDF), name='old', upload_id='1', by=ANN)).token != old.token


async def leave_half(store: Store, folder: Path) -> None:
    """Leave what a server leaves that is killed while it receives a file."""
    token = await store.files.begin('half', user_id='ann', upload_id='killed', now=NOON)
    assert isinstance(token, str)
    incoming = FileStore(folder).receive(token)
    incoming.write(PDF)
    incoming.replacement.write_bytes(PDF)


async def test_what_a_killed_server_left_is_removed_at_the_next_start(
    store: Store, make_files: MakeFiles, folder: Path, moment: Moment
) -> None:
    await leave_half(store, folder)
    assert len(on_disk(folder)) == 2
    moment.now += timedelta(seconds=1)

    await make_files().clean_up()

    assert on_disk(folder) == []


async def test_what_another_server_may_be_receiving_stays_for_a_day(
    store: Store, make_files: MakeFiles, folder: Path, moment: Moment
) -> None:
    await leave_half(store, folder)
    moment.now += timedelta(hours=23)
    files = make_files(is_shared=True)

    await files.clean_up()
    assert len(on_disk(folder)) == 2

    moment.now += timedelta(hours=2)
    await files.clean_up()
    assert on_disk(folder) == []


async def test_files_of_another_database_in_the_same_directory_stay(files: Files, folder: Path) -> None:
    foreign = folder / 'ab' / ('c' * 62)
    foreign.parent.mkdir()
    foreign.write_bytes(PDF)

    await files.clean_up()

    assert foreign.exists()
