"""What the servers are put through, one module each."""

from collections.abc import Sequence

from benchmarks.promise import Workload
from benchmarks.workloads.burst import BURST
from benchmarks.workloads.history import HISTORY
from benchmarks.workloads.idle import IDLE
from benchmarks.workloads.many import MANY
from benchmarks.workloads.memory import MEMORY
from benchmarks.workloads.posts import POSTS
from benchmarks.workloads.start import START
from benchmarks.workloads.steady import STEADY

ALL: Sequence[Workload] = (STEADY, BURST, MANY, POSTS, HISTORY, MEMORY, IDLE, START)
