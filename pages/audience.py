"""All pages of the conversation, as one socket.io room: what is told to it is encoded once and sent once."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from engineio.packet import MESSAGE
from engineio.packet import Packet as EnginePacket
from nicegui import Client, background_tasks, core, ui
from socketio.packet import EVENT

from pages import browser

ROOM = 'conversation'
LONGEST_BACKLOG = 100
LOOK_AGAIN = 0.5


def hear(event: str, handler: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
    """Have ``handler`` called with what this page sends with an event, which may be anything.

    It runs as a plain task: NiceGUI's own for a coroutine carries its context along, which costs more than the rest.
    """
    ui.on(event, lambda sent: background_tasks.create(handler(sent.args), name=event))


class Line:
    """The connection that a page has now. What is told by it never reaches a later one, which knows what it misses."""

    def __init__(self, client: Client) -> None:
        self._socket_ids = [socket_id for socket_id, _ in _sockets(client.id)]

    async def join(self) -> None:
        """From now on the page hears what is told to everyone."""
        for socket_id in self._socket_ids:
            await core.sio.enter_room(socket_id, ROOM)

    async def tell(self, code: str) -> None:
        """Run an expression of `browser` in the page, in order with what everyone is told."""
        for socket_id in self._socket_ids:
            await core.sio.emit('run_javascript', {'code': code}, room=socket_id)


async def leave(client: Client) -> None:
    """The client's page hears nothing more."""
    for socket_id, _ in _sockets(client.id):
        await core.sio.leave_room(socket_id, ROOM)


async def tell_everyone(code: str) -> None:
    """Run an expression of `browser` in every page that has joined.

    A page that does not keep up waits for nobody and nobody waits for it: it leaves the room, which bounds what is kept
    for it, and catches up once it has read its backlog of messages.
    """
    for socket_id, engine_id in _sockets(ROOM):
        if _backlog(engine_id) > LONGEST_BACKLOG:
            await core.sio.leave_room(socket_id, ROOM)
            background_tasks.create(_call_back(socket_id, engine_id), name='call a slow page back')
    # what `core.sio.emit` does, but without a task for every page
    packet = core.sio.packet_class(EVENT, namespace='/', data=['run_javascript', {'code': code}])
    encoded = EnginePacket(MESSAGE, packet.encode())
    for _, engine_id in _sockets(ROOM):
        socket = core.sio.eio.sockets.get(engine_id)
        if socket and not socket.closed:
            socket.queue.put_nowait(encoded)
    await asyncio.sleep(0)  # the pages' turn to be sent to, while later changes gather


async def tell(client: Client, code: str) -> None:
    """Run an expression of `browser` in one page, on whatever connection it has."""
    await core.sio.emit('run_javascript', {'code': code}, room=client.id)


async def _call_back(socket_id: str, engine_id: str) -> None:
    while _backlog(engine_id):
        await asyncio.sleep(LOOK_AGAIN)
    await core.sio.emit('run_javascript', {'code': browser.call('catchUp')}, room=socket_id)


def _sockets(room: str) -> list[tuple[str, str]]:
    return list(core.sio.manager.get_participants('/', room))


def _backlog(engine_id: str) -> int:
    """How many packets wait for a socket to take them; 0 once it is closed."""
    socket = core.sio.eio.sockets.get(engine_id)
    return socket.queue.qsize() if socket and not socket.closed else 0


async def hang_up() -> None:
    """Answer the pages that wait for news without a websocket; the server would wait for them in vain when it ends."""
    for socket in list(core.sio.eio.sockets.values()):
        if not socket.upgraded:
            await socket.close(wait=False)
