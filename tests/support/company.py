"""Those whom a test has come, with a browser or without; all of them leave in the end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser

from tests.support.person import Person
from tests.support.socket_client import SocketClient


@asynccontextmanager
async def people(browser: Browser) -> AsyncIterator[Callable[..., Awaitable[Person]]]:
    """Have people open pages by their addresses, who leave in the end and have had no trouble."""
    found: list[Person] = []

    async def arrive(url: str, **options: Any) -> Person:
        found.append(await Person.arrive(browser, url, **options))
        return found[-1]

    yield arrive
    for person in found:
        await person.close()
        assert person.trouble == []


@asynccontextmanager
async def socket_clients() -> AsyncIterator[Callable[..., Awaitable[SocketClient]]]:
    """Have people log in by the addresses of servers, without browsers; they leave in the end."""
    clients: list[SocketClient] = []

    async def join(url: str, name: str, **options: Any) -> SocketClient:
        clients.append(client := await SocketClient.arrive(url, **options))
        await client.enter(name)
        return client

    yield join
    await asyncio.gather(*[client.leave() for client in clients])
