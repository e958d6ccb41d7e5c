"""All pages of the conversation, as one socket.io room: what is told to it is encoded once and sent once."""

from nicegui import Client, core

ROOM = 'conversation'


async def join(client: Client) -> None:
    """From now on the client's page hears what is told to everyone."""
    for socket_id in _sockets(client):
        await core.sio.enter_room(socket_id, ROOM)


async def leave(client: Client) -> None:
    """The client's page hears nothing more."""
    for socket_id in _sockets(client):
        await core.sio.leave_room(socket_id, ROOM)


async def tell_everyone(code: str) -> None:
    """Run an expression of `browser` in every page that has joined."""
    await core.sio.emit('run_javascript', {'code': code}, room=ROOM)


async def tell(client: Client, code: str) -> None:
    """Run an expression of `browser` in one page, in order with what everyone is told."""
    await core.sio.emit('run_javascript', {'code': code}, room=client.id)


def _sockets(client: Client) -> list[str]:
    return [socket_id for socket_id, _ in core.sio.manager.get_participants('/', client.id)]
