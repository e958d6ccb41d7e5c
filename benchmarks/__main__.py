"""``python -m benchmarks``: measure every promise, print a table, and fail if one does not hold."""

import argparse
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop

from benchmarks import machine, report, strain
from benchmarks.process import CORES, take_generator_core
from benchmarks.promise import Figures, Outcome, Workload
from benchmarks.workloads import ALL


def main() -> None:
    options = arguments()
    if len(CORES) < 2:
        print('Warning: with one core for servers and load generator together, the figures say little.')
    take_generator_core()
    gc.disable()  # else the generator's own pauses would count as the server's
    chosen = [workload for workload in ALL if not options.only or workload.name in options.only]
    runs = options.runs or (1 if options.quick else 3)
    manner = {'retries': options.retries, 'patience': options.patience, 'quick': options.quick}
    outcomes = uvloop.run(measure(chosen, runs, **manner))
    print(f'\n{report.table(outcomes)}\n\n{machine.now()}: {machine.sentence()}')
    print(*report.warnings(outcomes), sep='\n')
    if options.json:
        report.write(options.json, report.as_json(outcomes))
    if options.markdown:
        report.write(options.markdown, report.short_table(outcomes))
    sys.exit(not all(outcome.holds for outcome in outcomes))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='python -m benchmarks', description=__doc__)
    parser.add_argument('--quick', action='store_true', help='shorter, smaller, and one run')
    parser.add_argument('--only', action='append', choices=[workload.name for workload in ALL], help='one workload')
    parser.add_argument('--runs', type=int, metavar='N', help='how often each workload runs; the median counts')
    parser.add_argument('--retries', type=int, metavar='N', default=2, help='how often a disturbed run is repeated')
    parser.add_argument('--patience', type=float, metavar='S', default=30, help='seconds to wait for idle cores')
    parser.add_argument('--json', type=Path, metavar='FILE', help='also write every figure of every run to a file')
    parser.add_argument('--markdown', type=Path, metavar='FILE', help='also write a short table to a file')
    return parser.parse_args()


async def measure(workloads: Sequence[Workload], runs: int, **manner: Any) -> list[Outcome]:
    """Put the servers through the workloads, each ``runs`` times; ``manner`` is as in `calm_run`."""
    outcomes = []
    for workload in workloads:
        outcome = Outcome(workload)
        for run in range(1, runs + 1):
            print(f'{workload.title}: run {run} of {runs}', flush=True)
            figures, noted = await calm_run(workload, **manner)
            outcome.runs.append(figures)
            outcome.strains.append(noted)
        outcomes.append(outcome)
    return outcomes


async def calm_run(workload: Workload, *, retries: int, patience: float, quick: bool) -> tuple[Figures, strain.Strain]:
    """Run a workload, and again if others disturb it; the calmest run counts, whatever its figures are."""
    attempts: list[tuple[Figures, strain.Strain]] = []
    while len(attempts) <= retries:
        await strain.calm(patience)
        with strain.watched() as noted:
            attempts.append((await workload.run(quick), noted))
        gc.collect()
        if not noted.is_disturbed:
            break
        print(f'    disturbed: {"; ".join(noted.warnings)}', flush=True)
    return min(attempts, key=lambda attempt: attempt[1].by_others)


if __name__ == '__main__':
    main()
