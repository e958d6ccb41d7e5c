"""How one server of several is stopped: nobody new comes to it, and who is there goes to another one first."""

import asyncio
import logging
import random
import signal
import sys

from nicegui import Client, app, background_tasks

from messenger import compat

NOTICE = 3.0  # seconds after which every load balancer has asked whether this server is ready
SPREAD = 30.0  # seconds over which many pages leave, since each costs another server a load and a login
MAX_PAUSE = 0.5  # seconds between two of a few
log = logging.getLogger('messenger')


class Drain:
    """Sends all pages away and then ends the server.

    ``has_begun`` is true from the signal on; a load balancer that knows it sends nobody new.
    """

    def __init__(self) -> None:
        self.has_begun = False

    def listen(self) -> None:
        """Begin at the signal SIGUSR1, which Windows does not have. The event loop must be running."""
        if sys.platform != 'win32':
            asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self.begin)

    def begin(self) -> None:
        """Begin, unless it has begun already."""
        if not self.has_begun:
            self.has_begun = True
            background_tasks.create(self._drain(), name='drain')

    async def _drain(self) -> None:
        log.warning('Draining: new pages are left to the other servers.')
        await asyncio.sleep(NOTICE)
        clients = [client for client in Client.instances.values() if client.has_socket_connection]
        log.warning('Draining: pages that are sent to the other servers: %s.', len(clients))
        random.shuffle(clients)
        for client in clients:
            try:
                await _send_away(client)
            except Exception:  # one page must not keep the server from ending
                log.exception('a page could not be sent away')
            await asyncio.sleep(min(MAX_PAUSE, SPREAD / len(clients)))
        log.warning('Drained. The server ends.')
        app.shutdown()


async def _send_away(client: Client) -> None:
    """Have a page lose its server as in a restart: it loads again, and the browser keeps what is not sent."""
    if client.id in Client.instances:
        client.delete()
        await compat.close_connections(client.id)
