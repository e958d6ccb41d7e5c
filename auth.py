"""Logging in: the shared password and its throttle, usernames, login sessions."""

import hashlib
import hmac
import secrets
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from messenger.lookalikes import is_invisible, skeleton
from messenger.rate_limits import RateLimit, in_words
from messenger.storage import (
    DatabaseUnavailableError,
    Holder,
    MemoryRegister,
    Register,
    Registration,
    Registrations,
)
from messenger.throttle import Source, Throttle
from models import fold_name

MAX_NAME_LENGTH = 32
# At most four code points become one when they are composed (such as ᾂ), so no name needs more. A longer one is refused
# unread: composing takes time that grows with the square of a hostile text's length.
MAX_RAW_NAME_LENGTH = 4 * MAX_NAME_LENGTH


def _do_nothing() -> None:
    pass


class LoginError(Exception):
    """A login that is refused; the message is a sentence for the user."""


@dataclass(eq=False)
class LoginSession:
    """One user's login, which lasts as long as the page it was made on.

    :param name: username as it is shown
    :param user_id: username as it is compared (see `models.fold_name`)
    :param network: where it came from (see `Source`)
    :param on_end: called if another login ends it
    :param ended: whether the user is logged out; a session never comes back to life
    """

    name: str
    user_id: str
    network: str = ''
    on_end: Callable[[], None] = _do_nothing
    ended: bool = False

    @cached_property
    def registration(self) -> Registration:
        """The session as all servers know it."""
        looks = skeleton(self.name), skeleton(self.user_id)
        return Registration(secrets.token_hex(16), self.name, self.user_id, looks, self.network)

    @cached_property
    def upload_token(self) -> str:
        """What its page shows when it sends a file, which comes by a connection of its own."""
        return secrets.token_urlsafe(16)


class LoginService:
    """Logs users in by username and shared password, and knows which names are in use."""

    def __init__(
        self,
        password: str,
        register: Register | None = None,
        *,
        sessions_per_address: int = 500,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        :param password: the password that all users share
        :param register: what servers know of each other's users
        :param sessions_per_address: how many sessions one address may have, and begin in a minute
        :param clock: source of the time in seconds, for the throttle
        """
        self._password = _digest(password)
        self._register = register or MemoryRegister()
        self._register.on_end(self._end)
        self._sessions: dict[str, LoginSession] = {}  # those of this server, by their tokens
        self._uploaders: dict[str, LoginSession] = {}  # the same, by their upload tokens
        self._throttle = Throttle(clock=clock)
        self._max_sessions = sessions_per_address
        self._logins = RateLimit(burst=sessions_per_address, per_second=sessions_per_address / 60, clock=clock)

    async def log_in(self, name: str, password: str, source: Source) -> LoginSession:
        """Log a user in and return the new session.

        A name whose holder has lost the connection is taken over, which ends the holder's session.

        :param name: username as it was typed
        :param password: password as it was typed
        :param source: where this comes from, for the throttle
        :raises LoginError: if the name cannot be used or is in use, the password is wrong, or too many were wrong
        """
        name = clean_username(name)
        session = LoginSession(name, fold_name(name), source.network)
        try:
            outcome = await self._register.decide(
                lambda registrations: self._decide(registrations, session.registration, password, source),
                shared=self._throttle,
            )
        except DatabaseUnavailableError:
            self._register.remove(session.registration)  # it may be there in spite of that
            raise LoginError('The server cannot reach its database. Please try again in a moment.') from None
        if isinstance(outcome, LoginError):
            raise outcome
        self._sessions[session.registration.token] = self._uploaders[session.upload_token] = session
        if outcome:
            self._end(outcome.token)
        return session

    def log_out(self, session: LoginSession) -> None:
        """End a session, which frees its name unless another session has taken it over."""
        session.ended, session.on_end = True, _do_nothing  # nothing holds the page any more
        self._uploaders.pop(session.upload_token, None)
        if self._sessions.pop(session.registration.token, None):
            self._register.remove(session.registration)

    def set_connected(self, session: LoginSession, connected: bool) -> None:
        """Note whether a live socket holds the name of a session; otherwise another login may take it over."""
        if not session.ended:
            self._register.set_connected(session.registration, connected)

    def find_uploader(self, upload_token: str) -> LoginSession | None:
        """Return the session of this server whose page may send files with a token, None if it has ended."""
        return self._uploaders.get(upload_token)

    def _decide(
        self, registrations: Registrations, wanted: Registration, password: str, source: Source
    ) -> Holder | LoginError | None:
        """Register a session unless it is refused, and return whose name it has taken over.

        A refusal is returned, since the throttle is to remember it.
        """
        try:
            self._check_password(password, source)
            holder = registrations.find(wanted.user_id)
            is_held = holder is not None and holder.connected
            obstacle = holder if is_held else registrations.find_lookalike(wanted.looks, wanted.user_id)
            if obstacle:
                raise LoginError(f'{obstacle.name} is already here. Please choose another name.')
            self._count_login(wanted.network, registrations.count(wanted.network))
        except LoginError as error:
            return error
        registrations.add(wanted)
        return holder

    def _end(self, token: str) -> None:
        """Log out a session of this server that another login has ended."""
        if session := self._sessions.pop(token, None):
            self._uploaders.pop(session.upload_token, None)
            session.ended, on_end = True, session.on_end
            session.on_end = _do_nothing
            on_end()

    def _count_login(self, network: str, sessions: int) -> None:
        # only with the right password: guessers must not use up what others of their address need
        logins = self._logins.bucket(network)
        if logins.wait:
            raise LoginError(f'Too many logins from your address. Please try again in {in_words(logins.wait)}.')
        if sessions >= self._max_sessions:
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


def _too_long(name: str) -> LoginError:
    return LoginError(f'A name can have at most {MAX_NAME_LENGTH} characters; this one has {len(name)}.')


def _digest(password: str) -> bytes:
    return hashlib.sha256(password.encode('utf-8', 'surrogatepass')).digest()
