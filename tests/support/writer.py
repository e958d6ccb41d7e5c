"""A server without pages, as a process: it stores what it is told to, and says what was acknowledged and told.

A line of JSON on its standard input is a task, one on its standard output a report.
"""

import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Engine, event

from messenger.storage import Command, CommitError, Store
from messenger.storage.commands import EditMessage, PostMessage
from models import Changes
from tests.support.server import ROOT, environment
from tests.support.waiting import until

RETRY_AFTER = 0.05
Row = tuple[int, int, str]  # seq, id and text of a message


class Writer:
    """Starts the program, and keeps what it reports."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self.acknowledged: dict[str, float] = {}  # when each text was
        self.refused: list[tuple[str, str]] = []
        self.told: list[Row] = []
        self.follows: list[tuple[int, int]] = []  # of each report: the position before its first, and its last one
        self.rewinds = 0
        self.is_heard = True
        self._url = url
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._is_ready = asyncio.Event()

    async def start(self, *, prefix: tuple[str, ...] = ()) -> None:
        """
        :param prefix: a command that runs another one, such as ``ip netns exec``
        """
        command = (*prefix, sys.executable, '-m', 'tests.support.writer', self._url, self.name)
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment(), stdin=pipe, stdout=pipe, limit=2**24
        )
        self._reading = asyncio.create_task(self._read(), name=f'read from {self.name}')
        await asyncio.wait_for(self._is_ready.wait(), 20)

    def do(self, task: str, *values: object) -> None:
        """Have something done; see `Work`."""
        self.do_at_once([task, *values])

    def do_at_once(self, *tasks: Sequence[object]) -> None:
        """Have several things begun without anything in between."""
        assert self._process
        assert self._process.stdin
        self._process.stdin.write(json.dumps(tasks).encode() + b'\n')

    def signal(self, number: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(number)

    async def stop(self) -> None:
        """End it, and read everything that it has said."""
        assert self._process
        assert self._process.stdin
        assert self._reading
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), 30)
        await self._reading

    async def kill(self) -> None:
        assert self._process
        assert self._reading
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reading

    async def is_stopped(self) -> None:
        """Wait until it has stopped itself."""
        assert self._process
        async with asyncio.timeout(10):
            while not _is_stopped(self._process.pid):
                await asyncio.sleep(0.005)

    @property
    def shown(self) -> set[Row]:
        """What has been told and has not changed since."""
        return {(seq, id_, text) for id_, (seq, text) in {id_: (seq, text) for seq, id_, text in self.told}.items()}

    def check(self, rows: set[Row]) -> None:
        """Everything acknowledged is stored once, and everything was told in order, nothing twice and nothing left out.

        :param rows: all messages in the database
        """
        texts = Counter(text for _, _, text in rows)
        assert {text: texts[text] for text in self.acknowledged if texts[text] != 1} == {}
        assert self.told == sorted({seq: (seq, id_, text) for seq, id_, text in self.told}.values())
        assert [start for start, _ in self.follows[1:]] == [end for _, end in self.follows[:-1]]

    async def has_told(self, rows: set[Row], seconds: float = 5) -> None:
        await until(lambda: self.shown >= rows, seconds)

    async def has_rewound(self) -> None:
        """Wait until it has been told that another history goes on."""
        await until(lambda: self.rewinds > 0, 20)

    async def hears(self, expected: bool, seconds: float) -> None:
        """Wait until its store says whether the database has answered lately; after `Work.watch`."""
        await until(lambda: self.is_heard is expected, seconds)

    async def has_got_through(self, count: int) -> None:
        """Wait until so many more things are acknowledged."""
        before = len(self.acknowledged)
        await until(lambda: len(self.acknowledged) >= before + count, 20)

    async def has_stored(self, text: str) -> None:
        await until(lambda: text in self.acknowledged, 20)

    async def _read(self) -> None:
        assert self._process
        assert self._process.stdout
        async for line in self._process.stdout:
            self._take(*json.loads(line))

    def _take(self, kind: str, *values: Any) -> None:
        match kind:
            case 'ready':
                self._is_ready.set()
            case 'acknowledged':
                self.acknowledged[values[0]] = time.monotonic()
            case 'refused':
                self.refused.append((values[0], values[1]))
            case 'told':
                self.follows.append((values[0], values[1][-1][0]))
                self.told += [(seq, id_, text) for seq, id_, text in values[1]]
            case 'heard':
                self.is_heard = values[0]
            case 'rewind':
                self.rewinds += 1


async def all_have_told(writers: 'Sequence[Writer]', read: Callable[[], set[Row]], seconds: float = 5) -> None:
    """Wait until everything in the database has been told by all, and check how."""
    rows = read()
    for writer in writers:
        await writer.has_told(rows, seconds)
        writer.check(rows)
    by_seq: dict[int, Row] = {}
    for row in [row for writer in writers for row in writer.told]:
        assert by_seq.setdefault(row[0], row) == row, 'one position, two texts'


async def come_to_rest(writers: 'Sequence[Writer]', read: Callable[[], set[Row]]) -> None:
    """Have writers say no more, and wait until all of them have told everything."""
    for writer in writers:
        writer.do('rest')
    await asyncio.sleep(0.5)
    await all_have_told(writers, read)


def longest_silence(writer: Writer, start: float) -> float:
    """The longest time, in seconds, without an acknowledgement from a moment on."""
    times = [start, *sorted(time for time in writer.acknowledged.values() if time > start)]
    return max(after - before for before, after in pairwise(times))


def _is_stopped(pid: int) -> bool:
    with open(f'/proc/{pid}/stat') as file:
        return file.read().rsplit(')', 1)[1].split()[0] == 'T'


class Work:
    """What the program does, one method for each task."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name
        self._tasks: set[asyncio.Task[Any]] = set()
        self._talking: list[asyncio.Task[None]] = []

    def start(self, task: str, *values: Any) -> None:
        self._tasks.add(asyncio.create_task(getattr(self, task)(*values), name=task))

    async def talk(self, senders: int) -> None:
        """Have some senders post one thing after the other, each until it is acknowledged."""
        self._talking = [asyncio.create_task(self._talk(f'{self._name}{sender}')) for sender in range(senders)]

    async def rest(self) -> None:
        """Say no more."""
        for task in self._talking:
            task.cancel()

    async def post(self, text: str) -> None:
        """Post something until it is acknowledged."""
        while not await self.try_to_post(text):
            await asyncio.sleep(RETRY_AFTER)

    async def try_to_post(self, text: str) -> bool:
        return await self._apply(PostMessage(self._name, self._name, text, text, datetime.now(UTC)), text)

    async def edit(self, message_id: int, author_id: str, text: str) -> None:
        """Change a message."""
        await self._apply(EditMessage(message_id, author_id, text), text)

    async def watch(self) -> None:
        """Say whether the database is heard, whenever that changes."""
        was_heard: bool | None = None
        while True:
            if self._store.is_heard != was_heard:
                say('heard', was_heard := self._store.is_heard)
            await asyncio.sleep(0.02)

    async def freeze(self, start: str) -> None:
        """Be stopped right after the next statement that begins like this."""

        has_stopped = False

        def stop_at(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
            nonlocal has_stopped
            if statement.startswith(start) and not has_stopped:
                has_stopped = True
                os.kill(os.getpid(), signal.SIGSTOP)

        event.listen(Engine, 'after_cursor_execute', stop_at)

    async def _apply(self, command: Command, text: str) -> bool:
        """Try once, and return whether it was done."""
        try:
            await self._store.apply(command)
        except CommitError as error:
            say('refused', text, repr(error))
            return False
        say('acknowledged', text)
        return True

    async def _talk(self, sender: str) -> None:
        number = 0
        while True:
            number += 1
            await self.post(f'{sender} {number}')


def say(*report: object) -> None:
    sys.stdout.write(json.dumps(report) + '\n')
    sys.stdout.flush()


def tell(changes: Changes) -> None:
    say('told', changes.follows, [(message.seq, message.id, message.text) for message in changes.messages])


async def main(url: str, name: str) -> None:
    store = Store(url, replica=name, lock_timeout=3)
    store.on_commit(tell)
    store.on_rewind(lambda: say('rewind'))
    store.start()
    work = Work(store, name)
    say('ready')
    while line := await asyncio.to_thread(sys.stdin.readline):
        for task in json.loads(line):
            work.start(*task)
    await work.rest()
    await store.close()


if __name__ == '__main__':
    asyncio.run(main(*sys.argv[1:]))
