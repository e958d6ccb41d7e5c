"""Whose word for the address of a browser counts."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.server import Server

TELL_ADDRESS = """
from fastapi import Request
from nicegui import app
@app.get('/address')
def address(request: Request):
    return request.client.host
"""


@pytest.fixture
async def proxied(house: Path, request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    server = Server(house, trusted_proxies=request.param)
    server.worsen(TELL_ADDRESS)
    await server.start()
    yield server
    await server.stop()


@pytest.mark.parametrize(
    ('proxied', 'address'),
    [('', '127.0.0.1'), ('10.0.0.0/8', '127.0.0.1'), ('127.0.0.0/8', '203.0.113.5'), ('::1, 127.0.0.1', '203.0.113.5')],
    indirect=['proxied'],
)
async def test_forwarded_address_counts_only_from_a_named_proxy(proxied: Server, address: str) -> None:
    async with httpx.AsyncClient() as http:
        told = await http.get(f'{proxied.url}/address', headers={'X-Forwarded-For': '203.0.113.5'})

    assert told.json() == address
