"""What WebSockets leave behind when they have ended."""

import asyncio
import gc

SOCKETS_PER_COLLECTION = 500
COLLECTIONS_UNTIL_FULL = 20


class SocketGarbage:
    """Frees what ended WebSockets have left, now and then.

    In the layers of the web framework each is a reference cycle, with up to 128 KiB that nobody has read. Only Python's
    garbage collector frees it, which stops the server meanwhile, for 0.4 s if it looks through all pages. So what has
    been looked through once is left out the next time. Sockets that live on are among that, and wait for one collection
    in twenty, which looks through everything.
    """

    def __init__(self) -> None:
        self._ended = 0
        self._collections = 0

    def count(self) -> None:
        """Note that a WebSocket has ended."""
        self._ended += 1
        if self._ended == SOCKETS_PER_COLLECTION:
            asyncio.get_running_loop().call_soon(self._free)

    def _free(self) -> None:
        self._ended = 0
        self._collections += 1
        if self._collections % COLLECTIONS_UNTIL_FULL == 0:
            gc.unfreeze()
        gc.collect()
        gc.freeze()
