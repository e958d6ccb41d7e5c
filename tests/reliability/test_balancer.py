"""Two servers on one PostgreSQL, behind the load balancer that is shipped."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.support.balancer import Balancer
from tests.support.company import people, socket_clients
from tests.support.person import Person
from tests.support.postgres import Postgres, on_postgres
from tests.support.server import Server
from tests.support.socket_client import SocketClient

pytestmark = on_postgres
PREPARED = """
import os
from fastapi import Request
from messenger import draining
from nicegui import app
draining.NOTICE = 4.0
if os.environ['MESSENGER_REPLICA'] == 'b':
    app.add_static_file(local_file='messenger.txt', url_path='/_nicegui/of-another-build.js')
@app.get('/address')
def address(request: Request):
    return request.client.host
"""
USE_SERVERS = [f'use-server {name} if {{ url_param(replica) -m str {name} }}' for name in 'ab']
Visit = Callable[[], Awaitable[Person]]
Join = Callable[[str], Awaitable[SocketClient]]


@pytest.fixture
async def servers(tmp_path: Path, database_url: str) -> AsyncIterator[Mapping[str, Server]]:
    servers: dict[str, Server] = {}
    for name in 'ab':
        (folder := tmp_path / name).mkdir()
        (folder / 'messenger.txt').write_text('export default 1;')
        servers[name] = Server(folder, database_url=database_url, replica=name, trusted_proxies='127.0.0.1')
        servers[name].worsen(PREPARED)
    await asyncio.gather(*[server.start() for server in servers.values()])
    yield servers
    for server in servers.values():
        await server.stop()
        assert 'Traceback' not in server.output.read_text()


@pytest.fixture
async def balancer(
    haproxy: str, tmp_path: Path, servers: Mapping[str, Server], request: pytest.FixtureRequest
) -> AsyncIterator[Balancer]:
    """The load balancer; a parameter has other parts of its configuration."""
    addresses = {f'server {name} {name}:8000': f'server {name} 127.0.0.1:{servers[name].port}' for name in 'ab'}
    balancer = Balancer(haproxy, tmp_path, addresses | getattr(request, 'param', {}))
    await balancer.start()
    await is_ready(balancer)
    yield balancer
    await balancer.kill()


async def is_ready(balancer: Balancer) -> None:
    """Wait until the load balancer has looked at its servers."""
    async with httpx.AsyncClient() as http, asyncio.timeout(10):
        while (await http.get(f'{balancer.url}/health/live')).status_code != 200:
            await asyncio.sleep(0.05)
    await asyncio.sleep(1)


@pytest.fixture
async def visit(browser: Browser, balancer: Balancer) -> AsyncIterator[Visit]:
    async with people(browser) as arrive:
        yield lambda: arrive(balancer.url)


@pytest.fixture
async def join(balancer: Balancer) -> AsyncIterator[Join]:
    async with socket_clients() as join:
        yield lambda name: join(balancer.url, name)


async def replica_of(person: Person) -> str:
    return str(await person.page.evaluate('socket.io.opts.query.replica'))


async def status(server: Server, path: str) -> int:
    async with httpx.AsyncClient() as http:
        return (await http.get(f'{server.url}{path}', timeout=2)).status_code


async def answers(server: Server, path: str, code: int, *, within: float) -> None:
    start = time.monotonic()
    while await status(server, path) != code:
        await asyncio.sleep(0.05)
        assert time.monotonic() - start < within


async def test_pages_are_spread_and_all_see_everything_in_one_order(
    join: Join, postgres: Postgres, database_url: str
) -> None:
    clients = [await join(f'Name {number}') for number in range(20)]
    assert min(Counter(client.replica for client in clients).values()) >= 8

    await asyncio.gather(*[client.post(f'{number} {index}') for index, client in enumerate(clients) for number in '12'])

    stored: list[Any] = []
    async with asyncio.timeout(10):
        while len(stored) < 40:
            stored = postgres.execute('SELECT id, text FROM message ORDER BY id', database_url)
            await asyncio.sleep(0.05)
    for client in clients:
        await client.shows(stored)


async def test_page_of_a_killed_server_is_at_the_login_within_three_seconds(
    visit: Visit, servers: Mapping[str, Server], join: Join, postgres: Postgres, database_url: str
) -> None:
    ann = await visit()
    await ann.enter('Ann')
    gone = servers[await replica_of(ann)]
    gone.send_signal(signal.SIGSTOP)
    await ann.say('Sent to nobody yet')
    await ann.box.fill('And a draft')

    await gone.kill()
    await expect(ann.page.get_by_role('button', name='Log in')).to_be_visible(timeout=3000)
    assert servers[await replica_of(ann)] is not gone
    await expect(ann.page.get_by_label('Name')).to_have_value('Ann')
    await ann.enter('Ann')

    await ann.sees_only('Sent to nobody yet')
    await expect(ann.held).to_have_count(0)
    await expect(ann.box).to_have_value('And a draft')
    assert postgres.execute('SELECT text FROM message', database_url) == [('Sent to nobody yet',)]
    assert (await join('Ben')).replica == await replica_of(ann)


async def test_draining_server_gets_no_new_page_and_keeps_its_own_for_a_while(
    join: Join, servers: Mapping[str, Server]
) -> None:
    clients = [await join(f'Name {number}') for number in range(4)]
    own = [client for client in clients if client.replica == 'a']
    assert own

    servers['a'].send_signal(signal.SIGUSR1)
    await asyncio.sleep(0.8)  # the load balancer has looked
    newcomers = [await join(f'Newcomer {number}') for number in range(3)]
    assert {client.replica for client in newcomers} == {'b'}
    assert not any(client.connection.lost.is_set() for client in own)
    await own[0].reconnect()
    await newcomers[0].post('Still here?')
    await asyncio.gather(*[client.sees('Still here?') for client in own])

    assert await servers['a'].ended() == 0
    for client in own:
        await asyncio.wait_for(client.connection.lost.wait(), 5)
        await client.load()
        assert client.replica == 'b'


async def test_page_that_is_sent_away_keeps_its_name_its_draft_and_what_is_not_sent(
    visit: Visit, servers: Mapping[str, Server]
) -> None:
    ann = await visit()
    await ann.enter('Ann')
    first = await replica_of(ann)
    await ann.say('Good morning')
    await ann.sees('Good morning')
    await ann.box.fill('And a draft')

    servers[first].send_signal(signal.SIGUSR1)
    await ann.sees_login()
    assert await replica_of(ann) != first
    await expect(ann.page.get_by_label('Name')).to_have_value('Ann')
    await ann.enter('Ann')

    await ann.sees_only('Good morning')
    await expect(ann.box).to_have_value('And a draft')
    assert await servers[first].ended() == 0


async def test_pages_return_to_their_servers_when_the_balancer_is_restarted(visit: Visit, balancer: Balancer) -> None:
    ann, ben = await visit(), await visit()
    await ann.enter('Ann')
    await ben.enter('Ben')
    assert await replica_of(ann) != await replica_of(ben)

    await balancer.kill()
    await expect(ann.offline).to_be_visible()
    await balancer.start()
    await ann.is_up_to_date()
    await ben.is_up_to_date()

    await ann.say('Where were we?')
    await ben.sees('Where were we?')


async def test_each_visitor_has_an_address_of_their_own_whatever_they_claim(balancer: Balancer) -> None:
    for address in ('127.0.0.10', '127.0.0.11'):
        transport = httpx.AsyncHTTPTransport(local_address=address)
        async with httpx.AsyncClient(transport=transport) as http:
            claim = {'X-Forwarded-For': '203.0.113.5'}
            assert (await http.get(f'{balancer.url}/address', headers=claim)).json() == address


async def test_script_that_only_one_server_has_is_found(balancer: Balancer) -> None:
    async with httpx.AsyncClient() as http:
        for _ in range(6):
            assert (await http.get(f'{balancer.url}/_nicegui/of-another-build.js')).text == 'export default 1;'
        assert (await http.get(f'{balancer.url}/_nicegui/of-no-build.js')).status_code == 404


async def test_without_its_database_a_server_lives_keeps_its_pages_and_is_not_ready(
    join: Join, servers: Mapping[str, Server], postgres: Postgres
) -> None:
    ann = await join('Ann')
    postgres.stop('immediate')
    try:
        for server in servers.values():
            await answers(server, '/health/ready', 404, within=4)
            assert await status(server, '/health/live') == 200
        await asyncio.sleep(1)  # the load balancer has looked
    finally:
        postgres.start()

    for server in servers.values():
        await answers(server, '/health/ready', 200, within=4)
    assert not ann.connection.lost.is_set()
    await ann.post('It is back')
    await ann.sees('It is back')


@pytest.mark.parametrize(
    'balancer',
    [dict(zip(USE_SERVERS, ['use-server b if { path_beg /_nicegui_ws/ }', 'use-server a if TRUE'], strict=True))],
    ids=['wrong'],
    indirect=True,
)
@pytest.mark.parametrize(('path', 'loads'), [('/', 2), ('/nowhere', 2)])
async def test_page_behind_a_wrong_balancer_is_not_loaded_for_ever(
    browser: Browser, balancer: Balancer, path: str, loads: int
) -> None:
    ann = Person(await browser.new_page(), balancer.url)
    loaded: list[str] = []
    ann.page.on('request', lambda request: loaded.append(request.url) if request.is_navigation_request() else None)

    await ann.page.goto(f'{balancer.url}{path}')
    await ann.is_told('This page does not reach the server that made it.')
    await asyncio.sleep(3)

    assert len(loaded) == loads
    await ann.page.get_by_role('button', name='Load again').click()
    await ann.is_told('This page does not reach the server that made it.')
    assert len(loaded) == loads + 1
    await ann.close()
