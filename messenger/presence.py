"""Who is here, who is away, who is typing."""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nicegui import Event

from models import User

LEASE = 20.0
TYPING_PAUSE = 2.0


@dataclass
class Presentee:
    """Somebody who is here; ``away`` when their page has been hidden for a while."""

    name: str
    key: str
    away: bool = False


class Presence:
    """The people in the conversation.

    ``changed`` is emitted whenever somebody comes, goes, or is away or back; ``typed`` with each sign of typing.
    Somebody whose connection is lost stays listed for a lease, so that a short loss makes nobody flicker.
    """

    def __init__(self, *, lease: float = LEASE, clock: Callable[[], float] = time.monotonic) -> None:
        """
        :param lease: seconds that a lost connection keeps its place in the list
        """
        self.changed = Event[Sequence[Presentee]]()
        self.typed = Event[User]()
        self._lease = lease
        self._people: dict[str, Presentee] = {}
        self._clock = clock
        self._typed_at: dict[str, float] = {}
        self._leases: dict[str, asyncio.TimerHandle] = {}

    @property
    def people(self) -> list[Presentee]:
        """Everyone, in alphabetical order."""
        return [person for _, person in sorted(self._people.items())]

    def enter(self, person: User) -> None:
        """Somebody came, or came back."""
        self._end_lease(person.user_id)
        known = self._people.get(person.user_id)
        if known is None or known.name != person.name:
            self._people[person.user_id] = Presentee(person.name, person.user_id)
            self.changed.emit(self.people)

    def lose(self, person: User) -> None:
        """Somebody's connection is lost; they leave when the lease is over."""
        if person.user_id in self._people and person.user_id not in self._leases:
            loop = asyncio.get_running_loop()
            self._leases[person.user_id] = loop.call_later(self._lease, self.leave, person)

    def leave(self, person: User) -> None:
        """Somebody went."""
        self._end_lease(person.user_id)
        self._typed_at.pop(person.user_id, None)
        if self._people.pop(person.user_id, None) is not None:
            self.changed.emit(self.people)

    def be_away(self, person: User, away: bool) -> None:
        """Somebody's page has been hidden for a while, or is looked at again."""
        known = self._people.get(person.user_id)
        if known and known.away != away:
            known.away = away
            self.changed.emit(self.people)

    def type(self, person: User) -> None:
        """Somebody is typing; who tells it more often than every few seconds is not heard."""
        now = self._clock()
        if person.user_id in self._people and now - self._typed_at.get(person.user_id, -math.inf) >= TYPING_PAUSE:
            self._typed_at[person.user_id] = now
            self.typed.emit(person)

    def _end_lease(self, key: str) -> None:
        if lease := self._leases.pop(key, None):
            lease.cancel()
