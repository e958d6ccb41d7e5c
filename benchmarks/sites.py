"""Servers with their database, SQLite or PostgreSQL, and what people there cost them.

They, their database and the load share all cores, so only ratios of figures of the same run mean something.
"""

import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from benchmarks.crowd import Crowd, crowd_of
from benchmarks.machine import ENDING_WITH_US, cpu_of_postgres, remove
from tests.support.postgres import Postgres, find_programs
from tests.support.server import Server

SQLITE, ONE, TWO = 'SQLite', 'one replica', 'two replicas'
REPLICAS = {SQLITE: 0, ONE: 1, TWO: 2}
MESSAGES = 'SELECT id, text FROM message ORDER BY id'


class Measured(NamedTuple):
    """What was measured of a talk.

    :param servers: seconds of CPU of all servers for 1,000 deliveries
    :param database: the same of the database, if it is PostgreSQL
    :param load: the same of the load generator
    :param per_second: messages seen by all
    :param median: from send to seen, in ms
    """

    servers: float
    database: float
    load: float
    per_second: float
    median: float


class Site:
    """Servers with their database, and the people at them."""

    def __init__(self, crowd: Crowd, postgres: Postgres | None = None) -> None:
        """
        :param postgres: the database, if it is not SQLite
        """
        self.crowd = crowd
        self.postgres = postgres
        self.astray = 0  # pages that have lacked a message or shown another order, all talks together

    async def talk(self, count: int, **how: Any) -> Measured:
        """Have people talk (see `Crowd.talk`), and return what that has cost."""
        cpu = self._database_cpu()
        talk = await self.crowd.talk(count, **how)
        deliveries = count * len(self.crowd.members) - talk.lost
        database = (self._database_cpu() - cpu) / deliveries * 1000
        load = talk.generator / 100 * talk.duration / deliveries * 1000
        self.astray += self.crowd.count_astray()
        return Measured(talk.cpu, database, load, count / talk.duration, talk.median)

    def _database_cpu(self) -> float:
        return cpu_of_postgres(self.postgres) if self.postgres else 0.0


@asynccontextmanager
async def site_of(replicas: int) -> AsyncIterator[Site]:
    """Start replicas on a PostgreSQL of their own, or if there are none one server on SQLite."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix='benchmark-')))
        if not replicas:
            yield Site(await stack.enter_async_context(crowd_of([_server(folder)])))
            return
        programs = find_programs()
        assert programs, 'There is no PostgreSQL.'
        postgres = Postgres(programs, parent=Path(tempfile.gettempdir()))  # on the same disk as SQLite
        stack.callback(remove, postgres)
        url = postgres.create_database()
        servers = [_server(folder / name, database_url=url, replica=name) for name in 'abcdefgh'[:replicas]]

        def kept() -> list[tuple[int, str]]:
            return postgres.execute(MESSAGES, url)  # type: ignore[return-value]

        yield Site(await stack.enter_async_context(crowd_of(servers, kept=kept)), postgres)


def _server(folder: Path, **settings: object) -> Server:
    folder.mkdir(exist_ok=True)
    server = Server(folder, **settings)
    server.command = (*ENDING_WITH_US, *server.command)
    return server
