"""What must hold, by workload and figure. A figure without a limit is only reported."""

from math import inf

Limit = tuple[float, float]  # the least and the most that a figure may be
ANY: Limit = (0, inf)
LIMITS: dict[str, dict[str, Limit]] = {
    'steady': {
        'pages that lack a message or show another order': (0, 0),
        'median send-to-seen (ms)': (0, 10),
        'server CPU per 1,000 deliveries (s)': (0, 0.045),
        'server CPU, times the seed': (0, 0.75),
        'deliveries lost by the references': (0, 0),
    },
    'burst': {
        'deliveries a second, 200 visitors': (150_000, inf),
        'deliveries a second, 500 visitors': (100_000, inf),
        'deliveries a second, 1,000 visitors': (100_000, inf),
        **{f'deliveries lost, {size} visitors': (0, 0) for size in ('200', '500', '1,000')},
    },
    'arrivals': {
        'server CPU for each of 200 (ms)': (0, 9),
        'server CPU for each of 1,000 (ms)': (0, 9),
        'for each of 1,000, times of 200': (0, 1.15),
    },
    'posts': {
        'pages that lack a message or show another order': (0, 0),
        'posts a second, stored and seen by all': (3000, inf),
    },
    'history': {
        f'{action}, {cost} with 1,000,000, times with 100': (0, 1.1)
        for action in ('opening', 'reading back', 'jumping', 'posting')
        for cost in ('time', 'CPU')
    },
    'search': {
        'median (ms)': (0, 50),
        'p99 (ms)': (0, 250),
        'indexing 1,000,000 messages (s)': (0, 60),
        'p99 send-to-seen while ten search, times without': (0, 1.5),
    },
    'rooms': {
        'pages that lack a message or show another order': (0, 0),
        'deliveries lost': (0, 0),
        'server CPU for a message, times in one room': (0, 1),
    },
    'memory': {
        'memory per visitor (KiB)': (0, 250),
        'change after a dialog (%)': (0, 5),
        'elements left after a dialog': (0, 0),
        'change after 10,000 messages (%)': (0, 5),
    },
    'idle': {'CPU of 500 visitors (% of a core)': (0, 10)},
    'attacks': {
        'pages that lack a message or show another order': (0, 0),
        'p99 send-to-seen (ms)': (0, 300),
        'memory at most (MB)': (0, 400),
        **{f'{name} afterwards (change in %)': (-inf, 10) for name in ('memory', 'tasks', 'open files')},
    },
    'replicas': {
        'pages that lack a message or show another order': (0, 0),
        'CPU per delivery, one replica, times SQLite': (0, 1.1),
        'CPU per delivery, two replicas, times one replica': (0, 1.25),
        'posts a second, two replicas': (2500, inf),
        'posts a second, two replicas, times SQLite': (1, inf),
        'from commit to told on the other replica, p50 (ms)': (0, 3),
        'from commit to told on the other replica, p99 (ms)': (0, 20),
    },
}
