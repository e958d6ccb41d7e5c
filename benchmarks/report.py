"""The table for people, the short one for the README, and the file for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.promise import Outcome, Promise, amount

HEADINGS = ('workload', 'figure', 'must hold', 'measured', 'holds?')
SHORT_HEADINGS = ('workload', 'promise', 'limit', 'measured')
VERDICTS = {True: 'yes', False: 'NO', None: ''}


def table(outcomes: Sequence[Outcome]) -> str:
    """All figures, the medians of the runs."""
    rows: list[Sequence[str]] = []
    for outcome in outcomes:
        titles = [outcome.workload.title] + [''] * len(outcome.rows)
        for title, (promise, value) in zip(titles, outcome.rows, strict=False):
            measured = amount(value, promise.unit)
            rows.append((title, promise.figure, promise.rule, measured, VERDICTS[promise.holds(value)]))
    return _columns(HEADINGS, rows)


def warnings(outcomes: Sequence[Outcome]) -> list[str]:
    """What disturbed which run."""
    runs = [(outcome, *item) for outcome in outcomes for item in enumerate(outcome.strains, 1)]
    return [
        f'Disturbed: {outcome.workload.name}, run {number}: {text}'
        for outcome, number, strain in runs
        for text in strain.warnings
    ]


def short_table(outcomes: Sequence[Outcome]) -> str:
    """What must hold, and how it holds, in Markdown."""
    rows: list[Sequence[str]] = []
    for outcome in outcomes:
        chosen = [(promise, value) for promise, value in outcome.rows if promise.rule or promise.notable]
        titles = [outcome.workload.title] + [''] * len(chosen)
        rows += [_short_row(title, *row) for title, row in zip(titles, chosen, strict=False)]
    runs = max(len(outcome.runs) for outcome in outcomes)
    noun = 'one run' if runs == 1 else f'medians of {runs} runs'
    return f'{_columns(SHORT_HEADINGS, rows)}\n\nMeasured on {machine.today()}, {noun}: {machine.sentence()}.\n'


def as_json(outcomes: Sequence[Outcome]) -> str:
    """Everything that was measured."""
    workloads = {outcome.workload.name: _content(outcome) for outcome in outcomes}
    return json.dumps({'date': machine.now(), 'machine': machine.facts(), 'workloads': workloads}, indent=2) + '\n'


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding='utf-8')


def _content(outcome: Outcome) -> dict[str, Any]:
    return {
        'title': outcome.workload.title,
        'holds': outcome.holds,
        'disturbance': [asdict(strain) for strain in outcome.strains],
        'figures': {promise.figure: _figure(outcome, promise, value) for promise, value in outcome.rows},
    }


def _figure(outcome: Outcome, promise: Promise, value: float) -> dict[str, Any]:
    return {
        'median': value,
        'runs': [figures[promise.figure] for figures in outcome.runs],
        'unit': promise.unit,
        'at most': promise.at_most,
        'at least': promise.at_least,
        'holds': promise.holds(value),
    }


def _short_row(title: str, promise: Promise, value: float) -> Sequence[str]:
    measured = amount(value, promise.unit)
    return title, promise.figure, promise.rule, f'**{measured}**' if promise.holds(value) is False else measured


def _columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    lines = [headings, ['-' * width for width in widths], *rows]
    return '\n'.join('| ' + ' | '.join(map(str.ljust, line, widths)) + ' |' for line in lines)
