"""Groups of pages, and what is told to all of a group."""

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
Channel = WebSocketChannel | SocketIOChannel
log = logging.getLogger('messenger')


class Group:
    """Pages that hear the same."""

    def __init__(self, name: str) -> None:
        """
        :param name: of the Socket.IO group for the pages that cannot be written to directly
        """
        self.name = name
        self.websockets: dict[str, WebSocketChannel] = {}
        self.others: dict[str, SocketIOChannel] = {}
        self.broadcasts = 0

    async def add(self, client_id: str, channel: Channel) -> None:
        if isinstance(channel, WebSocketChannel):
            self.websockets[client_id] = channel
        else:
            self.others[client_id] = channel
            await core.sio.enter_room(channel.socket_id, self.name)

    async def remove(self, client_id: str) -> None:
        self.websockets.pop(client_id, None)
        if channel := self.others.pop(client_id, None):
            await core.sio.leave_room(channel.socket_id, self.name)

    @property
    def is_empty(self) -> bool:
        return not self.websockets and not self.others


class Hub:
    """The pages that have subscribed, each to what is told to everybody and to one group.

    What is broadcast is encoded once. A page that does not keep up waits for nobody and nobody waits for it: it is
    unsubscribed, which bounds what is kept for it, and told to synchronize again once it has read what waits for it.
    """

    def __init__(self, name: str, *, clock: Callable[[], float] = time.perf_counter) -> None:
        """
        :param name: where the names of all Socket.IO groups begin
        """
        self._name = name
        self._clock = clock
        self._everybody = Group(name)
        self._groups: dict[int, Group] = {}
        self._group_of: dict[str, int] = {}  # by the ids of pages

    @property
    def groups(self) -> list[int]:
        """All groups that a page has subscribed to."""
        return list(self._groups)

    async def subscribe(self, client: Client, channel: Channel, *, group: int) -> None:
        """Have a page hear what is broadcast from now on, by this connection and by no earlier one.

        :param group: which it is in from now on, instead of another one
        """
        await self.unsubscribe(client)
        self._group_of[client.id] = group
        if group not in self._groups:
            self._groups[group] = Group(f'{self._name}:{group}')
        await self._everybody.add(client.id, channel)
        await self._groups[group].add(client.id, channel)

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

    async def broadcast(self, event: Any, *, group: int | None = None) -> None:
        """Send an event to all pages of a group, or to everybody.

        Returns after as long again as the sending took, so that with many pages half of the time is left for other
        work, and what is to be told meanwhile gathers into one event.
        """
        members = self._everybody if group is None else self._groups.get(group)
        if members is None:
            return
        start = self._clock()
        packet = Packet(event)
        for client_id, channel in list(members.websockets.items()):
            if channel.is_behind:
                await self._pause(client_id, channel)
            else:
                channel.write(packet)
        if members.others:
            await self._send_to_others(members, packet)
        await asyncio.sleep(self._clock() - start)

    async def _send_to_others(self, members: Group, packet: Packet) -> None:
        await core.sio.emit(packet.name, packet.data, room=members.name)
        members.broadcasts += 1
        if members.broadcasts % CHECK_EVERY:
            return
        for client_id, channel in list(members.others.items()):
            await channel.check()
            # while this waited, the page may have come back by another connection
            if channel.is_behind and members.others.get(client_id) is channel:
                await self._pause(client_id, channel)

    async def _pause(self, client_id: str, channel: Channel) -> None:
        await self._remove(client_id)
        background_tasks.create(_resync(channel), name='wait for a slow page')

    async def _remove(self, client_id: str) -> None:
        number = self._group_of.pop(client_id, None)
        if number is None:
            return
        await self._everybody.remove(client_id)
        group = self._groups[number]
        await group.remove(client_id)
        if group.is_empty and self._groups.get(number) is group:
            del self._groups[number]


async def _resync(channel: Channel) -> None:
    await channel.drain()
    await channel.send(ResyncEvent())
