"""A server that is told to end among many people, and the next one on the same port."""

import asyncio
import itertools
import signal

from playwright.async_api import expect

from tests.conftest import Arrive, Join
from tests.support.crowd import all_of
from tests.support.server import Server
from tests.support.socket_client import SocketClient

NAMES = [f'Name {index}' for index in range(49)]


async def test_server_that_ends_among_fifty_people_loses_and_doubles_nothing(
    enter: Arrive, join: Join, server: Server
) -> None:
    zoe = await enter('Zoe')
    await zoe.returns_quickly()
    transports = itertools.cycle(['websocket'] * 15 + ['polling'])
    joining = [join(name, transport=transport) for name, transport in zip(NAMES, transports, strict=False)]
    clients = await asyncio.gather(*joining)
    talking = [asyncio.create_task(talk(client, name)) for client, name in zip(clients, NAMES, strict=True)]
    await zoe.has_more_than(200)

    assert await server.stop() == -signal.SIGTERM  # uvicorn ends all, and then itself by the signal that it got
    await asyncio.gather(*[client.connection.lost.wait() for client in clients])
    written = [text for said in await asyncio.gather(*talking) for text in said]
    await expect(zoe.offline).to_be_visible()
    await zoe.say('Are you all there?')
    kept = server.kept()
    assert {message for client in clients for message in client.model.shown} <= {*kept}
    assert {*await zoe.shown()} <= {*kept}
    assert len(kept) < len(written), 'nobody was interrupted'

    await server.start()
    await zoe.sees_login()
    await zoe.enter('Zoe')
    await asyncio.gather(*[return_with_unsent(client, name) for client, name in zip(clients, NAMES, strict=True)])
    await expect(zoe.held).to_have_count(0)

    after = await all_of(server, len(written) + 1)
    assert after[: len(kept)] == kept
    assert sorted(text for _, text in after) == sorted([*written, 'Are you all there?'])
    await zoe.sees(after[-1][1])
    assert (shown := await zoe.shown()) == after[-len(shown) :]

    assert 'Traceback' not in server.output.read_text()


async def talk(client: SocketClient, name: str) -> list[str]:
    """Say one thing after another while there is a connection, and return all of it."""
    said: list[str] = []
    while client.model.live:
        said.append(f'{name}: {len(said)}')
        await client.post(said[-1])
        while client.model.live and client.model.pending:
            await asyncio.sleep(0.01)
    return said


async def return_with_unsent(client: SocketClient, name: str) -> None:
    """Load the page again and log in, as a browser does that has kept what was not confirmed."""
    unsent = client.model.pending
    await client.load()
    client.model.pending = unsent
    await client.enter(name)
    while client.model.pending:
        await asyncio.sleep(0.01)
