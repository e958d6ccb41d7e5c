"""The machine that figures are measured on: servers on a core of their own, what they cost, and who else uses it."""

import os
import platform
import re
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.support.server import Server

CORES = sorted(os.sched_getaffinity(0))
# on the servers' core, and ended with the load generator, however that ends
LAUNCHER = ('setpriv', '--pdeathsig', 'KILL', 'taskset', '--cpu-list', str(CORES[0]))
TICK = os.sysconf('SC_CLK_TCK')


def cpu_of(server: Server) -> float:
    """Return the seconds of CPU that a server has used, all threads together, to the nanosecond."""
    tasks = Path(f'/proc/{server.pid}/task').iterdir()
    return sum(int((task / 'schedstat').read_text().split()[0]) for task in tasks) / 1e9


def memory_of(server: Server) -> float:
    """Return the memory that is a server's own, in KiB."""
    lines = Path(f'/proc/{server.pid}/smaps_rollup').read_text().splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith('Private_'))


def cpu_of_others() -> float:
    """Return the seconds of CPU that neither this process nor its ended children have used."""
    user, nice, system, _, _, _, _, stolen = map(int, Path('/proc/stat').read_text().split()[1:9])
    return (user + nice + system + stolen) / TICK - sum(os.times()[:4])


def describe() -> str:
    """Return what the figures depend on, as a sentence."""
    cpu = re.search(r'model name\s*: (.*)', Path('/proc/cpuinfo').read_text())
    found = f'{cpu[1] if cpu else platform.machine()}, {len(CORES)} cores, {platform.system()} {platform.release()}'
    versions = f'Python {platform.python_version()}, NiceGUI {version("nicegui")}'
    return f'Measured on {datetime.now(UTC):%Y-%m-%d}: {found}, {versions}.'
