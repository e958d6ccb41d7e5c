"""How often something may be done: tokens that are taken for it and come back at a steady pace."""

import time
from collections.abc import Callable
from typing import Literal, Protocol

MAX_SOURCES = 1000  # from here on, those who have all their tokens are forgotten
MEMBERS_OF_NETWORK = 10  # who share an address, such as that of a proxy, may do as much as so many members
Action = Literal['post', 'edit', 'react', 'type', 'search', 'load', 'upload']
# times posts
ACTIONS: dict[Action, float] = {'post': 1, 'edit': 1, 'react': 2, 'type': 1, 'search': 2, 'load': 5, 'upload': 2}

Clock = Callable[[], float]


class TokenBucket:
    """Some tokens that can be taken at once and come back one by one; the next one can be taken in advance."""

    def __init__(self, *, burst: int, interval: float, clock: Clock = time.monotonic) -> None:
        """
        :param burst: number of tokens that can be taken at once
        :param interval: seconds until another one is there
        :param clock: source of the time in seconds
        """
        self._slack = (burst - 1) * interval
        self._interval = interval
        self._clock = clock
        self._full_at = clock()

    @property
    def is_full(self) -> bool:
        """Whether all tokens are there."""
        return self._full_at <= self._clock()

    @property
    def wait(self) -> float:
        """Seconds until a token is there that nobody has taken, 0 if there is one."""
        return max(0.0, self._full_at - self._slack - self._clock())

    def take(self) -> None:
        """Take a token, that which is due next if there is none."""
        self._full_at = max(self._full_at, self._clock()) + self._interval

    def give_back(self) -> None:
        """Return a token that was not needed."""
        self._full_at -= self._interval

    @property
    def full_in(self) -> float:
        """Seconds until all tokens are there."""
        return self._full_at - self._clock()

    @full_in.setter
    def full_in(self, seconds: float) -> None:
        self._full_at = self._clock() + seconds


class RateLimit:
    """Limits how often each source may do one thing, such as each user post."""

    def __init__(self, *, burst: int, per_second: float, clock: Clock = time.monotonic) -> None:
        """
        :param burst: how often it may be done at once
        :param per_second: how often it may be done in the long run
        :param clock: source of the time in seconds
        """
        self._burst = burst
        self._interval = 1 / per_second
        self._clock = clock
        self._buckets: dict[str, TokenBucket] = {}

    def bucket(self, source: str) -> TokenBucket:
        """Return the tokens of a source."""
        if len(self._buckets) > MAX_SOURCES:
            self._buckets = {source: bucket for source, bucket in self._buckets.items() if not bucket.is_full}
        if source not in self._buckets:
            self._buckets[source] = TokenBucket(burst=self._burst, interval=self._interval, clock=self._clock)
        return self._buckets[source]


class Member(Protocol):
    """Whose actions are limited: by the name, and together with all others of the same network."""

    @property
    def user_id(self) -> str: ...

    @property
    def network(self) -> str: ...


class MemberLimits:
    """How often members may do what costs the others something, each of them and all of one network together."""

    def __init__(self, *, posts_per_second: float, post_burst: int, clock: Clock = time.monotonic) -> None:
        """
        :param posts_per_second: how often a member may post in the long run; other actions follow from it
        :param post_burst: how often a member may post at once
        :param clock: source of the time in seconds
        """

        def limit(factor: float) -> RateLimit:
            burst, per_second = max(1, round(factor * post_burst)), factor * posts_per_second
            return RateLimit(burst=burst, per_second=per_second, clock=clock)

        self._limits = {
            action: (limit(factor), limit(factor * MEMBERS_OF_NETWORK)) for action, factor in ACTIONS.items()
        }

    def count(self, action: Action, member: Member) -> float:
        """Count an action.

        :return: 0 if it may be done, otherwise the seconds to wait; then it is not counted
        """
        of_member, of_network = self._limits[action]
        buckets = of_member.bucket(member.user_id), of_network.bucket(member.network)
        wait = max(bucket.wait for bucket in buckets)
        if not wait:
            for bucket in buckets:
                bucket.take()
        return wait


def in_words(seconds: float) -> str:
    """Return a wait as it is told: whole seconds, no fewer than it takes."""
    whole = -int(-seconds // 1)
    return '1 second' if whole == 1 else f'{whole} seconds'
