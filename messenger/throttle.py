"""How many wrong passwords are heard, and whose."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from messenger.networks import network_of
from messenger.rate_limits import TokenBucket

MAX_HEARD = 19  # wrong passwords in a minute
FORGET_FAILURES_AFTER = 600.0
MAX_TURN = 60.0
TURN_LASTS = 20.0
MAX_NEW_IN_REGION = 13
MAX_KNOWN = 1000


@dataclass(frozen=True)
class Source:
    """Where a password comes from.

    :param address: IP address of the browser
    :param page: identifier that only the server and this page know
    """

    address: str
    page: str = ''

    @property
    def network(self) -> str:
        """The network of the address (see `network_of`)."""
        return network_of(self.address)


@dataclass(frozen=True)
class Turn:
    """The time at which the next try of a source will be heard, and the share that it is taken from."""

    due: float
    share: TokenBucket


class Throttle:
    """Decides whose password is heard, that is, compared and answered. A right one costs nothing.

    Guarantees:

    1. In any minute fewer than 20 wrong passwords are heard, from however many addresses.
    2. Who has the right password, and tries again after the wait that they are told, is in within a minute,

       - from a network that nothing wrong has come from in the last ten minutes, while twelve others guess, or
         thousands that have had their first try or are of one region;
       - from a network in which one other page guesses, if nobody guesses elsewhere;
       - from a network that somebody came in from before, unless somebody in such a network guesses too.

    More cannot be promised: each heard try is a guess, so a thousand strangers who all come at once cannot all be heard
    within a minute, and nothing tells the one among them who knows the password.

    For this, what may be heard is shared out: most of it to networks without failures, one try each; a little to those
    from which somebody came in; the rest to all that have failed. Who must wait gets a turn, in the order of asking:
    trying more often, or earlier, gains nothing.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """
        :param clock: source of the time in seconds
        """
        self._clock = clock
        self._for_new = TokenBucket(burst=6, interval=7.0, clock=clock)  # the 13th of 13 waits (13 - 6) * 7 s
        self._for_known = TokenBucket(burst=1, interval=120.0, clock=clock)
        self._for_failing = TokenBucket(burst=1, interval=20.0, clock=clock)  # the second of two waits 40 s
        self._failed: dict[str, float] = {}
        self._known: dict[str, None] = {}
        self._turns: dict[Source, Turn] = {}
        self._heard = deque[float](maxlen=MAX_HEARD)

    def wait(self, source: Source) -> float:
        """Return the seconds until the source is heard; 0 if it is heard now, and then `record` must be called."""
        now = self._clock()
        self._forget(now)
        turn = self._turns.get(source)
        if turn:
            return max(turn.due - now, self._overall_wait(now))
        share = self._share_for(source)
        wait = share.wait
        if 0 < wait <= MAX_TURN:
            share.take()
            self._turns[source] = Turn(now + wait, share)
        return max(wait, self._overall_wait(now))

    def record(self, source: Source, *, right: bool) -> None:
        """Note whether the password that was heard was right."""
        now = self._clock()
        turn = self._turns.pop(source, None)
        share = turn.share if turn else self._share_for(source)
        if right:
            if turn:
                share.give_back()
            self._failed.pop(source.network, None)
            self._remember(source.network)
        else:
            if not turn:
                share.take()
            self._failed[source.network] = now
            self._heard.append(now)

    def dump(self) -> dict[str, Any]:
        """Return all that it knows, with all times in seconds from now."""
        now = self._clock()
        return {
            'shares': [share.full_in for share in self._shares],
            'failed': [(network, at - now) for network, at in self._failed.items()],
            'known': list(self._known),
            'turns': [
                (source.address, source.page, turn.due - now, self._shares.index(turn.share))
                for source, turn in self._turns.items()
            ],
            'heard': [at - now for at in self._heard],
        }

    def load(self, dumped: dict[str, Any], age: float) -> None:
        """Know what was dumped ``age`` seconds ago, and nothing else."""
        then = self._clock() - age
        for share, full_in in zip(self._shares, dumped['shares'], strict=True):
            share.full_in = full_in - age
        self._failed = {network: then + at for network, at in dumped['failed']}
        self._known = dict.fromkeys(dumped['known'])
        self._turns = {
            Source(address, page): Turn(then + due, self._shares[share])
            for address, page, due, share in dumped['turns']
        }
        self._heard = deque((then + at for at in dumped['heard']), maxlen=MAX_HEARD)

    @property
    def _shares(self) -> tuple[TokenBucket, TokenBucket, TokenBucket]:
        return self._for_new, self._for_known, self._for_failing

    def _share_for(self, source: Source) -> TokenBucket:
        if source.network in self._failed:
            return self._for_failing
        shares = [self._for_known] * (source.network in self._known) + [self._for_new] * self._is_new(source)
        return min(shares, key=lambda share: share.wait, default=self._for_failing)

    def _is_new(self, source: Source) -> bool:
        waiting = {other.network for other, turn in self._turns.items() if turn.share is self._for_new}
        region = _region(source.network)
        neighbours = {network for network in waiting | self._failed.keys() if _region(network) == region}
        return source.network not in waiting and len(neighbours) < MAX_NEW_IN_REGION

    def _overall_wait(self, now: float) -> float:
        return max(0.0, self._heard[0] + 60 - now) if len(self._heard) == MAX_HEARD else 0.0

    def _remember(self, network: str) -> None:
        self._known.pop(network, None)
        self._known[network] = None
        if len(self._known) > MAX_KNOWN:
            del self._known[next(iter(self._known))]

    def _forget(self, now: float) -> None:
        self._failed = {network: at for network, at in self._failed.items() if now - at < FORGET_FAILURES_AFTER}
        self._turns = {source: turn for source, turn in self._turns.items() if now < turn.due + TURN_LASTS}


def _region(network: str) -> str:
    """Return what one provider or one house has: the /16 of an IPv4 address, the /32 of an IPv6 network."""
    return network_of(network, ipv4=16, ipv6=32)
