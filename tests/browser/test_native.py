"""The desktop window, a real one on a virtual screen."""

import asyncio
import importlib.util
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.server import ROOT, environment, free_port

TOOLS = ('Xvfb', 'xdotool', 'openbox')
PATIENCE = 120


@asynccontextmanager
async def running(*command: str, **options: Any) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that is gone in the end, whatever happens, and with it all that it has started."""
    process = await asyncio.create_subprocess_exec(*command, start_new_session=True, **options)
    try:
        yield process
    finally:
        for how in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, how)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 5)


@pytest.fixture
async def screen() -> AsyncIterator[str]:
    """A virtual screen with a window manager. Without the tools for it the test is skipped, but not in CI."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing or not importlib.util.find_spec('webview'):
        reason = f'The window needs {", ".join(missing) or "pywebview"}. See .ci/run for what to install.'
        (pytest.fail if os.environ.get('CI') else pytest.skip)(reason)
    # with -r, a key that a busy machine is slow to release does not repeat; with -noreset, the end of the first client
    # does not take along others that are just connecting
    xvfb = ['Xvfb', '-displayfd', '1', '-r', '-noreset', '-screen', '0', '1024x768x24', '-nolisten', 'tcp']
    async with running(*xvfb, stdout=asyncio.subprocess.PIPE) as server:
        assert server.stdout
        display = f':{(await server.stdout.readline()).decode().strip()}'
        async with running('openbox', env=os.environ | {'DISPLAY': display}):
            yield display


class Window:
    """The desktop window: real keys go in, and a look at its page tells when the next may follow."""

    def __init__(self, messenger: asyncio.subprocess.Process, display: str, devtools: str) -> None:
        self.messenger = messenger
        self._display = display
        self._devtools = devtools

    async def comes_to_front(self, title: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while await self._xdotool('getactivewindow', 'getwindowname') != title:
                assert self.messenger.returncode is None
                await self._xdotool('search', '--onlyvisible', '--name', f'^{title}$', 'windowactivate')
                await asyncio.sleep(0.25)

    async def shows(self, expression: str) -> None:
        """Wait until a JavaScript expression is true in the page."""
        async with asyncio.timeout(PATIENCE):
            while not await self._is_true(expression):
                assert self.messenger.returncode is None
                await asyncio.sleep(0.25)

    async def type(self, text: str, *, into: str) -> None:
        """Type into the field that a CSS selector names, as soon as it has the focus."""
        await self.shows(f'document.hasFocus() && document.activeElement.matches("{into}")')
        assert '\n' not in text  # xdotool would type the key Linefeed, which no page takes for Enter
        await self._xdotool('type', '--delay', '30', text)
        await self.shows(f'document.querySelector("{into}").value === "{text}"')

    async def press(self, key: str) -> None:
        await self._xdotool('key', key)

    async def _xdotool(self, *words: str) -> str:
        environment = os.environ | {'DISPLAY': self._display}
        async with (
            asyncio.timeout(PATIENCE),
            running('xdotool', *words, env=environment, stdout=asyncio.subprocess.PIPE) as tool,
        ):
            output, _ = await tool.communicate()
        return output.decode().strip()

    async def _is_true(self, expression: str) -> bool:
        question = {'id': 1, 'method': 'Runtime.evaluate', 'params': {'expression': f'Boolean({expression})'}}
        with suppress(aiohttp.ClientError, TimeoutError, TypeError, ValueError):  # there is no page yet, or another one
            async with aiohttp.ClientSession() as session:
                async with session.get(f'{self._devtools}/json/list') as answer:
                    [page] = await answer.json()
                async with session.ws_connect(page['webSocketDebuggerUrl']) as socket:
                    await socket.send_json(question)
                    told = await socket.receive_json(timeout=10)
                    return told.get('result', {}).get('result', {}).get('value') is True
        return False


@pytest.fixture
async def window(screen: str, house: Path) -> AsyncIterator[Window]:
    """The window of a messenger that is called Tea Room."""
    settings = environment(port=free_port(), database_url=f'sqlite:///{house}/main.db', title='Tea Room')
    devtools = f'127.0.0.1:{free_port()}'
    qt = {'QTWEBENGINE_DISABLE_SANDBOX': '1', 'QT_QPA_PLATFORM': 'xcb', 'PYWEBVIEW_GUI': 'qt', 'DISPLAY': screen}
    qt['QTWEBENGINE_REMOTE_DEBUGGING'] = devtools
    command = [sys.executable, str(ROOT / 'messenger_app.py'), '--native']
    async with running(*command, env=settings | qt, cwd=house) as messenger:
        yield Window(messenger, screen, f'http://{devtools}')


@pytest.mark.timeout(300)
async def test_a_real_window_logs_in_sends_and_ends_the_server_when_it_is_closed(window: Window, house: Path) -> None:
    await window.comes_to_front('Tea Room')
    await window.shows('window.did_handshake')
    await window.type('Ann', into='[name=username]')
    await window.press('Tab')
    await window.type('123', into='[name=password]')
    await window.press('Return')

    await window.type('hello', into='textarea[aria-label=Message]')
    await window.press('Return')
    await window.shows('document.querySelector(".message-list article")')
    with closing(sqlite3.connect(house / 'main.db')) as database:
        assert database.execute('select text from message').fetchall() == [('hello',)]

    await window.press('alt+F4')
    assert await asyncio.wait_for(window.messenger.wait(), PATIENCE) == 0
