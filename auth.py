"""Who may come in: the shared password, its throttle, the names in use, the sessions."""

import hashlib
import hmac
import ipaddress
import math
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from models import fold_name

LONGEST_NAME = 32
FORGET_AFTER = 600.0
# Default_Ignorable_Code_Point of Unicode (DerivedCoreProperties.txt) outside category Cf, and the blank Braille pattern
INVISIBLE = frozenset('\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0')
VARIATION_SELECTORS = frozenset(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
UNSEEN_CATEGORIES = frozenset({'Cc', 'Cf', 'Cs', 'Co', 'Zl', 'Zp'})


class Denied(Exception):
    """Somebody may not come in; the message is a sentence for them."""


@dataclass(eq=False)
class Session:
    """One person in the conversation, from the login to the end of the page.

    ``user_id`` is the name as it is compared. ``connected`` tells whether a live socket holds the name.
    """

    name: str
    user_id: str
    connected: bool = True
    ended: bool = False


class Throttle:
    """Makes the next try wait, longer after each failure: ``first_wait`` seconds, doubling up to ``longest_wait``."""

    def __init__(
        self, *, free: int, first_wait: float, longest_wait: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._free = free
        self._first_wait = first_wait
        self._longest_wait = longest_wait
        self._clock = clock
        self._failures: dict[str, tuple[int, float]] = {}

    def wait(self, who: str) -> float:
        """Seconds until the next try is heard, 0 if it may come now."""
        count, last = self._failures.get(who, (0, 0.0))
        if count <= self._free:
            return 0.0
        pause = min(self._first_wait * 2.0 ** min(count - self._free - 1, 30), self._longest_wait)
        return max(0.0, last + pause - self._clock())

    def fail(self, who: str) -> None:
        now = self._clock()
        self._failures = {key: value for key, value in self._failures.items() if now - value[1] < FORGET_AFTER}
        count, _ = self._failures.get(who, (0, 0.0))
        self._failures[who] = count + 1, now

    def forgive(self, who: str) -> None:
        self._failures.pop(who, None)


class Door:
    """Admits people by name and shared password, and knows who is in."""

    def __init__(self, password: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._password = _digest(password)
        self._sessions: dict[str, Session] = {}
        # together fewer than 20 tries a minute, from one address or from many
        self._each = Throttle(free=4, first_wait=2, longest_wait=60, clock=clock)
        self._all = Throttle(free=9, first_wait=4, longest_wait=15, clock=clock)
        self._known: set[str] = set()

    def admit(self, name: str, password: str, address: str) -> Session:
        """Let somebody in.

        A name whose holder has lost the connection is taken over, and the holder's session ends.

        :raises Denied: with a sentence for the person
        """
        name = clean_name(name)
        self._check_password(password, _network(address))
        user_id = fold_name(name)
        holder = self._sessions.get(user_id)
        if holder and holder.connected:
            raise Denied(f'{holder.name} is already here. Please choose another name.')
        if holder:
            self.dismiss(holder)
        session = self._sessions[user_id] = Session(name, user_id)
        return session

    def dismiss(self, session: Session) -> None:
        """End a session; its name is free again."""
        session.ended = True
        if self._sessions.get(session.user_id) is session:
            del self._sessions[session.user_id]

    def _check_password(self, password: str, network: str) -> None:
        # an address that somebody came in from waits for its own failures only: guessing elsewhere cannot lock it out
        wait = max(self._each.wait(network), 0 if network in self._known else self._all.wait(''))
        if wait:
            raise Denied(f'Too many wrong passwords. Please try again in {_duration(wait)}.')
        if not hmac.compare_digest(_digest(password), self._password):
            self._each.fail(network)
            self._all.fail('')
            raise Denied('That is not the password. Please try again.')
        self._each.forgive(network)
        self._known.add(network)


def clean_name(name: str) -> str:
    """A name as it is shown: NFKC-normalised, trimmed, single spaces, 1 to 32 visible characters.

    :raises Denied: if it cannot be one
    """
    if any(map(_is_unseen, name.strip())):
        raise Denied('A name cannot have control or invisible characters. Please type it again.')
    name = ' '.join(unicodedata.normalize('NFKC', name).split())
    if not name:
        raise Denied('Please type your name.')
    if len(name) > LONGEST_NAME:
        raise Denied(f'A name can have at most {LONGEST_NAME} characters; this one has {len(name)}.')
    return name


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in UNSEEN_CATEGORIES or char in INVISIBLE or char in VARIATION_SELECTORS


def _digest(password: str) -> bytes:
    return hashlib.sha256(password.encode('utf-8', 'surrogatepass')).digest()


def _network(address: str) -> str:
    """The address, or for IPv6 its /64, since one machine has all of that."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else address


def _duration(seconds: float) -> str:
    whole = math.ceil(seconds)
    return '1 second' if whole == 1 else f'{whole} seconds'
