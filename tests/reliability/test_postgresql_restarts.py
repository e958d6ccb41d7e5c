"""PostgreSQL restarts, ends connections, has none left, or no room on its disk."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from messenger.chat import Chat
from messenger.commands import ChatError
from messenger.storage import Store
from tests.integration.test_chat import ANN
from tests.reliability.conftest import ReadRows, StartWriter
from tests.support.faults import SENTENCE
from tests.support.postgres import Postgres, endurance, find_programs, libpq_url, on_postgres
from tests.support.writer import Writer, come_to_rest, longest_silence

pytestmark = on_postgres
ROOM = 12 * 2**20


async def start_talking(start_writer: StartWriter) -> list[Writer]:
    writers = [await start_writer(name) for name in 'ab']
    for writer in writers:
        writer.do('talk', 20)
    return writers


@pytest.mark.parametrize('rounds', [1, pytest.param(30, marks=endurance)])
async def test_restart_loses_and_doubles_nothing_and_is_over_in_three_seconds(
    rounds: int, start_writer: StartWriter, read_rows: ReadRows, postgres: Postgres
) -> None:
    writers = await start_talking(start_writer)
    for _ in range(rounds):
        await writers[0].has_got_through(100)
        await asyncio.to_thread(postgres.restart, 'immediate')
        back_at = time.monotonic()
        await asyncio.gather(*[writer.has_got_through(100) for writer in writers])
        assert max(longest_silence(writer, back_at) for writer in writers) < 3

    await come_to_rest(writers, read_rows)


async def test_ended_connections_lose_and_double_nothing(
    start_writer: StartWriter, read_rows: ReadRows, postgres: Postgres, database_url: str
) -> None:
    writers = await start_talking(start_writer)
    for who in ("query ~ 'INSERT|BEGIN|COMMIT'", "query ~ 'LISTEN|seq >'", "application_name = 'a'", 'true') * 3:
        await asyncio.gather(*[writer.has_got_through(20) for writer in writers])
        postgres.terminate(database_url, who)
        ended_at = time.monotonic()
        await asyncio.gather(*[writer.has_got_through(20) for writer in writers])
        assert max(longest_silence(writer, ended_at) for writer in writers) < 2

    await come_to_rest(writers, read_rows)


@pytest.fixture
def small_postgres() -> Iterator[Postgres]:
    programs = find_programs()
    assert programs
    small = Postgres(programs, max_connections=8, superuser_reserved_connections=0)
    yield small
    small.remove()


@pytest.mark.usefixtures('postgres')
async def test_without_a_free_connection_senders_are_told_so_and_it_goes_on_by_itself(
    small_postgres: Postgres,
) -> None:
    store = Store(url := small_postgres.create_database(), replica='a')
    chat = Chat(store, max_length=100)
    store.start()
    await chat.post('before', by=ANN, client_message_id='1')
    with ExitStack() as others:
        small_postgres.terminate(url)
        while True:
            try:
                others.enter_context(psycopg.connect(libpq_url(url), autocommit=True))
            except psycopg.OperationalError:
                break
        with pytest.raises(ChatError, match='so it is tried again'):
            await chat.post('after', by=ANN, client_message_id='2')

    await chat.post('after', by=ANN, client_message_id='2')

    assert [message.text for message in (await chat.newest_page(10)).messages] == ['before', 'after']
    await store.close()


@pytest.fixture
def small_disk(postgres: Postgres) -> Iterator[Path]:
    """A small disk with a tablespace of PostgreSQL on it."""
    folder = Path(tempfile.mkdtemp(prefix='disk'))
    mounting = ['mount', '-t', 'tmpfs', '-o', f'size={ROOM}', 'tmpfs', str(folder)]
    if os.geteuid() or subprocess.run(mounting, check=False, capture_output=True).returncode:
        folder.rmdir()
        pytest.skip('Only root can mount a small disk, and not in every container.')
    shutil.chown(folder, 'postgres')
    postgres.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
    yield folder
    postgres.execute('DROP TABLESPACE small')
    subprocess.run(['umount', folder], check=True)
    folder.rmdir()


async def test_full_disk_is_told_to_senders_who_keep_their_text_and_it_goes_on_by_itself(
    small_disk: Path, postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    url = postgres.create_database('TABLESPACE small')
    store = Store(url, replica='a')
    chat = Chat(store, max_length=10_000)
    store.start()
    await chat.post('before', by=ANN, client_message_id='0')
    filler = small_disk / 'filler'
    room = os.statvfs(small_disk)
    filler.write_bytes(bytes((room.f_bavail - 1) * room.f_frsize))

    posts = [chat.post(os.urandom(4000).hex(), by=ANN, client_message_id=f'{number}') for number in range(1, 200)]
    refused = {f'{refusal}' for refusal in await asyncio.gather(*posts, return_exceptions=True)}
    assert refused == {SENTENCE}
    filler.unlink()
    await chat.post('after', by=ANN, client_message_id='after')

    assert (await chat.newest_page(1)).messages[0].text == 'after'
    assert 'has no room' in caplog.text
    await store.close()
    postgres.drop_database(url)
