"""Takes the events that pages send, and calls their handlers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from nicegui import Client, background_tasks, core

from messenger.realtime.channel import SocketIOChannel, WebSocketChannel, open_channel
from messenger.realtime.codec import ProtocolError, name_of, parse
from messenger.realtime.protocol import RejectedEvent, ResyncEvent

Session = TypeVar('Session')
Event = TypeVar('Event')
MAX_QUESTIONS = 20  # of one connection that wait for their answer; a page of ours has one or two
RESYNC_AFTER = 1.0
log = logging.getLogger('messenger')


@dataclass(eq=False)
class Connection:
    """A page's socket; ``sync_number`` is the latest synchronization that the page has asked for on it.

    What it asks for is answered one after the other, each once the page has read most of the answer before. Whatever is
    too much is not answered, and the page synchronizes again once it has read that it should.
    """

    client: Client
    channel: WebSocketChannel | SocketIOChannel
    sync_number: int = 0
    questions: int = 0
    answering: asyncio.Lock = field(default_factory=asyncio.Lock)
    is_to_sync: bool = False  # because something that it has asked for could not be answered


@dataclass(frozen=True)
class Sender(Generic[Session]):
    """Who sent an event: the login session of the page, and the connection that replies go to."""

    session: Session
    connection: Connection

    async def reply(self, event: Any) -> None:
        """Send an event back, on the connection that was asked on."""
        await self.connection.channel.send(event)


Handler = Callable[[Sender[Session], Event], Awaitable[None]]


class Dispatcher(Generic[Session]):
    """Checks what pages send, finds the sender's login session, and turns refusals into a `RejectedEvent`."""

    def __init__(
        self,
        find_session: Callable[[Client], Session | None],
        *,
        admit: Callable[[Session, type[Any]], None],
        refusal: type[Exception],
        unavailable: type[Exception],
        logged_out: str,
    ) -> None:
        """
        :param find_session: return the login session of a page, or None if it has none or it has ended
        :param admit: called with the session and the type of each event before its handler; may raise the refusal
        :param refusal: the exception whose message is a sentence for the user, and whose ``retry_after``, if it has
            one, is the number of seconds after which the same will do
        :param unavailable: the exception of a question that cannot be answered now; the page then synchronizes again
            and again until it is answered, and asks anew for whatever it still needs
        :param logged_out: the sentence for what was sent without a login session
        """
        self._find_session = find_session
        self._admit = admit
        self._refusal = refusal
        self._unavailable = unavailable
        self._logged_out = logged_out

    def on(self, event_type: type[Event], handler: Handler[Session, Event]) -> None:
        """Have ``handler(sender, event)`` called for each event of a type that comes from a page with a session."""
        core.sio.on(name_of(event_type), partial(self._handle, event_type, handler))

    def on_question(self, event_type: type[Event], handler: Handler[Session, Event]) -> None:
        """Like `on`, for events whose answers are large: a connection gets one of them at a time."""
        self.on(event_type, partial(_answer_in_turn, handler))

    async def _handle(
        self, event_type: type[Event], handler: Handler[Session, Event], socket_id: str, *data: Any
    ) -> None:
        try:
            event = parse(event_type, data[0] if len(data) == 1 else data)
            connection = await _connection(socket_id)
            if connection:
                await self._call(handler, connection, event)
        except ProtocolError as error:
            log.debug('A page sent a malformed %s', error)
        except Exception:
            log.exception('Handling of a %s failed', event_type.__name__)

    async def _call(self, handler: Handler[Session, Event], connection: Connection, event: Event) -> None:
        key = getattr(event, 'client_message_id', None)
        session = self._find_session(connection.client)
        if session is not None:
            try:
                self._admit(session, type(event))
                await handler(Sender(session, connection), event)
            except self._refusal as refusal:
                retry_after = getattr(refusal, 'retry_after', None)
                await connection.channel.send(RejectedEvent(key, str(refusal), retry_after))
            except self._unavailable:
                _resync_later(connection)
        elif key:
            await connection.channel.send(RejectedEvent(key, self._logged_out))


async def _answer_in_turn(handler: Handler[Session, Event], sender: Sender[Session], event: Event) -> None:
    connection = sender.connection
    if connection.questions >= MAX_QUESTIONS:
        log.debug('A page asks for more than it reads')
        _resync_later(connection)
        return
    connection.questions += 1
    try:
        async with connection.answering:
            await connection.channel.drain()
            await handler(sender, event)
    finally:
        connection.questions -= 1


def _resync_later(connection: Connection) -> None:
    if not connection.is_to_sync:
        connection.is_to_sync = True
        background_tasks.create(_resync(connection), name='have a page ask again')


async def _resync(connection: Connection) -> None:
    await asyncio.sleep(RESYNC_AFTER)
    try:
        await connection.channel.send(ResyncEvent())
    finally:
        connection.is_to_sync = False


async def _connection(socket_id: str) -> Connection | None:
    """Return the connection of a socket, which lives as long as the socket's session of Socket.IO."""
    try:
        session: dict[str, Any] = await core.sio.get_session(socket_id)
    except KeyError:  # it has gone in the meantime
        return None
    if 'connection' not in session:
        # NiceGUI has put the socket into a group named like its client
        client = next((client for name in core.sio.rooms(socket_id) if (client := Client.instances.get(name))), None)
        session['connection'] = client and Connection(client, open_channel(socket_id))
    connection: Connection | None = session['connection']
    return connection if connection and not connection.client.is_deleted else None
