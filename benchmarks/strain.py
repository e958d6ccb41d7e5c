"""What spoils figures, noted so that a disturbed run is not taken for a slow server."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

GENERATOR_LIMIT = 0.9
WAIT_LIMIT = 0.15
STEAL_LIMIT = 0.05
IDLE_ENOUGH = 0.9
LOOK_FOR = 2.0


@dataclass
class Strain:
    """The worst there was during a run, as shares.

    :param generator: of the time that the load generator used its core
    :param wait: of the time a server could have run that it waited for its core, because others used it
    :param steal: of the cores' time that the host of a virtual machine gave to others
    """

    generator: float = 0.0
    wait: float = 0.0
    steal: float = 0.0

    def note(self, *, generator: float = 0.0, wait: float = 0.0, steal: float = 0.0) -> None:
        """Keep the worst."""
        self.generator = max(self.generator, generator)
        self.wait = max(self.wait, wait)
        self.steal = max(self.steal, steal)

    @property
    def by_others(self) -> float:
        """How much others disturbed."""
        return self.wait + self.steal

    @property
    def is_disturbed(self) -> bool:
        return self.wait > WAIT_LIMIT or self.steal > STEAL_LIMIT

    @property
    def warnings(self) -> list[str]:
        found = {
            f'the load generator used {self.generator:.0%} of its core': self.generator > GENERATOR_LIMIT,
            f'a server waited for its core {self.wait:.0%} of the time': self.wait > WAIT_LIMIT,
            f'the host took {self.steal:.0%} of the cores': self.steal > STEAL_LIMIT,
        }
        return [text for text, is_much in found.items() if is_much]


current = Strain()


@contextmanager
def watched() -> Iterator[Strain]:
    """Note in ``current`` what happens during a run; what is handed out keeps it."""
    global current
    current = strain = Strain()
    before = _ticks()
    yield strain
    after = _ticks()
    strain.note(steal=(after.stolen - before.stolen) / max(after.total - before.total, 1))


async def calm(patience: float) -> None:
    """Wait until the cores are idle, but not longer than ``patience`` seconds."""
    end = time.monotonic() + patience
    idle = 0.0
    while idle < IDLE_ENOUGH and time.monotonic() < end:
        before = _ticks()
        await asyncio.sleep(LOOK_FOR)
        after = _ticks()
        idle = (after.idle - before.idle) / max(after.total - before.total, 1)


class Ticks(NamedTuple):
    """Time of all cores since the start of the machine."""

    total: int
    idle: int
    stolen: int


def _ticks() -> Ticks:
    user, nice, system, idle, wait, *_, stolen = map(int, Path('/proc/stat').read_text().splitlines()[0].split()[1:9])
    return Ticks(user + nice + system + idle + wait + stolen, idle + wait, stolen)
