"""The network between a server and PostgreSQL swallows packets: nobody is told that it is cut."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from sqlalchemy import make_url

from tests.reliability.conftest import StartWriter
from tests.support.network import ADDRESS, NETWORK, Network
from tests.support.postgres import Postgres, endurance, find_programs, on_postgres
from tests.support.server import free_port
from tests.support.writer import Row, Writer, all_have_told, longest_silence

pytestmark = [on_postgres, pytest.mark.usefixtures('postgres')]
BOTH, TO, FROM = ('OUTPUT', 'INPUT'), ('OUTPUT',), ('INPUT',)
StartBoth = Callable[[], Awaitable[tuple[Writer, Writer]]]


@pytest.fixture
def network() -> Iterator[Network]:
    try:
        network = Network()
    except OSError as error:
        pytest.skip(f'There are no networks to be made here ({error}).')
    yield network
    network.remove()


@pytest.fixture
def reachable() -> Iterator[Postgres]:
    """A PostgreSQL that listens on every network."""
    programs = find_programs()
    assert programs
    reachable = Postgres(programs, port=free_port(), listen_addresses='*')
    reachable.trust(NETWORK)
    yield reachable
    reachable.remove()


@pytest.fixture
def url(reachable: Postgres) -> str:
    return reachable.create_database()


@pytest.fixture
def start_both(network: Network, reachable: Postgres, url: str, start_writer: StartWriter) -> StartBoth:
    """Start a writer behind the network, and one beside the database."""

    async def start_both() -> tuple[Writer, Writer]:
        far_url = f'postgresql+psycopg://postgres@{ADDRESS}:{reachable.port}/{make_url(url).database}'
        far, near = await start_writer('far', far_url, prefix=network.prefix), await start_writer('near', url)
        far.do('watch')
        await far.hears(True, 5)
        for writer in (far, near):
            writer.do('talk', 5)
            await writer.has_got_through(20)
        return far, near

    return start_both


@pytest.fixture
def read(reachable: Postgres, url: str) -> Callable[[], set[Row]]:
    def read() -> set[Row]:
        found = reachable.execute('SELECT seq, id, text FROM message', url)
        return {(int(f'{seq}'), int(f'{id_}'), f'{text}') for seq, id_, text in found}

    return read


@pytest.mark.parametrize(
    ('chains', 'seconds'),
    [
        pytest.param(BOTH, 5, id='both ways'),
        *[
            pytest.param(chains, seconds, id=f'{chains} {seconds}', marks=endurance)
            for chains in (BOTH, TO, FROM)
            for seconds in (2, 5, 30)
        ],
    ],
)
async def test_network_that_swallows_everything_stops_nobody_else_and_loses_nothing(
    chains: tuple[str, ...], seconds: int, start_both: StartBoth, network: Network, read: Callable[[], set[Row]]
) -> None:
    far, near = await start_both()

    with network.swallowing(*chains):
        cut_at = time.monotonic()
        if seconds > 3:
            await far.hears(False, 5)
        await asyncio.sleep(cut_at + seconds - time.monotonic())
        assert longest_silence(near, cut_at) < 2
    await far.hears(True, 5)
    await far.has_got_through(20)

    for writer in (far, near):
        writer.do('rest')
    await asyncio.sleep(0.5)
    await all_have_told([far, near], read, 30)  # in 30 seconds much was said


@pytest.mark.parametrize('trouble', ['loss', 'delay'])
@pytest.mark.endurance
async def test_bad_network_slows_nobody_else_down_and_loses_nothing(
    trouble: str, start_both: StartBoth, network: Network, read: Callable[[], set[Row]]
) -> None:
    far, near = await start_both()
    try:
        with network.swallowing(*BOTH, probability=0.05) if trouble == 'loss' else network.delaying(200):
            start = time.monotonic()
            await far.has_got_through(100)
            assert longest_silence(near, start) < 2
    except OSError as error:
        pytest.skip(f'This kernel cannot do that ({error}).')

    for writer in (far, near):
        writer.do('rest')
    await asyncio.sleep(1)
    await all_have_told([far, near], read)
