"""The command line: what it prints, and how it ends when it cannot start."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from messenger.storage import Store
from messenger.storage.commands import PostMessage
from tests.support.server import ROOT, Server, environment, free_port


def start(*options: str, house: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run the command until it ends by itself."""
    return subprocess.run(
        [sys.executable, str(ROOT / 'messenger_app.py'), *options],
        cwd=house, env=environment(**settings), capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def assert_one_sentence(ended: subprocess.CompletedProcess[str], *, saying: str) -> None:
    assert ended.returncode == 1
    assert ended.stdout == ''
    assert saying in ended.stderr
    assert ended.stderr.count('\n') == 1


def test_a_wrong_setting_ends_it(house: Path) -> None:
    assert_one_sentence(start(house=house, port='abc'), saying='MESSENGER_PORT must be a number from 1 to 65535')
    assert_one_sentence(
        start('--port', '70000', house=house), saying="--port must be a number from 1 to 65535, not '70"
    )


def test_an_occupied_port_ends_it(house: Path) -> None:
    with socket.create_server(('127.0.0.1', 0)) as other:
        port = str(other.getsockname()[1])
        ended = start('--host', '127.0.0.1', '--port', port, house=house)

    assert_one_sentence(
        ended, saying=f'Port {port} on 127.0.0.1 cannot be used (Address already in use). End the program'
    )


def test_a_host_that_is_not_this_machine_ends_it(house: Path) -> None:
    assert_one_sentence(
        start('--host', '192.0.2.77', house=house), saying='choose another with --port or MESSENGER_PORT'
    )
    assert_one_sentence(start('--host', 'no such host', house=house), saying='Choose another with --host')


def test_a_directory_for_files_that_cannot_be_used_ends_it(house: Path) -> None:
    (house / 'file').write_text('in the way')

    ended = start('--port', str(free_port()), house=house, files=house / 'file')

    assert_one_sentence(ended, saying='Make it a writable directory, or set MESSENGER_FILES to another one.')


def test_a_file_that_is_no_database_ends_it(house: Path) -> None:
    (house / 'main.db').write_text('Dear diary, ' * 500)

    assert_one_sentence(start('--port', str(free_port()), house=house), saying='The file main.db is not a database.')
    assert (house / 'main.db').read_text() == 'Dear diary, ' * 500


async def test_a_database_that_another_server_uses_ends_it(house: Path) -> None:
    first = Server(house)
    await first.start()
    (house / 'link.db').symlink_to(first.database)

    for name in ('main.db', 'link.db'):
        ended = await asyncio.to_thread(
            start, '--port', str(free_port()), house=house, database_url=f'sqlite:///{name}'
        )
        assert_one_sentence(
            ended, saying=f'Another messenger uses the database {name}. End it, or set MESSENGER_DATABASE_URL'
        )

    assert first.is_healthy()
    await first.kill()
    await first.start()
    await first.stop()


async def test_a_log_without_its_database_ends_it(store: Store, house: Path) -> None:
    await store.apply(PostMessage('Ann', 'ann', 'k', 'Hello', datetime.now(UTC)))
    shutil.copy(house / 'main.db-wal', house / 'killed.db-wal')

    ended = await asyncio.to_thread(start, '--port', str(free_port()), house=house, database_url='sqlite:///killed.db')

    assert_one_sentence(ended, saying='The database killed.db is missing, but its latest messages are in')


@pytest.mark.skipif(os.geteuid() == 0, reason='root may write everywhere')
def test_a_read_only_database_ends_it(house: Path) -> None:
    (house / 'main.db').touch(mode=0o444)
    house.chmod(0o555)

    assert_one_sentence(start('--port', str(free_port()), house=house), saying='is read-only')


def test_a_window_without_a_backend_or_a_screen_ends_it(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ('DISPLAY', 'WAYLAND_DISPLAY'):
        monkeypatch.delenv(name, raising=False)

    ended = start('--native', '--port', str(free_port()), house=house)

    assert_one_sentence(ended, saying='desktop window')


async def test_it_prints_where_to_go_and_warns_of_the_default_password(house: Path) -> None:
    server = Server(house, host='0.0.0.0', title='Tea Room')
    await server.start()
    await server.stop()

    output = server.output.read_text()
    assert f'Tea Room is ready: http://localhost:{server.port}' in output
    assert output.count('http://') == 1 + len(re.findall(r'http://\d+\.\d+\.\d+\.\d+:', output))
    assert 'Set MESSENGER_PASSWORD to one of your own.' in output


@pytest.mark.parametrize('settings', [{'password': 'open sesame', 'host': '0.0.0.0'}, {'host': '127.0.0.1'}])
async def test_there_is_no_warning_where_there_is_no_danger(settings: dict[str, str], house: Path) -> None:
    server = Server(house, **settings)
    await server.start()
    await server.stop()

    output = server.output.read_text()
    assert 'Warning' not in output
    assert 'sesame' not in output


@pytest.mark.parametrize('how', [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_when_it_is_told_to(how: signal.Signals, house: Path) -> None:
    server = Server(house)
    await server.start()

    await server.stop(how)

    assert 'Traceback' not in server.output.read_text()
    assert not server.is_healthy()
