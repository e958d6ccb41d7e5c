"""What the browsers' consoles say, in the server's log."""

import logging
import time
from collections.abc import Callable
from typing import Any

MAX_LENGTH = 300
MAX_LINES = 20
PERIOD = 60.0  # seconds
log = logging.getLogger('messenger')


class BrowserLog:
    """Logs what pages report, escaped and shortened, and no more than a few lines a minute from all of them."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock()
        self._lines = 0

    def write(self, _socket_id: str, data: dict[str, Any]) -> None:
        """Log an event of NiceGUI's, unless there have been too many."""
        if self._clock() - self._since >= PERIOD:
            self._since, self._lines = self._clock(), 0
        self._lines += 1
        if self._lines <= MAX_LINES:
            log.warning('A page reports: %s', ascii(data['message'][:MAX_LENGTH]))
