"""Who is online, away, typing."""

import asyncio
import math
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from operator import attrgetter
from typing import Protocol

from nicegui import Event

from messenger.storage import MemoryRegister, Register
from models import OnlineUser, User, fold_name

LEASE = 20.0
TYPING_INTERVAL = 2.0
MAX_QUERY_LENGTH = 128
_user_id = attrgetter('user_id')


class Timer(Protocol):
    """A call that is due some time later."""

    def cancel(self) -> None: ...


def call_later(delay: float, callback: Callable[[], None]) -> Timer:
    """Have the running event loop call ``callback`` after ``delay`` seconds."""
    return asyncio.get_running_loop().call_later(delay, callback)


class Presence:
    """The users who are online, here and on other servers.

    ``changed`` is emitted when a user connects, is removed, or goes or returns from being away. It carries nothing, so
    that a change costs the same however many are online: subscribers ask for the part that they show. ``typed`` is
    emitted while a user is typing. A user who is disconnected stays online for a lease, so that a short loss of
    connection goes unnoticed.
    """

    def __init__(
        self,
        register: Register | None = None,
        *,
        lease: float = LEASE,
        clock: Callable[[], float] = time.monotonic,
        call_later: Callable[[float, Callable[[], None]], Timer] = call_later,
    ) -> None:
        """
        :param register: what servers know of each other's users
        :param lease: seconds that a disconnected user stays online
        :param clock: source of the time in seconds
        :param call_later: starts the timer of a lease, given seconds and a callback
        """
        self.changed = Event[[]]()
        self.typed = Event[OnlineUser]()
        self._lease = lease
        self._clock = clock
        self._call_later = call_later
        self._register = register or MemoryRegister()
        self._users: list[OnlineUser] = []
        self._elsewhere: dict[str, OnlineUser] = {}  # all online users of other servers
        self._here: set[str] = set()  # each ``user_id`` that is online on this server
        self._typed_at: dict[str, float] = {}
        self._leases: dict[str, Timer] = {}
        self._register.on_people(self._set_elsewhere)
        self._register.on_typing(self._note_typing_elsewhere)

    @property
    def users(self) -> Sequence[OnlineUser]:
        """All online users, ordered by ``user_id``; a view that changes with them."""
        return self._users

    @property
    def count(self) -> int:
        """Number of online users."""
        return len(self._users)

    def is_online(self, user_id: str) -> bool:
        """Return whether a user is online."""
        return self._locate(user_id)[1] is not None

    def first(self, limit: int) -> list[OnlineUser]:
        """Return the first ``limit`` users, ordered by ``user_id``."""
        return self._users[:limit]

    def find(self, query: str, limit: int) -> list[OnlineUser]:
        """Return the first ``limit`` users with a word in their name that begins with the query, whatever its case.

        :param query: the beginning of a word, or of several in a row; every name begins with an empty one
        """
        if len(query) > MAX_QUERY_LENGTH:
            return []
        beginning = f' {fold_name(query.strip())}'
        return list(islice((user for user in self._users if beginning in f' {user.user_id}'), limit))

    def connect(self, user: User) -> None:
        """Add a user, or note that a disconnected one is back."""
        self._end_lease(user.user_id)
        known = self._find_here(user.user_id)
        if known and known.name == user.name:
            return
        self._here.add(user.user_id)
        self._put(OnlineUser(user.name, user.user_id))

    def disconnect(self, user: User) -> None:
        """Start the lease of a user whose connection is lost; they are removed when it is over."""
        if user.user_id in self._here and user.user_id not in self._leases:
            self._leases[user.user_id] = self._call_later(self._lease, lambda: self.remove(user))

    def remove(self, user: User) -> None:
        """Remove a user, such as one who has logged out; does nothing for one who is not online."""
        self._end_lease(user.user_id)
        self._typed_at.pop(user.user_id, None)
        if user.user_id not in self._here:
            return
        self._here.remove(user.user_id)
        self._register.announce(user.user_id, online=False, away=False)
        index, _ = self._locate(user.user_id)
        # somebody may have come in with the same name elsewhere
        self._users[index : index + 1] = filter(None, [self._elsewhere.get(user.user_id)])
        self.changed.emit()

    def set_away(self, user: User, away: bool) -> None:
        """Note that a user's page has been hidden for some time, or is visible again."""
        known = self._find_here(user.user_id)
        if known and known.away != away:
            self._put(replace(known, away=away))

    def enter_room(self, user: User, room_id: int) -> None:
        """Note that a user looks at a room, and at no other one."""
        known = self._find_here(user.user_id)
        if known and known.room_id != room_id:
            self._put(replace(known, room_id=room_id))

    def set_typing(self, user: User) -> None:
        """Note that an online user is typing; ``typed`` is emitted every two seconds at most for each of them."""
        now, known = self._clock(), self._find_here(user.user_id)
        if known and now - self._typed_at.get(user.user_id, -math.inf) >= TYPING_INTERVAL:
            self._typed_at[user.user_id] = now
            self.typed.emit(known)
            self._register.announce_typing(user)

    def _put(self, user: OnlineUser) -> None:
        """Add or replace a user of this server."""
        index, known = self._locate(user.user_id)
        self._users[index : index + (known is not None)] = [user]
        self._register.announce(user.user_id, online=True, away=user.away, room_id=user.room_id)
        self.changed.emit()

    def _set_elsewhere(self, users: Sequence[OnlineUser]) -> None:
        self._elsewhere = {user.user_id: user for user in users}
        here = {user.user_id: user for user in self._users if user.user_id in self._here}
        self._users = sorted((self._elsewhere | here).values(), key=_user_id)
        self.changed.emit()

    def _note_typing_elsewhere(self, user: User) -> None:
        if user.user_id in self._elsewhere and user.user_id not in self._here:
            self.typed.emit(self._elsewhere[user.user_id])

    def _find_here(self, user_id: str) -> OnlineUser | None:
        return self._locate(user_id)[1] if user_id in self._here else None

    def _locate(self, user_id: str) -> tuple[int, OnlineUser | None]:
        """Return the index at which a user is or would be, and the user who is there."""
        index = bisect_left(self._users, user_id, key=_user_id)
        known = self._users[index] if index < len(self._users) else None
        return index, known if known and known.user_id == user_id else None

    def _end_lease(self, user_id: str) -> None:
        if lease := self._leases.pop(user_id, None):
            lease.cancel()
