"""What the tests start from: settings and a database of their own, people, servers, browsers."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright, expect

from messenger.chat import Chat
from messenger.storage import Store
from tests.support.balancer import find_haproxy
from tests.support.company import people, socket_clients
from tests.support.person import Person
from tests.support.postgres import Postgres, find_programs
from tests.support.server import ROOT, Server, free_port
from tests.support.socket_client import SocketClient
from tests.support.wire import Wire

CHROMIUM = os.environ.get('CHROMIUM') or shutil.which('chromium') or '/usr/bin/chromium'


@pytest.fixture(scope='session')
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server. Without one the tests on it are skipped, but not in CI."""
    programs = find_programs()
    if programs is None:
        reason = "There is no PostgreSQL. Install Debian's postgresql."
        (pytest.fail if os.environ.get('CI') else pytest.skip)(reason)
    postgres = Postgres(programs)
    yield postgres
    postgres.remove()


@pytest.fixture(scope='session')
def haproxy() -> str:
    """The path of HAProxy. Without one the tests with a load balancer are skipped, but not in CI."""
    program = find_haproxy()
    if program is None:
        reason = "There is no HAProxy. Install Debian's haproxy."
        (pytest.fail if os.environ.get('CI') else pytest.skip)(reason)
    return program


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """The kind of database; `both_engines` runs a test with each."""
    return str(getattr(request, 'param', 'sqlite'))


@pytest.fixture
def database_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if engine == 'sqlite':
        yield f'sqlite:///{tmp_path}/main.db'
        return
    postgres: Postgres = request.getfixturevalue('postgres')
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(autouse=True)
def house(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with settings of its own."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith('MESSENGER_')]:
        monkeypatch.delenv(name)
    monkeypatch.setattr('sys.argv', ['messenger_app.py'])
    monkeypatch.setenv('MESSENGER_DATABASE_URL', database_url)
    monkeypatch.setenv('MESSENGER_HOST', '127.0.0.1')
    monkeypatch.setenv('MESSENGER_PORT', str(free_port()))
    return tmp_path


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = Store(database_url)
    store.start()
    yield store
    await store.close()


@pytest.fixture
def chat(store: Store) -> Chat:
    return Chat(store, max_length=100)


@pytest.fixture(scope='session')
async def browser() -> AsyncIterator[Browser]:
    """A real browser. Without one the stories are skipped, but not in CI."""
    if not Path(CHROMIUM).exists():
        reason = f"There is no browser at {CHROMIUM}. Install Debian's chromium, or set CHROMIUM to one."
        (pytest.fail if os.environ.get('CI') else pytest.skip)(reason)
    expect.set_options(timeout=20_000)  # on a busy machine a page may take seconds to find its server again
    async with async_playwright() as playwright:
        arguments = ['--disable-gpu', '--disable-background-networking', '--disable-quic', '--no-first-run']
        if os.geteuid() == 0:
            arguments.append('--no-sandbox')
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        await browser.close()


@pytest.fixture
async def server(house: Path, database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    """A running server, which a parameter, if there is one, has made worse."""
    server = Server(house, database_url=database_url)
    if code := getattr(request, 'param', ''):
        server.worsen(code)
    await server.start()
    yield server
    await server.stop()
    output = server.output.read_text()
    assert not re.search(rf'File "{ROOT}/(?!\.venv)', output), output  # a traceback with a line of ours


@pytest.fixture
async def wire(server: Server) -> AsyncIterator[Wire]:
    wire = Wire(server.port)
    await wire.mend()
    yield wire
    await wire.cut()


Arrive = Callable[..., Awaitable[Person]]


@pytest.fixture
async def arrive(browser: Browser, server: Server) -> AsyncIterator[Arrive]:
    """Have somebody open the messenger's page, by way of a wire if there is one."""
    async with people(browser) as arrive:
        yield lambda wire=None, **options: arrive((wire or server).url, **options)


@pytest.fixture
def enter(arrive: Arrive) -> Arrive:
    """Have somebody log in."""

    async def enter(name: str, wire: Wire | None = None, **options: Any) -> Person:
        person = await arrive(wire, **options)
        await person.enter(name)
        return person

    return enter


Join = Callable[..., Awaitable[SocketClient]]


@pytest.fixture
async def join(server: Server) -> AsyncIterator[Join]:
    """Have somebody log in without a browser, by way of a wire if there is one."""
    async with socket_clients() as join:
        yield lambda name, wire=None, **options: join((wire or server).url, name, **options)


EnterByWire = Callable[[str], Awaitable[tuple[Person, Wire]]]


@pytest.fixture
async def enter_by_wire(enter: Arrive, server: Server) -> AsyncIterator[EnterByWire]:
    """Have somebody log in by way of a wire of their own."""
    wires: list[Wire] = []

    async def enter_by_wire(name: str) -> tuple[Person, Wire]:
        wires.append(wire := Wire(server.port))
        await wire.mend()
        person = await enter(name, wire)
        await person.returns_quickly()
        return person, wire

    yield enter_by_wire
    for wire in wires:
        await wire.cut()
