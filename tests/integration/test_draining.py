"""A server that is told to drain: it gets no new page, sends those it has away, and ends."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.server import Server
from tests.support.socket_client import SocketClient

IN_A_HURRY = """
from messenger import draining
draining.NOTICE, draining.MAX_PAUSE = 1.0, 0.2
"""


@pytest.fixture
async def server(house: Path) -> AsyncIterator[Server]:
    server = Server(house)
    server.worsen(IN_A_HURRY)
    await server.start()
    yield server
    await server.stop()


async def get(server: Server, path: str) -> tuple[int, dict[str, str]]:
    async with httpx.AsyncClient() as http:
        answer = await http.get(f'{server.url}{path}')
    return answer.status_code, answer.json()


@pytest.mark.parametrize('transport', ['websocket', 'polling'])
async def test_pages_stay_until_they_are_sent_away_and_then_the_server_ends(server: Server, transport: str) -> None:
    clients = [await SocketClient.arrive(server.url, transport=transport) for _ in range(3)]
    for number, client in enumerate(clients):
        await client.enter(f'Name {number}')

    server.send_signal(signal.SIGUSR1)
    await asyncio.sleep(0.3)
    assert await get(server, '/health/ready') == (404, {'status': 'draining'})
    assert (await get(server, '/health/live'))[0] == 200
    await clients[0].post('still here')
    for client in clients:
        await client.sees('still here')
        assert not client.connection.lost.is_set()

    lost = [asyncio.create_task(client.connection.lost.wait()) for client in clients]
    await asyncio.wait(lost, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    assert not all(task.done() for task in lost), 'all were sent away at once'
    assert await server.ended() == 0
    await asyncio.gather(*lost)
    output = server.output.read_text()
    assert 'pages that are sent to the other servers: 3.' in output
    assert 'Drained' in output
    assert 'Traceback' not in output
    for client in clients:
        await client.leave()


async def test_server_without_pages_ends_as_soon_as_balancers_know(server: Server) -> None:
    server.send_signal(signal.SIGUSR1)
    server.send_signal(signal.SIGUSR1)

    async with asyncio.timeout(4):
        assert await server.ended() == 0
    assert server.output.read_text().count('Drained') == 1
