"""What is measured and what must hold."""

import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.strain import Strain

Figures = dict[str, float]


@dataclass(frozen=True)
class Promise:
    """A figure and its limit; one without a limit is only reported.

    :param notable: whether it belongs in the short table even without a limit
    """

    figure: str
    unit: str = ''
    at_most: float | None = None
    at_least: float | None = None
    notable: bool = False

    @property
    def rule(self) -> str:
        if self.at_most is not None:
            return f'<= {amount(self.at_most, self.unit)}'
        if self.at_least is not None:
            return f'>= {amount(self.at_least, self.unit)}'
        return ''

    def holds(self, value: float) -> bool | None:
        """Whether it holds; None where nothing must."""
        if self.at_most is not None:
            return value <= self.at_most
        if self.at_least is not None:
            return value >= self.at_least
        return None


@dataclass(frozen=True)
class Workload:
    """Something the servers are put through. ``run(quick)`` does it once and answers all figures of ``promises``."""

    name: str
    title: str
    promises: Sequence[Promise]
    run: Callable[[bool], Awaitable[Figures]]


@dataclass
class Outcome:
    """The figures of some runs of a workload, and what disturbed each of them."""

    workload: Workload
    runs: list[Figures] = field(default_factory=list)
    strains: list[Strain] = field(default_factory=list)

    def median(self, figure: str) -> float:
        return statistics.median(figures[figure] for figures in self.runs)

    @property
    def rows(self) -> list[tuple[Promise, float]]:
        """The promises that were measured, with the medians of their figures."""
        measured = [promise for promise in self.workload.promises if promise.figure in self.runs[0]]
        return [(promise, self.median(promise.figure)) for promise in measured]

    @property
    def holds(self) -> bool:
        return all(promise.holds(value) is not False for promise, value in self.rows)


def amount(value: float, unit: str) -> str:
    """A figure for people; three digits are enough."""
    digits = f'{value:,.0f}' if abs(value) >= 100 else f'{value:.3g}'
    return f'{digits} {unit}'.rstrip()
