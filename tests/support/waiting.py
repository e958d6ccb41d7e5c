"""Waiting for what other tasks, threads or processes do."""

import asyncio
from collections.abc import Callable


async def until(holds: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until something holds, and fail if it does not within some seconds."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.01)
