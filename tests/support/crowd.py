"""The others in a conversation, who talk without a page, and the record of what all have said."""

import asyncio
from datetime import UTC, datetime

from messenger.storage import Store
from messenger.storage.commands import PostMessage
from tests.support.server import Server


async def others_say(server: Server, count: int) -> None:
    """Let a conversation go on that no page of the test has to type."""
    store = Store(f'sqlite:///{server.database}')
    before, now = len(server.kept()), datetime.now(UTC)
    lines = [f'line {index}' for index in range(before, before + count)]
    await asyncio.gather(*[store.apply(PostMessage('Old', 'old', line, line, now)) for line in lines])
    await store.close()


async def all_of(server: Server, count: int) -> list[tuple[int, str]]:
    """Everything in the database, once there is as much as has been said."""
    while len(kept := server.kept()) < count:
        await asyncio.sleep(0.05)
    assert len(kept) == count
    return kept
