"""Who is online, away, typing."""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nicegui import Event

from models import User

LEASE = 20.0
TYPING_INTERVAL = 2.0


@dataclass
class OnlineUser:
    """A user who is online; ``away`` while their page has been hidden for some time."""

    name: str
    user_id: str
    away: bool = False


class Presence:
    """The users who are online.

    ``changed`` is emitted when a user connects, is removed, or goes or returns from being away; ``typed`` while a user
    is typing. A user who is disconnected stays online for a lease, so that a short loss of connection goes unnoticed.
    """

    def __init__(self, *, lease: float = LEASE, clock: Callable[[], float] = time.monotonic) -> None:
        """
        :param lease: seconds that a disconnected user stays online
        :param clock: source of the time in seconds
        """
        self.changed = Event[Sequence[OnlineUser]]()
        self.typed = Event[User]()
        self._lease = lease
        self._users: dict[str, OnlineUser] = {}
        self._clock = clock
        self._typed_at: dict[str, float] = {}
        self._leases: dict[str, asyncio.TimerHandle] = {}

    @property
    def users(self) -> list[OnlineUser]:
        """All online users, ordered by ``user_id``."""
        return [user for _, user in sorted(self._users.items())]

    def connect(self, user: User) -> None:
        """Add a user, or note that a disconnected one is back."""
        self._end_lease(user.user_id)
        known = self._users.get(user.user_id)
        if known is None or known.name != user.name:
            self._users[user.user_id] = OnlineUser(user.name, user.user_id)
            self.changed.emit(self.users)

    def disconnect(self, user: User) -> None:
        """Start the lease of a user whose connection is lost; they are removed when it is over."""
        if user.user_id in self._users and user.user_id not in self._leases:
            loop = asyncio.get_running_loop()
            self._leases[user.user_id] = loop.call_later(self._lease, self.remove, user)

    def remove(self, user: User) -> None:
        """Remove a user, such as one who has logged out; does nothing for one who is not online."""
        self._end_lease(user.user_id)
        self._typed_at.pop(user.user_id, None)
        if self._users.pop(user.user_id, None) is not None:
            self.changed.emit(self.users)

    def set_away(self, user: User, away: bool) -> None:
        """Note that a user's page has been hidden for some time, or is visible again."""
        known = self._users.get(user.user_id)
        if known and known.away != away:
            known.away = away
            self.changed.emit(self.users)

    def set_typing(self, user: User) -> None:
        """Note that an online user is typing; ``typed`` is emitted every two seconds at most for each of them."""
        now = self._clock()
        if user.user_id in self._users and now - self._typed_at.get(user.user_id, -math.inf) >= TYPING_INTERVAL:
            self._typed_at[user.user_id] = now
            self.typed.emit(user)

    def _end_lease(self, user_id: str) -> None:
        if lease := self._leases.pop(user_id, None):
            lease.cancel()
