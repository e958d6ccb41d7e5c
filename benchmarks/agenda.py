"""Discrete events: when something happens, and what has to wait for a processor."""

from collections import deque
from collections.abc import Callable, Hashable
from functools import partial
from heapq import heappop, heappush
from itertools import count

Then = Callable[[], object]


class Agenda:
    """What happens when; the time is that of the latest event."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Then]] = []
        self._numbers = count()

    def after(self, seconds: float, then: Then) -> None:
        heappush(self._events, (self.now + seconds, next(self._numbers), then))

    def run(self, until: float) -> None:
        while self._events and self._events[0][0] <= until:
            self.now, _, then = heappop(self._events)
            then()


class Processors:
    """Cores that work in turn; each process on one of them at a time."""

    def __init__(self, agenda: Agenda, cores: int) -> None:
        self.worked = 0.0
        self.cores = cores
        self._agenda = agenda
        self._waiting: deque[tuple[Hashable, float, Then]] = deque()
        self._running: set[Hashable] = set()

    def work(self, process: Hashable, seconds: float, then: Then) -> None:
        self._waiting.append((process, seconds, then))
        self._start()

    def _start(self) -> None:
        for _ in range(len(self._waiting)):
            process, seconds, then = job = self._waiting.popleft()
            if len(self._running) == self.cores or process in self._running:
                self._waiting.append(job)
                continue
            self._running.add(process)
            self.worked += seconds
            self._agenda.after(seconds, partial(self._finish, process, then))

    def _finish(self, process: Hashable, then: Then) -> None:
        self._running.remove(process)
        then()
        self._start()
