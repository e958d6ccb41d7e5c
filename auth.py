"""Logging in: the shared password and its throttle, usernames, login sessions."""

import hashlib
import hmac
import ipaddress
import math
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from messenger.lookalikes import is_invisible, skeleton
from models import fold_name

MAX_NAME_LENGTH = 32
# At most four code points become one when they are composed (such as ᾂ), so no name needs more. A longer one is refused
# unread: composing takes time that grows with the square of a hostile text's length.
MAX_RAW_NAME_LENGTH = 4 * MAX_NAME_LENGTH
FORGET_FAILURES_AFTER = 600.0


class LoginError(Exception):
    """A login that is refused; the message is a sentence for the user."""


@dataclass(eq=False)
class LoginSession:
    """One user's login, which lasts as long as the page it was made on.

    :param name: username as it is shown
    :param user_id: username as it is compared (see `models.fold_name`)
    :param connected: whether a live socket holds the name; otherwise another login may take it over
    :param ended: whether the user is logged out; a session never comes back to life
    """

    name: str
    user_id: str
    connected: bool = True
    ended: bool = False


class Throttle:
    """Makes each source of failures wait, longer after each one."""

    def __init__(
        self, *, free: int, first_wait: float, max_wait: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """
        :param free: number of failures without a wait
        :param first_wait: seconds to wait after the first failure beyond these; doubles with each further one
        :param max_wait: longest wait in seconds
        :param clock: source of the time in seconds
        """
        self._free = free
        self._first_wait = first_wait
        self._max_wait = max_wait
        self._clock = clock
        self._failures: dict[str, tuple[int, float]] = {}

    def remaining_wait(self, source: str) -> float:
        """Return the seconds until the source may try again, 0 if it may try now."""
        count, last = self._failures.get(source, (0, 0.0))
        if count <= self._free:
            return 0.0
        wait = min(self._first_wait * 2.0 ** min(count - self._free - 1, 30), self._max_wait)
        return max(0.0, last + wait - self._clock())

    def record_failure(self, source: str) -> None:
        """Count a failure of the source, and forget those of sources that have been quiet for ten minutes."""
        now = self._clock()
        self._failures = {key: value for key, value in self._failures.items() if now - value[1] < FORGET_FAILURES_AFTER}
        count, _ = self._failures.get(source, (0, 0.0))
        self._failures[source] = count + 1, now

    def reset(self, source: str) -> None:
        """Forget all failures of the source."""
        self._failures.pop(source, None)


class LoginService:
    """Logs users in by username and shared password, and knows which names are in use."""

    def __init__(self, password: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """
        :param password: the password that all users share
        :param clock: source of the time in seconds, for the throttle
        """
        self._password = _digest(password)
        self._sessions: dict[str, LoginSession] = {}
        # together fewer than 20 attempts a minute, from one address or from many
        self._per_network = Throttle(free=4, first_wait=2, max_wait=60, clock=clock)
        self._overall = Throttle(free=9, first_wait=4, max_wait=15, clock=clock)
        self._trusted_networks: set[str] = set()

    def log_in(self, name: str, password: str, address: str) -> LoginSession:
        """Log a user in and return the new session.

        A name whose holder has lost the connection is taken over, which ends the holder's session.

        :param name: username as it was typed
        :param password: password as it was typed
        :param address: IP address of the user's browser, for the throttle
        :raises LoginError: if the name cannot be used or is in use, the password is wrong, or too many were wrong
        """
        name = clean_username(name)
        self._check_password(password, _network(address))
        user_id = fold_name(name)
        holder = self._sessions.get(user_id)
        obstacle = holder if holder and holder.connected else self._find_lookalike(name, user_id)
        if obstacle:
            raise LoginError(f'{obstacle.name} is already here. Please choose another name.')
        if holder:
            self.log_out(holder)
        session = self._sessions[user_id] = LoginSession(name, user_id)
        return session

    def log_out(self, session: LoginSession) -> None:
        """End a session, which frees its name unless another session has taken it over."""
        session.ended = True
        if self._sessions.get(session.user_id) is session:
            del self._sessions[session.user_id]

    def _find_lookalike(self, name: str, user_id: str) -> LoginSession | None:
        """Return a session under another name that looks the same, as it is written or as it is compared."""
        for other in self._sessions.values():
            looks_alike = skeleton(other.name) == skeleton(name) or skeleton(other.user_id) == skeleton(user_id)
            if looks_alike and other.user_id != user_id:
                return other
        return None

    def _check_password(self, password: str, network: str) -> None:
        # a network that somebody logged in from waits for its own failures only: guessing elsewhere cannot lock it out
        overall_wait = 0.0 if network in self._trusted_networks else self._overall.remaining_wait('')
        wait = max(self._per_network.remaining_wait(network), overall_wait)
        if wait:
            raise LoginError(f'Too many wrong passwords. Please try again in {_duration(wait)}.')
        if not hmac.compare_digest(_digest(password), self._password):
            self._per_network.record_failure(network)
            self._overall.record_failure('')
            raise LoginError('That is not the password. Please try again.')
        self._per_network.reset(network)
        self._trusted_networks.add(network)


def clean_username(name: str) -> str:
    """Return a username as it is shown: NFKC-normalised, trimmed, with single spaces, 1 to 32 visible characters.

    :raises LoginError: if it is empty, too long, or has control or invisible characters
    """
    if len(name) > MAX_RAW_NAME_LENGTH:
        raise _too_long(name)
    if any(map(is_invisible, name.strip())):
        raise LoginError('A name cannot have control or invisible characters. Please type it again.')
    name = ' '.join(unicodedata.normalize('NFKC', name).split())
    if not name:
        raise LoginError('Please type your name.')
    if len(name) > MAX_NAME_LENGTH:
        raise _too_long(name)
    return name


def _too_long(name: str) -> LoginError:
    return LoginError(f'A name can have at most {MAX_NAME_LENGTH} characters; this one has {len(name)}.')


def _digest(password: str) -> bytes:
    return hashlib.sha256(password.encode('utf-8', 'surrogatepass')).digest()


def _network(address: str) -> str:
    """Return the address itself, or the /64 network of an IPv6 address, since one machine has all of that."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else address


def _duration(seconds: float) -> str:
    whole = math.ceil(seconds)
    return '1 second' if whole == 1 else f'{whole} seconds'
