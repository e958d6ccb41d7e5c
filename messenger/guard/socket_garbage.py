"""What WebSockets leave behind when they have ended."""

import asyncio
import gc
from collections.abc import Callable

SOCKETS_PER_COLLECTION = 2000


class SocketGarbage:
    """Frees what ended WebSockets have left, now and then.

    In the layers of the web framework each is a reference cycle. Only a full collection frees those that have lived for
    a while; it stops the server for a moment, and Python's own comes after tens of thousands of them.
    """

    def __init__(self, *, collect: Callable[[], object] = gc.collect) -> None:
        """
        :param collect: frees all reference cycles
        """
        self._collect = collect
        self._ended = 0

    def count(self) -> None:
        """Note that a WebSocket has ended."""
        self._ended += 1
        if self._ended == SOCKETS_PER_COLLECTION:
            asyncio.get_running_loop().call_soon(self._free)

    def _free(self) -> None:
        self._ended = 0
        self._collect()
