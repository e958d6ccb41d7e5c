"""One group of pages, and what is told to all of them."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from nicegui import Client, background_tasks, core

from messenger import compat
from messenger.realtime.channel import Packet, SocketIOChannel, WebSocketChannel
from messenger.realtime.protocol import RejectedEvent, ResyncEvent

CHECK_EVERY = 50
log = logging.getLogger('messenger')


class Hub:
    """The pages that have subscribed; what is broadcast to them is encoded once.

    A page that does not keep up waits for nobody and nobody waits for it: it is unsubscribed, which bounds what is kept
    for it, and told to synchronize again once it has read what waits for it.
    """

    def __init__(self, group: str, *, clock: Callable[[], float] = time.perf_counter) -> None:
        """
        :param group: name of the Socket.IO group for the pages that cannot be written to directly
        """
        self._group = group
        self._clock = clock
        self._websockets: dict[str, WebSocketChannel] = {}
        self._others: dict[str, SocketIOChannel] = {}
        self._broadcasts = 0

    async def subscribe(self, client: Client, channel: WebSocketChannel | SocketIOChannel) -> None:
        """Have a page hear what is broadcast from now on, by this connection and by no earlier one."""
        await self.unsubscribe(client)
        if isinstance(channel, WebSocketChannel):
            self._websockets[client.id] = channel
        else:
            self._others[client.id] = channel
            await core.sio.enter_room(channel.socket_id, self._group)

    async def unsubscribe(self, client: Client) -> None:
        """Have a page hear nothing more."""
        await self._remove(client.id)

    async def keep_latest_connection(self, client: Client, sentence: str) -> None:
        """End all connections of a page but the latest one, which subscribes for itself.

        :param sentence: tells the user of the others why
        """
        earlier = compat.socket_ids_of(client.id)[:-1]
        if earlier:
            await self.unsubscribe(client)
        for socket_id in earlier:
            packet = Packet(RejectedEvent(None, sentence))
            await core.sio.emit(packet.name, packet.data, to=socket_id)
            await core.sio.disconnect(socket_id)

    async def broadcast(self, event: Any) -> None:
        """Send an event to all subscribed pages.

        Returns after as long again as the sending took, so that with many pages half of the time is left for other
        work, and what is to be told meanwhile gathers into one event.
        """
        start = self._clock()
        packet = Packet(event)
        for client_id, channel in list(self._websockets.items()):
            if channel.is_behind:
                await self._pause(client_id, channel)
            else:
                channel.write(packet)
        if self._others:
            await self._send_to_others(packet)
        await asyncio.sleep(self._clock() - start)

    async def _send_to_others(self, packet: Packet) -> None:
        await core.sio.emit(packet.name, packet.data, room=self._group)
        self._broadcasts += 1
        if self._broadcasts % CHECK_EVERY:
            return
        for client_id, channel in list(self._others.items()):
            await channel.check()
            # while this waited, the page may have come back by another connection
            if channel.is_behind and self._others.get(client_id) is channel:
                await self._pause(client_id, channel)

    async def _pause(self, client_id: str, channel: WebSocketChannel | SocketIOChannel) -> None:
        await self._remove(client_id)
        background_tasks.create(_resync(channel), name='wait for a slow page')

    async def _remove(self, client_id: str) -> None:
        self._websockets.pop(client_id, None)
        if channel := self._others.pop(client_id, None):
            await core.sio.leave_room(channel.socket_id, self._group)


async def _resync(channel: WebSocketChannel | SocketIOChannel) -> None:
    await channel.drain()
    await channel.send(ResyncEvent())
