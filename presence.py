"""Who is here."""

import asyncio
from collections.abc import Sequence

from nicegui import Event

LEASE = 20.0


class Presence:
    """The people in the conversation. ``changed`` is called with their names whenever somebody comes or goes.

    Somebody whose connection is lost stays listed for a lease, so that a short loss makes nobody flicker.
    """

    def __init__(self, *, lease: float = LEASE) -> None:
        """
        :param lease: seconds that a lost connection keeps its place in the list
        """
        self.changed = Event[Sequence[str]]()
        self._lease = lease
        self._names: dict[str, str] = {}
        self._leases: dict[str, asyncio.TimerHandle] = {}

    @property
    def names(self) -> list[str]:
        """Everyone's name, in alphabetical order."""
        return [name for _, name in sorted(self._names.items())]

    def enter(self, key: str, name: str) -> None:
        """Somebody came, or came back."""
        self._end_lease(key)
        if self._names.get(key) != name:
            self._names[key] = name
            self.changed.emit(self.names)

    def lose(self, key: str) -> None:
        """Somebody's connection is lost; they leave when the lease is over."""
        if key in self._names and key not in self._leases:
            self._leases[key] = asyncio.get_running_loop().call_later(self._lease, self.leave, key)

    def leave(self, key: str) -> None:
        """Somebody went."""
        self._end_lease(key)
        if self._names.pop(key, None) is not None:
            self.changed.emit(self.names)

    def _end_lease(self, key: str) -> None:
        if lease := self._leases.pop(key, None):
            lease.cancel()
