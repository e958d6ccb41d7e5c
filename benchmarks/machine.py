"""What the figures were measured on."""

import os
import platform
import re
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


def now() -> str:
    return datetime.now(UTC).isoformat(timespec='seconds')


def today() -> str:
    return f'{datetime.now(UTC):%Y-%m-%d}'


def facts() -> dict[str, str | int]:
    """By name, for programs."""
    return {
        'cpu': _cpu(),
        'cores': os.cpu_count() or 1,
        'system': f'{platform.system()} {platform.release()}',
        'python': platform.python_version(),
        'nicegui': version('nicegui'),
    }


def sentence() -> str:
    """The same for people."""
    return '{cpu}, {cores} cores, {system}, Python {python}, NiceGUI {nicegui}'.format(**facts())


def _cpu() -> str:
    found = re.search(r'model name\s*: (.*)', Path('/proc/cpuinfo').read_text())
    return found[1].strip() if found else platform.machine()
