"""Items gather while the previous batch is being handled."""

import asyncio
import logging
from collections.abc import Sequence

import pytest

from messenger.batching import Batcher


class Handler:
    """Records batches; while it is held, it does not return."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.started = asyncio.Event()
        self.may_return = asyncio.Event()
        self.may_return.set()

    async def __call__(self, batch: Sequence[int]) -> None:
        self.batches.append(list(batch))
        self.started.set()
        await self.may_return.wait()


class Pauses:
    """A sleep that lasts until the test ends it."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self.begun.set()
        await self.may_end.wait()


async def test_items_of_one_moment_are_one_batch() -> None:
    handler = Handler()
    batcher = Batcher(handler, name='test')

    batcher.add(1)
    batcher.add(2, 3)
    await batcher.drain()

    assert handler.batches == [[1, 2, 3]]


async def test_items_gather_while_a_batch_is_handled() -> None:
    handler = Handler()
    handler.may_return.clear()
    batcher = Batcher(handler, name='test')

    batcher.add(1)
    await handler.started.wait()
    batcher.add(2)
    batcher.add(3)
    handler.may_return.set()
    await batcher.drain()

    assert handler.batches == [[1], [2, 3]]


async def test_a_batch_has_a_limit() -> None:
    handler = Handler()
    batcher = Batcher(handler, name='test', limit=2)

    batcher.add(1, 2, 3, 4, 5)
    await batcher.drain()

    assert handler.batches == [[1, 2], [3, 4], [5]]


async def test_a_failing_handler_is_logged_and_called_again(caplog: pytest.LogCaptureFixture) -> None:
    handled: list[int] = []

    async def handle(batch: Sequence[int]) -> None:
        if batch == [1]:
            raise ValueError('not this one')
        handled.extend(batch)

    batcher = Batcher(handle, name='deliver numbers', limit=1)
    with caplog.at_level(logging.ERROR, 'messenger'):
        batcher.add(1, 2)
        await batcher.drain()

    assert handled == [2]
    assert 'deliver numbers failed' in caplog.text


async def test_items_gather_in_the_pause_after_a_batch() -> None:
    handler, pauses = Handler(), Pauses()
    batcher = Batcher(handler, name='test', pause=0.3, sleep=pauses.sleep)

    batcher.add(1)
    await pauses.begun.wait()
    batcher.add(2)
    batcher.add(3)
    assert handler.batches == [[1]]
    pauses.may_end.set()
    await batcher.drain()

    assert handler.batches == [[1], [2, 3]]
    assert pauses.seconds == [0.3, 0.3]


async def test_closing_handles_the_rest_without_a_pause() -> None:
    handler, pauses = Handler(), Pauses()
    batcher = Batcher(handler, name='test', limit=1, pause=3600, sleep=pauses.sleep)

    batcher.add(1)
    await pauses.begun.wait()
    batcher.add(2, 3)
    await batcher.close()

    assert handler.batches == [[1], [2], [3]]


async def test_whoever_stops_waiting_does_not_stop_the_work() -> None:
    handler = Handler()
    handler.may_return.clear()
    batcher = Batcher(handler, name='test')

    batcher.add(1)
    await handler.started.wait()
    batcher.add(2)
    waiting = asyncio.create_task(batcher.drain())
    await asyncio.sleep(0)
    waiting.cancel()
    handler.may_return.set()
    await batcher.drain()

    assert handler.batches == [[1], [2]]


async def test_no_task_is_left_when_everything_is_handled() -> None:
    batcher = Batcher(Handler(), name='numbers')

    batcher.add()
    await batcher.drain()
    batcher.add(1)
    await batcher.drain()
    await batcher.close()

    assert 'numbers' not in {task.get_name() for task in asyncio.all_tasks()}
