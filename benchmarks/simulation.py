"""A discrete-event model of replicas on one database: what each message costs, what it waits for, what saturates.

A replica does one thing at a time, and so does whoever holds the lock of the order. While something is done, messages
gather, as they do in the program: in the next commit, the next read and the next packet.
"""

import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import NamedTuple

from benchmarks.agenda import Agenda, Processors, Then

MAX_GROUP = 1000
PACKET = 24  # messages of usual length that a replica writes at once


class Cost(NamedTuple):
    """Seconds of CPU: what a group of messages costs, and what each message in it adds."""

    group: float
    message: float

    def of(self, messages: int) -> float:
        return self.group + self.message * messages


@dataclass(frozen=True)
class Costs:
    """What is done for a group of messages.

    :param commit: by the replica that they are posted at
    :param follow: seconds of CPU of each other replica, to be told of the group
    :param render: seconds of CPU of every replica for each message
    :param write: by each replica, for each of its visitors, where a group is a packet
    :param database_commit: by the database, which holds the lock of the order meanwhile
    :param database_read: by the database, for each other replica
    :param flush: seconds until the disk has a commit
    """

    commit: Cost
    follow: float
    render: float
    write: Cost
    database_commit: Cost
    database_read: Cost
    flush: float


@dataclass(frozen=True)
class Installation:
    """What the messenger runs on.

    :param visitors: at each replica
    :param database_cores: of the database's machine; each replica has a core of its own
    :param network: seconds for a round trip between a replica and the database
    :param shared_cores: if not 0, everything shares this many cores instead, and the load generator with it
    :param load: seconds of CPU of the load generator for each delivery
    """

    replicas: int
    visitors: int
    database_cores: int = 4
    network: float = 0.0005
    shared_cores: int = 0
    load: float = 0.0


@dataclass(frozen=True)
class Result:
    """What came of it: messages a second, seconds until they are seen, and the share of time that each part is busy."""

    per_second: float
    median: float
    p99: float
    busy: dict[str, float]


class Post(NamedTuple):
    time: float
    replica: int


@dataclass
class Replica:
    """A server: what is posted there and not committed, how many groups it has told, and what it has yet to write."""

    number: int
    cpu: Processors
    posted: list[Post] = field(default_factory=list)
    news: list[Post] = field(default_factory=list)
    told: int = 0
    is_committing: bool = False
    is_reading: bool = False
    must_read: bool = False
    is_writing: bool = False


class Simulation:
    """Replicas whose visitors post."""

    def __init__(self, costs: Costs, installation: Installation) -> None:
        self._costs = costs
        self._installation = installation
        self._agenda = Agenda()
        self._random = Random(1)
        shared = Processors(self._agenda, installation.shared_cores) if installation.shared_cores else None
        self._database = shared or Processors(self._agenda, installation.database_cores)
        self._generator = shared or Processors(self._agenda, 1)
        self._replicas = [
            Replica(number, shared or Processors(self._agenda, 1)) for number in range(installation.replicas)
        ]
        self._groups: list[list[Post]] = []
        self._lock_queue: deque[Then] = deque()
        self._is_locked = False
        self._locked_at = self._held = 0.0
        # when by the last visitor, how many seconds after it was posted, and how many after the first visitor
        self._seen: list[tuple[float, float, float]] = []
        self._is_closed_loop = False

    def post_at_random(self, rate: float, seconds: float) -> Result:
        """Have visitors post so many messages a second, independently of each other."""
        time = 0.0
        while (time := time + self._random.expovariate(rate)) < seconds:
            replica = self._random.choice(self._replicas)
            self._agenda.after(time, partial(self._post, replica))
        return self._run(seconds)

    def post_in_closed_loop(self, posters: int, seconds: float) -> Result:
        """Have people post, each again as soon as the last message is on the own screen."""
        self._is_closed_loop = True
        for number in range(posters):
            self._post(self._replicas[number % len(self._replicas)])
        return self._run(seconds)

    def _run(self, seconds: float) -> Result:
        self._agenda.run(seconds)
        seen = [(delay, since) for time, delay, since in self._seen if time > seconds / 2]  # the queues are in balance
        return Result(
            per_second=len(seen) / len(self._replicas) / seconds * 2,
            median=statistics.median(delay - since / 2 for delay, since in seen),
            p99=statistics.quantiles([delay for delay, _ in seen], n=100)[98],
            busy={
                'a replica': max(replica.cpu.worked / replica.cpu.cores for replica in self._replicas) / seconds,
                'the database': self._database.worked / self._database.cores / seconds,
                'the lock': self._held / seconds,
            },
        )

    def _post(self, replica: Replica) -> None:
        replica.posted.append(Post(self._agenda.now, replica.number))
        self._commit(replica)

    def _commit(self, replica: Replica) -> None:
        if replica.is_committing or not replica.posted:
            return
        group, replica.posted = replica.posted[:MAX_GROUP], replica.posted[MAX_GROUP:]
        replica.is_committing = True

        def send() -> None:
            self._agenda.after(self._installation.network / 2, partial(self._take_lock, write))

        def write() -> None:
            seconds = self._costs.database_commit.of(len(group))
            self._database.work(('writer', replica.number), seconds, flush)

        def flush() -> None:
            self._agenda.after(self._costs.flush, finish)

        def finish() -> None:
            self._groups.append(group)
            self._free_lock()
            index = len(self._groups) - 1
            for other in self._replicas:
                then = partial(self._return, replica, index) if other is replica else partial(self._read, other)
                self._agenda.after(self._installation.network / 2, then)

        replica.cpu.work(replica.number, self._costs.commit.of(len(group)), send)

    def _take_lock(self, then: Then) -> None:
        if self._is_locked:
            self._lock_queue.append(then)
        else:
            self._is_locked = True
            self._locked_at = self._agenda.now
            then()

    def _free_lock(self) -> None:
        self._is_locked = False
        self._held += self._agenda.now - self._locked_at
        if self._lock_queue:
            self._take_lock(self._lock_queue.popleft())

    def _return(self, replica: Replica, index: int) -> None:
        replica.is_committing = False
        self._commit(replica)
        if replica.told == index:
            self._tell(replica, index + 1)
        elif replica.told < index:
            self._read(replica)

    def _read(self, replica: Replica) -> None:
        replica.must_read = replica.is_reading
        if replica.is_reading or replica.told == len(self._groups):
            return
        replica.is_reading = True
        half = self._installation.network / 2

        def find() -> None:
            end = len(self._groups)
            seconds = self._costs.database_read.of(sum(map(len, self._groups[replica.told : end])))
            received = partial(self._agenda.after, half, partial(take, end))
            self._database.work(('reader', replica.number), seconds, received)

        def take(end: int) -> None:
            replica.cpu.work(replica.number, self._costs.follow, partial(tell, end))

        def tell(end: int) -> None:
            replica.is_reading = False
            self._tell(replica, end)
            if replica.must_read:
                self._read(replica)

        self._agenda.after(half, find)

    def _tell(self, replica: Replica, end: int) -> None:
        replica.news += [post for group in self._groups[replica.told : end] for post in group]
        replica.told = max(replica.told, end)
        self._write(replica)

    def _write(self, replica: Replica) -> None:
        if replica.is_writing or not replica.news:
            return
        replica.is_writing = True
        posts, replica.news = replica.news[:PACKET], replica.news[PACKET:]
        writing = self._costs.write.of(len(posts)) * self._installation.visitors

        def finish() -> None:
            reading = len(posts) * self._installation.visitors * self._installation.load
            self._generator.work('load', reading, partial(self._see, replica, posts, writing + reading))
            self._agenda.after(writing, proceed)  # as long again is left to other work

        def proceed() -> None:
            replica.is_writing = False
            self._write(replica)

        rendering = self._costs.render * len(posts)
        replica.cpu.work(replica.number, rendering + writing, finish)

    def _see(self, replica: Replica, posts: Sequence[Post], since_first: float) -> None:
        now = self._agenda.now
        self._seen += [(now, now - post.time, since_first) for post in posts]
        if self._is_closed_loop:
            for post in posts:
                if post.replica == replica.number:
                    self._post(replica)
