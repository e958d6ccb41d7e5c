"""The desktop window: what is said when there cannot be one, and a real one on a virtual screen."""

import asyncio
import importlib.util
import os
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import messenger_app
from tests.server import ROOT, environment, free_port

TOOLS = ('Xvfb', 'xdotool', 'openbox')


def pretend(monkeypatch: pytest.MonkeyPatch, *, installed: set[str], screen: bool) -> None:
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: name if name in installed else None)
    monkeypatch.setattr(sys, 'platform', 'linux')
    for name in ('DISPLAY', 'WAYLAND_DISPLAY'):
        monkeypatch.delenv(name, raising=False)
    if screen:
        monkeypatch.setenv('DISPLAY', ':0')


@pytest.mark.parametrize('installed', [set(), {'webview'}, {'PyQt6'}])
def test_without_a_backend_it_says_the_command_that_installs_one(
    installed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, installed=installed, screen=True)

    with pytest.raises(messenger_app.CannotStart, match=r'Install it with: pip install "pywebview\[qt\]"'):
        messenger_app.check_window()


def test_without_a_screen_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, installed={'webview', 'PyQt6'}, screen=False)

    with pytest.raises(messenger_app.CannotStart, match='There is no screen for a desktop window'):
        messenger_app.check_window()


@pytest.mark.parametrize('backend', ['PyQt6', 'PySide6', 'gi'])
def test_with_a_backend_and_a_screen_it_may_start(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, installed={'webview', backend}, screen=True)

    messenger_app.check_window()


@pytest.fixture
async def screen() -> AsyncIterator[str]:
    """A virtual screen with a window manager. Without the tools for it the test is skipped, but not in CI."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing or not importlib.util.find_spec('webview'):
        reason = f'The window needs {", ".join(missing) or "pywebview"}. See .ci/run for what to install.'
        (pytest.fail if os.environ.get('CI') else pytest.skip)(reason)
    read, write = os.pipe()
    xvfb = await asyncio.create_subprocess_exec(
        'Xvfb', '-displayfd', str(write), '-screen', '0', '1024x768x24', '-nolisten', 'tcp', pass_fds=[write]
    )
    display = f':{(await asyncio.to_thread(os.read, read, 16)).decode().strip()}'
    manager = await asyncio.create_subprocess_exec('openbox', env=os.environ | {'DISPLAY': display})
    yield display
    for process in (manager, xvfb):
        process.terminate()
        await process.wait()


async def xdotool(display: str, *words: str) -> str:
    tool = await asyncio.create_subprocess_exec(
        'xdotool', *words, env=os.environ | {'DISPLAY': display}, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await tool.communicate()
    return output.decode().strip()


async def test_a_real_window_logs_in_sends_and_ends_the_server_when_it_is_closed(screen: str, house: Path) -> None:
    settings = environment(port=free_port(), database_url=f'sqlite:///{house}/main.db', title='Tea Room')
    qt = {'QTWEBENGINE_DISABLE_SANDBOX': '1', 'QT_QPA_PLATFORM': 'xcb', 'PYWEBVIEW_GUI': 'qt', 'DISPLAY': screen}
    command = [sys.executable, str(ROOT / 'messenger_app.py'), '--native']
    messenger = await asyncio.create_subprocess_exec(*command, env=settings | qt, cwd=house)

    window = ''
    while not window:
        assert messenger.returncode is None
        await asyncio.sleep(0.25)
        window = await xdotool(screen, 'search', '--onlyvisible', '--name', '^Tea Room$')
    said = asyncio.create_task(wait_for_a_message(house))
    while not said.done():  # the page takes its time to be drawn, so whoever is too quick starts again
        await asyncio.sleep(2)
        await xdotool(screen, 'windowactivate', '--sync', window)
        await xdotool(screen, 'type', '--delay', '30', 'Ann\t123\n')
        await asyncio.sleep(3)
        await xdotool(screen, 'type', '--delay', '30', 'hello\n')
        await asyncio.sleep(1)
    await xdotool(screen, 'key', 'alt+F4')

    assert 'hello' in await said
    assert await asyncio.wait_for(messenger.wait(), 30) == 0


async def wait_for_a_message(house: Path) -> list[str]:
    while True:
        await asyncio.sleep(0.2)
        if (house / 'main.db').exists():
            with sqlite3.connect(house / 'main.db') as database:
                if texts := [text for (text,) in database.execute('select text from message')]:
                    return texts
