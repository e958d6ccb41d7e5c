"""PostgreSQL: a connection that hears what other servers say, and reads what they have done."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg

from messenger.storage.patience import hanging_up_after

RECONNECT_AFTER = 0.3
DEAF_AFTER = 3.0
PATIENCE = 5.0
NOTIFY = 'SELECT pg_notify(%(channel)s, %(payload)s)'
Connection = psycopg.AsyncConnection[Any]
Handler = Callable[[Connection, Sequence[str]], Awaitable[None]]
log = logging.getLogger('messenger')


@dataclass
class Channel:
    """What is done about the notifications of one name.

    :param every: seconds after which it is done in any case, since notifications can be lost
    """

    handler: Handler
    every: float
    due: float = 0.0
    payloads: list[str] = field(default_factory=list)


class Listener:
    """Calls handlers with the notifications that have come, one handler at a time.

    A handler is also called, without any notification, after each connect, when it is woken, and from time to time. The
    connection is never in a transaction, so nothing is kept back for it.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], *, name: str) -> None:
        """
        :param connect: opens a connection, in autocommit
        :param name: of the database, as its operator knows it
        """
        self._connect = connect
        self._name = name
        self._beginnings: list[Callable[[Connection], Awaitable[None]]] = []
        self._channels: dict[str, Channel] = {}
        self._woken = asyncio.Event()
        self._heard_at = -DEAF_AFTER
        self._task: asyncio.Task[None] | None = None

    @property
    def is_hearing(self) -> bool:
        """Whether the database has answered within the last seconds."""
        return time.monotonic() - self._heard_at < DEAF_AFTER

    def on(self, channel: str, handler: Handler, *, every: float) -> None:
        """Listen to a channel; before `start`. Handlers are called in the order in which they were added."""
        self._channels[channel] = Channel(handler, every)

    def on_connect(self, handler: Callable[[Connection], Awaitable[None]]) -> None:
        """Have a handler called after each connect, before all others; before `start`."""
        self._beginnings.append(handler)

    def wake(self, channel: str) -> None:
        """Have the handler of a channel called soon."""
        self._channels[channel].due = 0.0
        self._woken.set()

    def start(self) -> None:
        """Begin to listen; the event loop must be running."""
        self._task = asyncio.create_task(self._listen(), name='listen to the database')

    async def close(self) -> None:
        """Listen no more."""
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _listen(self) -> None:
        was_lost = False
        while True:
            try:
                async with await self._connect() as connection:
                    with hanging_up_after(PATIENCE, connection):
                        await self._begin(connection)
                    if was_lost:
                        log.warning('The database %s is heard again.', self._name)
                    was_lost = False
                    await self._serve(connection)
            except (psycopg.Error, OSError) as error:
                if not was_lost:
                    log.warning('The database %s is not heard any more (%s).', self._name, type(error).__name__)
                was_lost = True
            except Exception:
                log.exception('listening to the database failed')
            await asyncio.sleep(RECONNECT_AFTER)

    async def _begin(self, connection: Connection) -> None:
        for name, channel in self._channels.items():
            await connection.execute(f'LISTEN {name}')
            channel.due = 0.0
        for begin in self._beginnings:
            await begin(connection)

    async def _serve(self, connection: Connection) -> None:
        while True:
            async for notify in connection.notifies(timeout=0):
                self._channels[notify.channel].payloads.append(notify.payload)
            self._heard_at = now = time.monotonic()
            pending = [channel for channel in self._channels.values() if channel.payloads or channel.due <= now]
            with hanging_up_after(PATIENCE, connection):
                for channel in pending:
                    await self._handle(channel, connection, now)
            if not pending:
                await self._wait(connection, min(channel.due for channel in self._channels.values()) - now)

    async def _handle(self, channel: Channel, connection: Connection, now: float) -> None:
        if channel.payloads:
            payloads, channel.payloads = channel.payloads, []
            await channel.handler(connection, payloads)
        if channel.due <= now:
            channel.due = now + channel.every
            await channel.handler(connection, ())

    async def _wait(self, connection: Connection, seconds: float) -> None:
        """Wait until something can be read, until somebody wakes, or some seconds are over."""
        loop, number = asyncio.get_running_loop(), connection.fileno()
        loop.add_reader(number, self._woken.set)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._woken.wait()
        finally:
            loop.remove_reader(number)
            self._woken.clear()
