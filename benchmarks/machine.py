"""The machine that figures are measured on: servers on a core of their own, what they cost, and who else uses it."""

import os
import platform
import re
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from tests.support.postgres import Postgres
from tests.support.server import Server

T = TypeVar('T')
CORES = sorted(os.sched_getaffinity(0))
ENDING_WITH_US = ('setpriv', '--pdeathsig', 'KILL')  # with the load generator, however that ends
LAUNCHER = (*ENDING_WITH_US, 'taskset', '--cpu-list', str(CORES[0]))  # on the servers' core
TICK = os.sysconf('SC_CLK_TCK')
cpu_of_databases = 0.0  # seconds, of the ended ones, which are nobody's children


def cpu_of(server: Server) -> float:
    """Return the seconds of CPU that a server has used, all threads together, to the nanosecond."""
    tasks = Path(f'/proc/{server.pid}/task').iterdir()
    return sum(int((task / 'schedstat').read_text().split()[0]) for task in tasks) / 1e9


def cpu_of_postgres(postgres: Postgres) -> float:
    """Return the seconds of CPU that all processes of a PostgreSQL have used, the ended ones to a hundredth."""
    root = Path('/proc', str(postgres.pid))
    running = [str(postgres.pid), *(root / 'task' / root.name / 'children').read_text().split()]
    cpu = 0.0
    for pid in running:
        with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            cpu += int(Path('/proc', pid, 'schedstat').read_text().split()[0]) / 1e9
    ended = (root / 'stat').read_text().rpartition(')')[2].split()[13:15]
    return cpu + sum(map(int, ended)) / TICK


def remove(postgres: Postgres) -> None:
    """End a PostgreSQL, and note that what it has used was ours."""
    global cpu_of_databases
    cpu_of_databases += cpu_of_postgres(postgres)
    postgres.remove()


@contextmanager
def all_cores() -> Iterator[None]:
    """Let this process, and what it starts meanwhile, run on all cores."""
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, CORES)
    yield
    os.sched_setaffinity(0, own)


def memory_of(server: Server) -> float:
    """Return the memory that is a server's own, in KiB."""
    lines = Path(f'/proc/{server.pid}/smaps_rollup').read_text().splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith('Private_'))


def cpu_of_others() -> float:
    """Return the seconds of CPU that neither this process nor its ended children and databases have used."""
    user, nice, system, _, _, _, _, stolen = map(int, Path('/proc/stat').read_text().split()[1:9])
    return (user + nice + system + stolen) / TICK - sum(os.times()[:4]) - cpu_of_databases


def run_disturbed(work: Coroutine[Any, Any, T]) -> tuple[T, float]:
    """Return what a coroutine returns, and the share of the machine's CPU that others have used meanwhile."""
    others, start = cpu_of_others(), time.monotonic()
    result = uvloop.run(work)
    return result, (cpu_of_others() - others) / (time.monotonic() - start) / len(CORES)


def describe() -> str:
    """Return what the figures depend on, as a sentence."""
    cpu = re.search(r'model name\s*: (.*)', Path('/proc/cpuinfo').read_text())
    found = f'{cpu[1] if cpu else platform.machine()}, {len(CORES)} cores, {platform.system()} {platform.release()}'
    versions = f'Python {platform.python_version()}, NiceGUI {version("nicegui")}'
    return f'Measured on {datetime.now(UTC):%Y-%m-%d}: {found}, {versions}.'
