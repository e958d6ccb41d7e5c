"""Logging in: the shared password and its throttle, usernames, login sessions."""

import hashlib
import hmac
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from messenger.lookalikes import is_invisible, skeleton
from messenger.rate_limits import RateLimit, in_words
from messenger.throttle import Source, Throttle
from models import fold_name

MAX_NAME_LENGTH = 32
# At most four code points become one when they are composed (such as ᾂ), so no name needs more. A longer one is refused
# unread: composing takes time that grows with the square of a hostile text's length.
MAX_RAW_NAME_LENGTH = 4 * MAX_NAME_LENGTH


class LoginError(Exception):
    """A login that is refused; the message is a sentence for the user."""


@dataclass(eq=False)
class LoginSession:
    """One user's login, which lasts as long as the page it was made on.

    :param name: username as it is shown
    :param user_id: username as it is compared (see `models.fold_name`)
    :param network: where it came from (see `Source`)
    :param connected: whether a live socket holds the name; otherwise another login may take it over
    :param ended: whether the user is logged out; a session never comes back to life
    """

    name: str
    user_id: str
    network: str = ''
    connected: bool = True
    ended: bool = False


class LoginService:
    """Logs users in by username and shared password, and knows which names are in use."""

    def __init__(
        self,
        password: str,
        *,
        sessions_per_address: int = 500,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        :param password: the password that all users share
        :param sessions_per_address: how many sessions one address may have, and begin in a minute
        :param clock: source of the time in seconds, for the throttle
        """
        self._password = _digest(password)
        self._sessions: dict[str, LoginSession] = {}
        self._sessions_by_looks: dict[tuple[str, str], LoginSession] = {}  # each of them by its two `_looks`
        self._sessions_per_network = Counter[str]()
        self._throttle = Throttle(clock=clock)
        self._max_sessions = sessions_per_address
        self._logins = RateLimit(burst=sessions_per_address, per_second=sessions_per_address / 60, clock=clock)

    def log_in(self, name: str, password: str, source: Source) -> LoginSession:
        """Log a user in and return the new session.

        A name whose holder has lost the connection is taken over, which ends the holder's session.

        :param name: username as it was typed
        :param password: password as it was typed
        :param source: where this comes from, for the throttle
        :raises LoginError: if the name cannot be used or is in use, the password is wrong, or too many were wrong
        """
        name = clean_username(name)
        self._check_password(password, source)
        user_id = fold_name(name)
        holder = self._sessions.get(user_id)
        obstacle = holder if holder and holder.connected else self._find_lookalike(name, user_id)
        if obstacle:
            raise LoginError(f'{obstacle.name} is already here. Please choose another name.')
        self._count_login(source.network)
        if holder:
            self.log_out(holder)
        session = self._sessions[user_id] = LoginSession(name, user_id, source.network)
        self._sessions_by_looks |= dict.fromkeys(_looks(name, user_id), session)
        self._sessions_per_network[source.network] += 1
        return session

    def log_out(self, session: LoginSession) -> None:
        """End a session, which frees its name unless another session has taken it over."""
        session.ended = True
        if self._sessions.get(session.user_id) is session:
            del self._sessions[session.user_id]
            for look in _looks(session.name, session.user_id):
                del self._sessions_by_looks[look]
            self._sessions_per_network[session.network] -= 1
            if not self._sessions_per_network[session.network]:
                del self._sessions_per_network[session.network]

    def _find_lookalike(self, name: str, user_id: str) -> LoginSession | None:
        """Return a session under another name that looks the same, as it is written or as it is compared."""
        alike = map(self._sessions_by_looks.get, _looks(name, user_id))
        return next((other for other in alike if other and other.user_id != user_id), None)

    def _count_login(self, network: str) -> None:
        # only with the right password: guessers must not use up what others of their address need
        logins = self._logins.bucket(network)
        if logins.wait:
            raise LoginError(f'Too many logins from your address. Please try again in {in_words(logins.wait)}.')
        if self._sessions_per_network[network] >= self._max_sessions:
            raise LoginError(f'{self._max_sessions} people are here from your address already. Please try again later.')
        logins.take()

    def _check_password(self, password: str, source: Source) -> None:
        if wait := self._throttle.wait(source):
            raise LoginError(f'Too many wrong passwords. Please try again in {in_words(wait)}.')
        is_right = hmac.compare_digest(_digest(password), self._password)
        self._throttle.record(source, right=is_right)
        if not is_right:
            raise LoginError('That is not the password. Please try again.')


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


def _looks(name: str, user_id: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return what a name looks like as it is written, and as it is compared; no two sessions share either."""
    return ('name', skeleton(name)), ('user_id', skeleton(user_id))


def _too_long(name: str) -> LoginError:
    return LoginError(f'A name can have at most {MAX_NAME_LENGTH} characters; this one has {len(name)}.')


def _digest(password: str) -> bytes:
    return hashlib.sha256(password.encode('utf-8', 'surrogatepass')).digest()
