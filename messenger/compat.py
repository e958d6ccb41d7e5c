"""Everything private or undocumented of NiceGUI, Socket.IO, Engine.IO and uvicorn that this product touches.

Each function says why it is needed and what happens without it. A test compares `CHECKED_WITH` with what is installed:
whoever updates one of these packages reads this module again, runs all tests and then changes the version here.
"""

import asyncio
import importlib.metadata
import logging
from collections.abc import Callable

import uvicorn.config
from engineio.payload import Payload
from nicegui import core
from nicegui.server import Server

CHECKED_WITH = {
    'nicegui': '3.18.0',
    'python-socketio': '5.18.1',
    'python-engineio': '4.15.1',
    'uvicorn': '0.54.0',
    'websockets': '17.4',
}
SHUTDOWN_POLL_INTERVAL = 0.2
log = logging.getLogger('messenger')


def warn_of_unchecked_versions(*, version_of: Callable[[str], str] = importlib.metadata.version) -> None:
    """Log a warning for each package that is installed in another version than the one that was checked.

    :param version_of: returns the installed version of a package
    """
    for package, checked in CHECKED_WITH.items():
        if (installed := version_of(package)) != checked:
            log.warning('%s %s is installed, but this was checked with %s only.', package, installed, checked)


def use_websocket_protocol(path: str) -> None:
    """Have uvicorn serve WebSockets with a protocol of ours.

    `ui.run` passes ``ws='wsproto'`` to uvicorn and accepts no other value, so the name is made to mean our protocol.
    Without this, uvicorn's own protocol serves, and packets take the slower way through Engine.IO.

    :param path: where the protocol's class is, such as ``package.module:Class``
    """
    uvicorn.config.WS_PROTOCOLS['wsproto'] = path


def allow_large_polling_payloads(count: int) -> None:
    """Accept up to ``count`` packets in one request of a client that polls.

    A client without a WebSocket sends all that it has held back during a cut in one request. Without this, Engine.IO
    refuses more than 16 packets and closes the connection, so that such a client never comes back.
    """
    Payload.max_decode_packets = count


async def wait_for_shutdown() -> None:
    """Wait until the server has been told to shut down.

    NiceGUI's ``on_shutdown`` comes only after all requests have ended, which is too late to end them. Without a
    server, as in NiceGUI's test harness, this returns at once.
    """
    server = getattr(Server, 'instance', None)
    while server and not server.should_exit:
        await asyncio.sleep(SHUTDOWN_POLL_INTERVAL)


async def close_polling_clients() -> None:
    """Close the connection of each client that polls, which ends its pending request.

    Without this, the server waits in vain for these requests when it shuts down, until its time-out.
    """
    for socket in list(core.sio.eio.sockets.values()):
        if not socket.upgraded:
            await socket.close(wait=False)
