"""Who is logged in: what the servers of one conversation have to agree on, and how one server alone knows it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from models import GENERAL_ID, OnlineUser, User

T = TypeVar('T')


@dataclass(frozen=True, slots=True)
class Registration:
    """A login session as all servers know it.

    :param token: identifies the session; nobody but the servers knows it
    :param looks: what the name looks like as it is written, and as it is compared
    :param network: where it came from
    """

    token: str
    name: str
    user_id: str
    looks: tuple[str, str]
    network: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a name: ``connected`` unless another login may take it over."""

    token: str
    name: str
    connected: bool


class Registrations(Protocol):
    """All login sessions, while a login is decided and nobody else's is."""

    def find(self, user_id: str) -> Holder | None:
        """Return who has a name."""

    def find_lookalike(self, looks: tuple[str, str], user_id: str) -> Holder | None:
        """Return who has another name that looks the same, as it is written or as it is compared."""

    def count(self, network: str) -> int:
        """Return the number of sessions from a network."""

    def add(self, registration: Registration) -> None:
        """Add a session, which ends the one that has had its name."""


class Shared(Protocol):
    """What is to be the same on all servers while a login is decided."""

    def dump(self) -> Any:
        """Return it as JSON may hold it, with all times in seconds from now."""

    def load(self, dumped: Any, age: float) -> None:
        """Take over what was dumped ``age`` seconds ago."""


class Register(Protocol):
    """What servers know of each other's users. Only `decide` waits."""

    async def decide(self, decide: Callable[[Registrations], T], *, shared: Shared) -> T:
        """Return what ``decide`` returns, with its changes kept and known to all servers; it may run in a thread.

        :raises DatabaseUnavailableError: if that is not possible; then nothing is kept
        """

    def remove(self, registration: Registration) -> None:
        """Remove a session of this server, which frees its name unless another session has taken it over."""

    def set_connected(self, registration: Registration, connected: bool) -> None:
        """Note whether a session of this server has a live socket."""

    def on_end(self, listener: Callable[[str], None]) -> None:
        """Have ``listener`` called with the token of each session that another one has ended."""

    def announce(self, user_id: str, *, online: bool, away: bool, room_id: int = GENERAL_ID) -> None:
        """Tell other servers about a user of this one."""

    def on_people(self, listener: Callable[[Sequence[OnlineUser]], None]) -> None:
        """Have ``listener`` called with the online users of all other servers whenever they have changed."""

    def announce_typing(self, user: User) -> None:
        """Tell other servers that a user of this one is typing."""

    def on_typing(self, listener: Callable[[User], None]) -> None:
        """Have ``listener`` called with each user of another server who is typing."""


class MemoryRegister:
    """The register of a server that is the only one."""

    def __init__(self) -> None:
        self._by_user_id: dict[str, Registration] = {}
        self._by_looks: dict[tuple[int, str], Registration] = {}
        self._per_network = Counter[str]()
        self._disconnected: set[str] = set()

    async def decide(self, decide: Callable[[Registrations], T], *, shared: Shared) -> T:
        return decide(self)

    def find(self, user_id: str) -> Holder | None:
        found = self._by_user_id.get(user_id)
        return self._holder(found) if found else None

    def find_lookalike(self, looks: tuple[str, str], user_id: str) -> Holder | None:
        alike = map(self._by_looks.get, enumerate(looks))
        return next((self._holder(other) for other in alike if other and other.user_id != user_id), None)

    def count(self, network: str) -> int:
        return self._per_network[network]

    def add(self, registration: Registration) -> None:
        if earlier := self._by_user_id.get(registration.user_id):
            self.remove(earlier)
        self._by_user_id[registration.user_id] = registration
        self._by_looks |= dict.fromkeys(enumerate(registration.looks), registration)
        self._per_network[registration.network] += 1

    def remove(self, registration: Registration) -> None:
        if self._by_user_id.get(registration.user_id) is not registration:
            return
        del self._by_user_id[registration.user_id]
        for look in enumerate(registration.looks):
            del self._by_looks[look]
        self._per_network -= Counter([registration.network])  # which forgets networks that nobody is left of
        self._disconnected.discard(registration.token)

    def set_connected(self, registration: Registration, connected: bool) -> None:
        if connected:
            self._disconnected.discard(registration.token)
        elif self._by_user_id.get(registration.user_id) is registration:
            self._disconnected.add(registration.token)

    def on_end(self, listener: Callable[[str], None]) -> None:
        pass

    def announce(self, user_id: str, *, online: bool, away: bool, room_id: int = GENERAL_ID) -> None:
        pass

    def on_people(self, listener: Callable[[Sequence[OnlineUser]], None]) -> None:
        pass

    def announce_typing(self, user: User) -> None:
        pass

    def on_typing(self, listener: Callable[[User], None]) -> None:
        pass

    def _holder(self, registration: Registration) -> Holder:
        return Holder(registration.token, registration.name, registration.token not in self._disconnected)
