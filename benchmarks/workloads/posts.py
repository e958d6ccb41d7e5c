"""50 people who send at once, through the real path: socket, rules, commit, and everybody's screen."""

import statistics

from benchmarks.crowd import Crowd
from benchmarks.process import Server
from benchmarks.promise import Figures, Promise, Workload
from benchmarks.stored import is_write_ahead, order

SENDERS = 50
MESSAGES = 2000
REPEATS = 5


async def run(_quick: bool) -> Figures:
    async with Server() as server, Crowd(server) as crowd:
        await crowd.grow(SENDERS)
        await crowd.talk(MESSAGES)
        before = server.memory
        talks = [await crowd.talk(MESSAGES)]
        after = server.memory
        talks += [await crowd.talk(MESSAGES) for _ in range(REPEATS - 1)]
        kept = order(server.database)
        return {
            'posts a second, stored and seen by all': MESSAGES / statistics.median(talk.duration for talk in talks),
            'posts that are not stored': (1 + REPEATS) * MESSAGES - len(kept),
            'pages that lack a message or show another order': crowd.astray(kept),
            'write-ahead log': is_write_ahead(server.database),
            'growth of memory': (after / before - 1) * 100,
            'growth of memory per message': (after - before) / MESSAGES,
        }


POSTS = Workload(
    'posts',
    f'{SENDERS} senders at once, {MESSAGES:,} messages',
    [
        Promise('posts a second, stored and seen by all', at_least=3000),
        Promise('posts that are not stored', at_most=0),
        Promise('pages that lack a message or show another order', at_most=0),
        Promise('write-ahead log', at_least=1),
        Promise('growth of memory', '%', at_most=5),
        Promise('growth of memory per message', 'KiB'),
    ],
    run,
)
