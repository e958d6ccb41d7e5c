"""Time that tests move."""

from collections.abc import Callable


class Timer:
    """A call that is due at some time, unless it is cancelled."""

    def __init__(self, due: float, callback: Callable[[], object]) -> None:
        self.due = due
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    """Tells the time in seconds, and runs timers when a test moves it."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self._timers: list[Timer] = []

    def __call__(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], object]) -> Timer:
        """Schedule a call, like the method of an event loop."""
        timer = Timer(self.now + delay, callback)
        self._timers.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        """Move on, and run the timers that have become due in their order."""
        self.now += seconds
        due = sorted((timer for timer in self._timers if timer.due <= self.now), key=lambda timer: timer.due)
        self._timers = [timer for timer in self._timers if timer not in due]
        for timer in due:
            if not timer.cancelled:
                timer.callback()
