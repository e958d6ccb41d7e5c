"""Collect items while the previous batch is being handled."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar('T')
log = logging.getLogger('messenger')


class Batcher(Generic[T]):
    """Hands items to an async handler in batches, in the order in which they were added.

    The first item is handled at once; whatever is added meanwhile goes into the next batch. The more there is to do,
    the larger the batches become, and the less one item costs. Nothing runs while there is nothing to handle.
    """

    def __init__(
        self,
        handler: Callable[[Sequence[T]], Awaitable[None]],
        *,
        name: str,
        limit: int | None = None,
        pause: float = 0.0,
        sleep: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep,
    ) -> None:
        """
        :param handler: called with one batch at a time; if it fails, this is logged and the next batch follows
        :param name: of the background task
        :param limit: largest number of items in one batch
        :param pause: seconds to wait after each batch, while further items gather
        """
        self._handler = handler
        self._name = name
        self._limit = limit
        self._pause = pause
        self._sleep = sleep
        self._items: list[T] = []
        self._worker: asyncio.Task[None] | None = None
        self._pausing: asyncio.Task[None] | None = None

    def add(self, *items: T) -> None:
        """Add items to the next batch. The event loop must be running."""
        self._items += items
        if self._items and (self._worker is None or self._worker.done()):
            self._worker = asyncio.create_task(self._work(), name=self._name)

    async def drain(self) -> None:
        """Wait until everything that has been added is handled."""
        if self._worker is not None:
            await asyncio.wait({self._worker})  # not `await`: who waits may be cancelled, the work may not

    async def close(self) -> None:
        """Handle everything that has been added, without further pauses."""
        self._pause = 0.0
        if self._pausing is not None:
            self._pausing.cancel()
        await self.drain()

    async def _work(self) -> None:
        while self._items:
            batch = self._items[: self._limit]
            del self._items[: self._limit]
            try:
                await self._handler(batch)
            except Exception:
                log.exception('%s failed', self._name)
            if self._pause:
                self._pausing = asyncio.create_task(self._sleep(self._pause), name=f'{self._name}: pause')
                await asyncio.wait({self._pausing})
