"""A store that posts, and says when it is told of what: ``python -m benchmarks.lag URL NAME COUNT``.

It begins with the first line of its standard input, and ends with a line of JSON.
"""

import asyncio
import json
import sys
import time
from datetime import UTC, datetime

from benchmarks.machine import ENDING_WITH_US
from messenger.storage import Store
from messenger.storage.commands import PostMessage
from models import Changes

RATE = 50  # messages a second of each
PATIENCE = 10.0
Times = dict[str, dict[str, float]]


async def measure_lag(url: str, count: int) -> list[float]:
    """Have two processes post to one database; return the seconds from each commit until the other has its rows."""
    processes = []
    for name in ('a', 'b'):
        command = (*ENDING_WITH_US, sys.executable, '-m', 'benchmarks.lag', url, name, str(count))
        pipe = asyncio.subprocess.PIPE
        processes.append(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe))
    for process in processes:
        assert process.stdout
        await process.stdout.readline()  # ready
    outputs = await asyncio.gather(*[process.communicate(b'\n') for process in processes])
    a, b = [json.loads(output) for output, _ in outputs]
    return [
        here['told'][seq] - committed
        for here, there in ((a, b), (b, a))
        for seq, committed in there['committed'].items()
    ]


class Poster:
    """One of two, who posts as many as the other."""

    def __init__(self, url: str, name: str, count: int) -> None:
        self._store = Store(url, replica=name)
        self._name = name
        self._count = count
        self._times: Times = {'committed': {}, 'told': {}}
        self._complete = asyncio.Event()

    async def run(self) -> Times:
        self._store.on_commit(self._note)
        self._store.start()
        print('ready', flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        start = time.monotonic()
        for number in range(self._count):
            await asyncio.sleep(start + number / RATE - time.monotonic())
            text = f'{self._name} {number}'
            posted = await self._store.apply(PostMessage(self._name, self._name, text, text, datetime.now(UTC)))
            self._times['committed'][str(posted.seq)] = time.monotonic()
        await asyncio.wait_for(self._complete.wait(), PATIENCE)
        await self._store.close()
        return self._times

    def _note(self, changes: Changes) -> None:
        now, told = time.monotonic(), self._times['told']
        told.update({str(message.seq): now for message in changes.messages})
        if len(told) == 2 * self._count:
            self._complete.set()


if __name__ == '__main__':
    print(json.dumps(asyncio.run(Poster(sys.argv[1], sys.argv[2], int(sys.argv[3])).run())))
