"""Measure every promise, print a table, and fail if one does not hold."""

import argparse
import gc
import os
import sys
from pathlib import Path

from benchmarks.machine import CORES, run_disturbed
from benchmarks.replicas import replicas
from benchmarks.report import Outcome, to_json, to_table
from benchmarks.workloads import WORKLOADS
from tests.support.postgres import find_programs

MAX_DISTURBANCE = 0.05


def main() -> None:
    options = parse_options()
    os.sched_setaffinity(0, {CORES[-1]})  # the servers run on another
    gc.disable()  # else the generator's own pauses would count as the server's
    runs = options.runs or (1 if options.quick else 3)
    names = [name for name in options.only or WORKLOADS if name != replicas.__name__ or can_run_replicas()]
    outcomes = [measure(name, runs, options.retries, options.quick) for name in names]
    if not outcomes:
        return
    print(f'\n{to_table(outcomes)}')
    if options.json:
        options.json.write_text(to_json(outcomes), encoding='utf-8')
    if options.markdown:
        options.markdown.write_text(to_table(outcomes), encoding='utf-8')
    sys.exit(not all(outcome.holds for outcome in outcomes))


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='python -m benchmarks', description=__doc__)
    parser.add_argument('--quick', action='store_true', help='shorter, smaller, and one run')
    parser.add_argument('--only', action='append', choices=list(WORKLOADS), help='one workload; may be repeated')
    parser.add_argument('--runs', type=int, metavar='N', help='how often each workload runs; the median counts')
    parser.add_argument('--retries', type=int, metavar='N', default=2, help='how often a disturbed run is repeated')
    parser.add_argument('--json', type=Path, metavar='FILE', help='also write every figure of every run to a file')
    parser.add_argument('--markdown', type=Path, metavar='FILE', help='also write the table to a file')
    return parser.parse_args()


def can_run_replicas() -> bool:
    """Return whether there is a PostgreSQL, and say so if not."""
    found = find_programs() is not None
    if not found:
        print(f"{replicas.__name__}: There is no PostgreSQL, so this is left out. Install Debian's postgresql.")
    return found


def measure(name: str, runs: int, retries: int, quick: bool) -> Outcome:
    """Run a workload, and repeat what others disturb; of each run the calmest attempt counts, whatever its figures."""
    outcome = Outcome(name)
    for run in range(1, runs + 1):
        print(f'{name}: {WORKLOADS[name].__doc__} Run {run} of {runs}.', flush=True)
        attempts: dict[float, dict[str, float]] = {}
        while len(attempts) <= retries:
            figures, disturbance = run_disturbed(WORKLOADS[name](quick))
            attempts[disturbance] = figures
            gc.collect()
            if disturbance <= MAX_DISTURBANCE:
                break
            print(f'    Others used {disturbance:.0%} of the machine.', flush=True)
        outcome.disturbances.append(min(attempts))
        outcome.runs.append(attempts[min(attempts)])
    return outcome


if __name__ == '__main__':
    main()
