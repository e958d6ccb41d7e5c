"""A server under test as a process of its own on a core of its own, and what it costs."""

import asyncio
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType

from benchmarks import strain

ROOT = Path(__file__).parent.parent
PRODUCT = [str(ROOT / 'messenger_app.py')]
CORES = sorted(os.sched_getaffinity(0))
PR_SET_PDEATHSIG = 1
TICK = os.sysconf('SC_CLK_TCK')


def take_generator_core() -> None:
    """Keep the load generator, which is this process, off the core of the servers."""
    os.sched_setaffinity(0, {CORES[-1]})


def take_server_core() -> None:
    os.sched_setaffinity(0, {CORES[0]})


def _become_server() -> None:
    take_server_core()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # end with the load generator, however that ends


class Server:
    """A Python program that listens on ``port``; started with ``async with``, in a folder of its own.

    :param command: what Python shall run; the product unless given
    """

    def __init__(self, command: list[str] | None = None, *, database: Path | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(('127.0.0.1', 0))
            self.port: int = probe.getsockname()[1]
        self._command = command or PRODUCT
        self._folder = Path(tempfile.mkdtemp(prefix='benchmark-'))
        self.database = database or self._folder / 'main.db'
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> 'Server':
        self.launch()
        while True:
            try:
                _, writer = await asyncio.open_connection('127.0.0.1', self.port)
            except OSError:
                assert self.is_running, self.output
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        assert self._process
        strain.current.note(wait=self._wait_share)
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        shutil.rmtree(self._folder, ignore_errors=True)

    def launch(self) -> None:
        """Start it without waiting."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(('NICEGUI', 'MESSENGER'))}
        settings = {'HOST': '127.0.0.1', 'PORT': self.port, 'DATABASE_URL': f'sqlite:///{self.database}'}
        environment = kept | {f'MESSENGER_{name}': str(value) for name, value in settings.items()}
        with (self._folder / 'output.txt').open('wb') as output:
            self._process = subprocess.Popen(
                [sys.executable, *self._command], cwd=self._folder, stdout=output, stderr=output,
                env=environment | {'PYTHONPATH': str(ROOT)}, preexec_fn=_become_server,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def output(self) -> str:
        return (self._folder / 'output.txt').read_text()

    @property
    def cpu(self) -> float:
        """Seconds of CPU used so far, all threads together."""
        values = Path(f'/proc/{self.pid}/stat').read_text().rpartition(')')[2].split()
        return (int(values[11]) + int(values[12])) / TICK

    @property
    def _wait_share(self) -> float:
        """Share of the time its main thread could run that it had to wait for its core."""
        if not self.is_running:
            return 0.0
        ran, waited, _ = map(int, Path(f'/proc/{self.pid}/schedstat').read_text().split())
        return waited / (ran + waited)

    @property
    def memory(self) -> float:
        """Memory that is its own, in KiB."""
        lines = Path(f'/proc/{self.pid}/smaps_rollup').read_text().splitlines()
        return sum(float(line.split()[1]) for line in lines if line.startswith('Private_'))
