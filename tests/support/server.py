"""The messenger as a process of its own, as an operator starts it."""

import asyncio
import os
import signal
import socket
import sqlite3
import sys
import urllib.request
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

WITHOUT_LIMITS = {'posts_per_second': 10_000, 'post_burst': 10_000, 'sessions_per_address': 10_000}  # tests are quick
ROOT = Path(__file__).parent.parent.parent
WITHOUT_FAST_WEBSOCKETS = """
from messenger import compat
compat.use_websocket_protocol = lambda: None
"""

both_ways = pytest.mark.parametrize('server', ['', WITHOUT_FAST_WEBSOCKETS], ids=['fast', 'fallback'], indirect=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port: int = probe.getsockname()[1]
        return port


def environment(**settings: object) -> dict[str, str]:
    """The environment of a person at a shell: without pytest's traces, with these settings."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(('PYTEST', 'NICEGUI', 'MESSENGER'))
    }
    return kept | {f'MESSENGER_{name.upper()}': str(value) for name, value in settings.items()}


class Server:
    """Starts, stops, kills and restarts one messenger with a database of its own."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.port = free_port()
        self.command: Sequence[str] = (sys.executable, str(ROOT / 'messenger_app.py'))
        self.database = folder / 'main.db'
        self.output = folder / 'output.txt'
        self._environment = environment(
            **{'database_url': f'sqlite:///{self.database}', 'host': '127.0.0.1', 'port': self.port}
            | WITHOUT_LIMITS
            | settings
        )
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f'http://127.0.0.1:{self.port}'

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def worsen(self, code: str) -> None:
        """Have it start, from the next time on, in a world that some Python code has made worse."""
        program = f'import sys\nsys.path.insert(0, {str(ROOT)!r})\n{code}\nimport messenger_app\nmessenger_app.main()'
        self.command = (sys.executable, '-c', program)

    async def restart_with(self, code: str) -> None:
        """Start it anew in a world that some Python code has made worse."""
        self.worsen(code)
        await self.stop()
        await self.start()

    async def start(self) -> None:
        with self.output.open('ab') as output:
            self._process = await asyncio.create_subprocess_exec(
                *self.command,
                cwd=self._folder, env=self._environment, stdout=output, stderr=output,
            )  # fmt: skip
        for _ in range(600):
            if await asyncio.to_thread(self.is_healthy):
                return
            assert self._process.returncode is None, self.output.read_text()
            await asyncio.sleep(0.05)
        raise AssertionError(f'no answer: {self.output.read_text()}')

    def send_signal(self, number: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Wait until it has ended by itself, and answer the exit status."""
        assert self._process
        return await asyncio.wait_for(self._process.wait(), 60)

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it, and answer the exit status."""
        assert self._process
        if self._process.returncode is None:
            self._process.send_signal(how)
        return await asyncio.wait_for(self._process.wait(), 10)

    async def kill(self) -> None:
        await self.stop(signal.SIGKILL)

    def kept(self, room_id: int | None = None) -> list[tuple[int, str]]:
        """The id and text of every message of a room, or of all, from first to last, but for those that tell of it."""
        in_room = '' if room_id is None else f'AND room_id = {room_id}'
        with closing(sqlite3.connect(f'file:{self.database}?mode=ro', uri=True)) as database:
            select = f"SELECT id, text FROM message WHERE notice = '' {in_room} ORDER BY id"
            return database.execute(select).fetchall()

    def is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f'{self.url}/health', timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
