"""What a database needs from time to time: old text erased from the disk, and new messages indexed for the search."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from messenger.batching import Batcher
from messenger.storage.database import Database
from messenger.storage.errors import DatabaseUnavailableError
from messenger.storage.search_index import SearchIndex


class Upkeep:
    """Looks after a database in worker threads, again and again while something changes."""

    def __init__(self, database: Database, *, erase_pause: float, index_pause: float) -> None:
        """
        :param erase_pause: seconds between two times that old text is erased from the disk
        :param index_pause: seconds between two times that new messages are indexed for the search
        """
        self._database = database
        self._index = SearchIndex(database)
        self._eraser = Batcher[None](self._erase, name='erase old text', pause=erase_pause)
        self._indexer = Batcher[None](self._extend_index, name='index messages', pause=index_pause)
        self._is_finishing = False

    def start(self) -> None:
        """Do what has been left to do."""
        self._indexer.add(None)

    def note(self, *, is_erasing: bool) -> None:
        """Note that something has changed.

        :param is_erasing: whether there is old text now
        """
        if is_erasing:
            self._eraser.add(None)
        self._indexer.add(None)

    def finish(self) -> None:
        """Begin nothing that can be done the next time."""
        self._is_finishing = True

    async def close(self) -> None:
        """Erase old text, and do no more."""
        await self._indexer.close()
        await self._eraser.close()

    async def _erase(self, _: Sequence[None]) -> None:
        is_erased = False
        with suppress(DatabaseUnavailableError):
            await self._index.renew()
            is_erased = await asyncio.to_thread(self._database.erase)
        if not is_erased and not self._is_finishing:
            self._eraser.add(None)

    async def _extend_index(self, _: Sequence[None]) -> None:
        try:
            await self._index.extend(is_over=lambda: self._is_finishing)
            if await self._index.is_stale():  # by another server, or one that was killed
                self._eraser.add(None)
        except DatabaseUnavailableError:
            if not self._is_finishing:
                self._indexer.add(None)
