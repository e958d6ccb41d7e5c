"""The load balancer that is shipped, with other addresses: HAProxy from Debian's package."""

import asyncio
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.support.server import ROOT, free_port

CONFIGURATION = ROOT / 'deploy' / 'haproxy.cfg'


def find_haproxy() -> str | None:
    """The path of HAProxy, None if it is not installed."""
    return shutil.which('haproxy', path=f'{os.environ.get("PATH", "")}:/usr/sbin')


class Balancer:
    """Forwards to servers on this machine."""

    def __init__(self, program: str, folder: Path, replacements: Mapping[str, str]) -> None:
        """
        :param replacements: parts of the configuration, and what stands for them here
        """
        self.port = free_port()
        self._program = program
        self._output = folder / 'haproxy.txt'
        self._file = folder / 'haproxy.cfg'
        configuration = CONFIGURATION.read_text()
        for part, replacement in {'bind :8000': f'bind 127.0.0.1:{self.port}', **replacements}.items():
            assert part in configuration, part
            configuration = configuration.replace(part, replacement)
        self._file.write_text(configuration)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f'http://127.0.0.1:{self.port}'

    async def start(self) -> None:
        with self._output.open('ab') as output:
            self._process = await asyncio.create_subprocess_exec(
                self._program, '-db', '-f', str(self._file), stdout=output, stderr=output
            )
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection('127.0.0.1', self.port)
            except OSError:
                assert self._process.returncode is None, self._output.read_text()
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
        raise AssertionError(f'no answer: {self._output.read_text()}')

    async def kill(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
