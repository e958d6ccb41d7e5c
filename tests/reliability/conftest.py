"""Servers as processes on one PostgreSQL: writers, which are servers without pages, and whole ones."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.support.company import socket_clients
from tests.support.postgres import Postgres
from tests.support.server import Server
from tests.support.socket_client import SocketClient
from tests.support.writer import Row, Writer

StartWriter = Callable[..., Awaitable[Writer]]
ReadRows = Callable[[], set[Row]]


@pytest.fixture
async def start_writer(database_url: str) -> AsyncIterator[StartWriter]:
    """Start a writer, by another URL if one is given."""
    writers: list[Writer] = []

    async def start_writer(name: str, url: str = '', *, prefix: tuple[str, ...] = ()) -> Writer:
        writers.append(writer := Writer(url or with_name(database_url, name), name))
        await writer.start(prefix=prefix)
        return writer

    yield start_writer
    for writer in writers:
        await writer.kill()


@pytest.fixture
def read_rows(postgres: Postgres, database_url: str) -> ReadRows:
    """Return all messages in the database."""

    def read_rows() -> set[Row]:
        return {(int(f'{seq}'), int(f'{id_}'), f'{text}') for seq, id_, text in postgres.execute(SELECT, database_url)}

    return read_rows


StartServer = Callable[..., Awaitable[Server]]


@pytest.fixture
async def start_server(tmp_path: Path, database_url: str) -> AsyncIterator[StartServer]:
    """Start a server on the same database, by another URL if one is given."""
    servers: list[Server] = []

    async def start_server(name: str, url: str = '') -> Server:
        folder = tmp_path / name
        folder.mkdir()
        servers.append(server := Server(folder, database_url=url or with_name(database_url, name), replica=name))
        await server.start()
        return server

    yield start_server
    for server in servers:
        await server.stop()
        output = server.output.read_text()
        assert 'Traceback' not in output, output


JoinServer = Callable[[Server, str], Awaitable[SocketClient]]


@pytest.fixture
async def join_server() -> AsyncIterator[JoinServer]:
    """Have somebody log in on a server without a browser."""
    async with socket_clients() as join:
        yield lambda server, name: join(server.url, name)


SELECT = 'SELECT seq, id, text FROM message'


def with_name(url: str, name: str) -> str:
    """Return the URL of a database for connections that ``pg_stat_activity`` shows with a name."""
    return f'{url}&application_name={name}'
