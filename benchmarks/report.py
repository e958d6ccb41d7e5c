"""The outcome of all runs, as a table for people and as JSON for programs."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from math import inf

from benchmarks.limits import ANY, LIMITS
from benchmarks.machine import describe


@dataclass
class Outcome:
    """The figures of each run of a workload, and which share of the machine others used meanwhile."""

    workload: str
    runs: list[dict[str, float]] = field(default_factory=list)
    disturbances: list[float] = field(default_factory=list)

    @property
    def medians(self) -> dict[str, float]:
        return {figure: statistics.median(run[figure] for run in self.runs) for figure in self.runs[0]}

    @property
    def holds(self) -> bool:
        return all(self.is_kept(figure) for figure in self.medians)

    def is_kept(self, figure: str) -> bool:
        least, most = LIMITS[self.workload].get(figure, ANY)
        return least <= self.medians[figure] <= most

    def row(self, figure: str) -> tuple[str, ...]:
        """Return a figure's row of the table."""
        least, most = LIMITS[self.workload].get(figure, ANY)
        rule = f'≤ {amount(most)}' if most < inf else f'≥ {amount(least)}' if least else ''
        verdict = 'yes' if self.is_kept(figure) else '**no**'
        return self.workload, figure, rule, amount(self.medians[figure]), verdict if rule else ''


def to_table(outcomes: Sequence[Outcome]) -> str:
    """Return all figures, the medians of the runs, in Markdown."""
    rows: list[tuple[str, ...]] = [('workload', 'figure', 'must hold', 'measured', 'holds?')]
    rows += [outcome.row(figure) for outcome in outcomes for figure in outcome.medians]
    return f'{to_markdown(rows)}\n\nMedians of {len(outcomes[0].runs)}. {describe()}\n'


def to_markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return a table, whose first row is its head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ['| ' + ' | '.join(map(str.ljust, row, widths)) + ' |' for row in rows]
    lines.insert(1, '| ' + ' | '.join('-' * width for width in widths) + ' |')
    return '\n'.join(lines)


def to_json(outcomes: Sequence[Outcome]) -> str:
    """Return everything that was measured."""
    workloads = {outcome.workload: asdict(outcome) | {'medians': outcome.medians} for outcome in outcomes}
    return json.dumps({'machine': describe(), 'workloads': workloads}, indent=2) + '\n'


def amount(value: float) -> str:
    """Return a figure for people, to whom three digits are enough."""
    return f'{value:,.0f}' if abs(value) >= 100 else f'{value:.3g}'
