"""PostgreSQL: gives up connections that do not answer.

What lies between may take everything and never say that it is cut, such as a proxy that goes on listening. To hang up
looks to whoever waits as if the other side had, which they know how to deal with.
"""

import asyncio
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from sqlalchemy import Engine, event

LOOK_EVERY = 1.0  # seconds
Connection = psycopg.Connection[Any] | psycopg.AsyncConnection[Any]


def hang_up(connection: Connection) -> None:
    """End a connection that another thread or task waits for."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)


@contextmanager
def hanging_up_after(seconds: float, connection: Connection) -> Iterator[None]:
    """Hang up if this lasts longer; the event loop must be running."""
    waiting = asyncio.get_running_loop().call_later(seconds, hang_up, connection)
    try:
        yield
    finally:
        waiting.cancel()


class Watch:
    """Hangs up connections of an engine that somebody has used for too long."""

    def __init__(self, engine: Engine, *, patience: float) -> None:
        """
        :param patience: seconds that one use may take
        """
        self._patience = patience
        self._in_use: dict[object, tuple[float, Connection]] = {}
        self._next: asyncio.TimerHandle | None = None
        event.listen(engine, 'checkout', self._begin)
        event.listen(engine, 'checkin', self._end)

    def start(self) -> None:
        """Begin to watch; the event loop must be running."""
        self._next = asyncio.get_running_loop().call_later(LOOK_EVERY, self._look)

    def stop(self) -> None:
        """Watch no more."""
        if self._next:
            self._next.cancel()

    def _look(self) -> None:
        for since, connection in list(self._in_use.values()):
            if time.monotonic() - since > self._patience:
                hang_up(connection)
        self.start()

    def _begin(self, connection: Connection, record: object, _: object) -> None:
        self._in_use[record] = time.monotonic(), connection

    def _end(self, _: object, record: object) -> None:
        self._in_use.pop(record, None)
