"""Rooms that are there before a server starts."""

from datetime import UTC, datetime

from messenger.storage import Store
from messenger.storage.commands import CreateRoom


async def make_rooms(database_url: str, *names: str) -> None:
    """Make rooms besides ``general``, whose ids begin with 2."""
    store = Store(database_url)
    for name in names:
        await store.apply(CreateRoom('Old', 'old', name, datetime.now(UTC), name, name.lower(), '', 1000))
    await store.close()
