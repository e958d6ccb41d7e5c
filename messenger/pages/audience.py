"""All pages of the conversation, as one socket.io room: what is told to it is encoded once and sent once."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from nicegui import Client, background_tasks, core, json, ui
from nicegui.events import GenericEventArguments
from nicegui.nicegui import _on_event

from messenger.pages import browser
from messenger.pages.connection import Connection, Packet, connections

ROOM = 'conversation'
Handler = Callable[[Any], Coroutine[Any, Any, None]]


class Ear:
    """Listens to one event of one page, and has a plain task do what is wished."""

    def __init__(self, event: str, handler: Handler) -> None:
        self._event = event
        self._handler = handler

    def __call__(self, sent: GenericEventArguments) -> None:
        self.take(sent.args)

    def take(self, wish: Any) -> None:
        background_tasks.create(self._handler(wish), name=self._event)


def install() -> None:
    """Lead events for an `Ear` straight to it.

    NiceGUI enters the context of the page and of the listening element, and looks at the handler's signature, for each
    event; none of it is needed here, and it is about a tenth of what a post costs.
    """
    core.sio.on('event', _direct)
    core.sio.async_handlers = False  # each packet has a task already, and the handlers only start others


def hear(event: str, handler: Handler) -> None:
    """Have ``handler`` called with what this page sends with an event, which may be anything."""
    ui.on(event, Ear(event, handler))


def _direct(socket_id: str, message: Any) -> None:
    match message:
        case {'client_id': str(client_id), 'listener_id': str(listener_id), 'args': [str(wish)]}:
            client = Client.instances.get(client_id)
            listener = client and client.layout._event_listeners.get(listener_id)
            if listener and isinstance(listener.handler, Ear):
                listener.handler.take(json.loads(wish))
                return
    _on_event(socket_id, message)


class Line:
    """The connection that a page has now. What is told by it never reaches a later one, which knows what it misses."""

    def __init__(self, client: Client) -> None:
        self._connections = connections(client.id)

    async def join(self) -> None:
        """From now on the page hears what is told to everyone."""
        for connection in self._connections:
            await core.sio.enter_room(connection.socket_id, ROOM)

    async def tell(self, code: str) -> None:
        """Run an expression of `browser` in the page, in order with what everyone is told.

        Answers when the page can take more, so that a slow one never has much waiting for it.
        """
        packet = Packet(code)
        for connection in self._connections:
            connection.write(packet)
            await connection.drain()


async def leave(client: Client) -> None:
    """The client's page hears nothing more."""
    for connection in connections(client.id):
        await core.sio.leave_room(connection.socket_id, ROOM)


async def tell_everyone(code: str) -> None:
    """Run an expression of `browser` in every page that has joined.

    A page that does not keep up waits for nobody and nobody waits for it: it leaves the room, which bounds what is kept
    for it, and catches up once it has taken what waits for it.
    """
    packet = Packet(code)
    for connection in connections(ROOM):
        if connection.is_behind:
            await core.sio.leave_room(connection.socket_id, ROOM)
            background_tasks.create(_call_back(connection), name='call a slow page back')
        else:
            connection.write(packet)
    await asyncio.sleep(0)  # the pages' turn to be sent to, while later changes gather


async def tell(client: Client, code: str) -> None:
    """Run an expression of `browser` in one page, on whatever connection it has."""
    await Line(client).tell(code)


async def hang_up() -> None:
    """Answer the pages that wait for news without a websocket; the server would wait for them in vain when it ends."""
    for socket in list(core.sio.eio.sockets.values()):
        if not socket.upgraded:
            await socket.close(wait=False)


async def _call_back(connection: Connection) -> None:
    await connection.drain()
    connection.write(Packet(browser.call('catchUp')))
