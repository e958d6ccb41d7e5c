"""From the start of the program to the first login screen."""

import asyncio
import statistics
import subprocess
import sys
import time

from benchmarks.page import fetch
from benchmarks.process import Server, take_server_core
from benchmarks.promise import Figures, Promise, Workload

REPEATS = 5


async def run(quick: bool) -> Figures:
    imports, starts = [], []
    for _ in range(1 if quick else REPEATS):
        imports.append(await asyncio.to_thread(_import))
        starts.append(await _start())
    bare, screen = statistics.median(imports), statistics.median(starts)
    return {'import of NiceGUI alone': bare, 'to the login screen': screen, 'times the import': screen / bare}


def _import() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, '-c', 'import nicegui'], check=True, preexec_fn=take_server_core)
    return time.perf_counter() - start


async def _start() -> float:
    server = Server()
    start = time.perf_counter()
    async with server:
        assert b'Log in' in await fetch(server.port)
        return time.perf_counter() - start


START = Workload(
    'start',
    'cold start',
    [
        Promise('import of NiceGUI alone', 's'),
        Promise('to the login screen', 's'),
        Promise('times the import', at_most=2.5),
    ],
    run,
)
