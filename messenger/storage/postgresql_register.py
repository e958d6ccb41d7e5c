"""PostgreSQL: the register of several servers, in tables that all of them see."""

import asyncio
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection as SyncConnection

from messenger.batching import Batcher
from messenger.storage import lease
from messenger.storage import register_tables as sql
from messenger.storage.errors import DatabaseUnavailableError, LeaseLostError
from messenger.storage.lease import Lease
from messenger.storage.listener import NOTIFY, Connection, Listener
from messenger.storage.locks import LOGIN_LOCK, TAKE_LOCK
from messenger.storage.register import Holder, Registration, Registrations, Shared
from models import GENERAL_ID, OnlineUser, User

T = TypeVar('T')
Transact = Callable[[Callable[[SyncConnection], Any]], Any]
PEOPLE, ENDED, TYPING = 'people', 'ended', 'typing'  # channels
PAUSE = 0.3
LOOK_EVERY = 2.0
RETRY_AFTER = 1.0
MAX_TYPING = 4  # a page says "several people" from three


@dataclass
class State:
    """What other servers are to know of a user of this one."""

    connected: bool = True
    online: bool = False
    away: bool = False
    room_id: int = GENERAL_ID


class TableRegistrations:
    """The table of sessions, in the transaction of one login."""

    def __init__(self, connection: SyncConnection, server: str) -> None:
        self.added: list[Registration] = []
        self._connection = connection
        self._server = server
        if not connection.exec_driver_sql(lease.HELD, {'token': server}).first():
            raise LeaseLostError
        # this one is, also while it connects again
        self._alive = [server, *(token for (token,) in connection.exec_driver_sql(lease.ALIVE))]

    def find(self, user_id: str) -> Holder | None:
        row = self._find(user_id)
        return Holder(*row[:3]) if row else None

    def find_lookalike(self, looks: tuple[str, str], user_id: str) -> Holder | None:
        values = {'name_look': looks[0], 'user_id_look': looks[1], 'user_id': user_id, 'alive': self._alive}
        row = self._connection.exec_driver_sql(sql.FIND_LOOKALIKE, values).first()
        return Holder(*row) if row else None

    def count(self, network: str) -> int:
        found: int = self._connection.exec_driver_sql(
            sql.COUNT, {'network': network, 'alive': self._alive}
        ).scalar_one()
        return found

    def add(self, registration: Registration) -> None:
        if earlier := self._find(registration.user_id):
            token, _, _, server = earlier
            self._connection.exec_driver_sql(NOTIFY, {'channel': ENDED, 'payload': token})
            if server not in self._alive:  # should it come back, it has to look who is still there before it writes
                self._connection.exec_driver_sql(lease.END, {'token': server})
        values = {
            'user_id': registration.user_id,
            'name': registration.name,
            'token': registration.token,
            'name_look': registration.looks[0],
            'user_id_look': registration.looks[1],
            'network': registration.network,
            'server': self._server,
        }
        self._connection.exec_driver_sql(sql.ADD, values)
        self.added.append(registration)

    def _find(self, user_id: str) -> Any:
        return self._connection.exec_driver_sql(sql.FIND, {'user_id': user_id, 'alive': self._alive}).first()


class PostgresqlRegister:
    """Login sessions, online users and the throttle of all servers.

    A login is one transaction, of which only one runs at a time. What servers tell each other about their users is
    gathered, and read again from time to time.
    """

    def __init__(self, transact: Transact, listener: Listener, own_lease: Lease) -> None:
        """
        :param transact: runs work in a transaction, and waits for the disk
        """
        self._transact = transact
        self._lease = own_lease
        self._thread = ThreadPoolExecutor(1, thread_name_prefix='register')
        self._removed = Batcher[str](self._remove, name='free names')
        self._connections = Batcher[str](self._update, name='tell who is connected')  # at once: a name may be free
        self._changed = Batcher[str](self._tell_people, name='tell who is here', pause=PAUSE)
        self._typing = Batcher[User](self._tell_typing, name='tell who is typing', pause=PAUSE)
        self._states: dict[str, State] = {}  # by ``user_id``
        self._user_ids: dict[str, str] = {}  # of all sessions of this server, by their tokens
        self._people: Sequence[OnlineUser] = []
        self._on_end: Callable[[str], None] = lambda token: None
        self._on_people: Callable[[Sequence[OnlineUser]], None] = lambda users: None
        self._on_typing: Callable[[User], None] = lambda user: None
        own_lease.keep(listener, renew=self._renew)
        listener.on(ENDED, self._hear_ended, every=LOOK_EVERY)
        listener.on(PEOPLE, self._hear_people, every=LOOK_EVERY)
        listener.on(TYPING, self._hear_typing, every=LOOK_EVERY)

    async def decide(self, decide: Callable[[Registrations], T], *, shared: Shared) -> T:
        result, added = await self._run(partial(self._decide, decide=decide, shared=shared))
        self._user_ids |= {registration.token: registration.user_id for registration in added}
        return result

    def remove(self, registration: Registration) -> None:
        self._forget(registration.token)
        self._removed.add(registration.token)

    def set_connected(self, registration: Registration, connected: bool) -> None:
        self._states.setdefault(registration.user_id, State()).connected = connected
        self._connections.add(registration.user_id)

    def on_end(self, listener: Callable[[str], None]) -> None:
        self._on_end = listener

    def announce(self, user_id: str, *, online: bool, away: bool, room_id: int = GENERAL_ID) -> None:
        if online or user_id in self._states:
            state = self._states.setdefault(user_id, State())
            state.online, state.away, state.room_id = online, away, room_id
            self._changed.add(user_id)

    def on_people(self, listener: Callable[[Sequence[OnlineUser]], None]) -> None:
        self._on_people = listener

    def announce_typing(self, user: User) -> None:
        self._typing.add(user)

    def on_typing(self, listener: Callable[[User], None]) -> None:
        self._on_typing = listener

    async def close(self) -> None:
        """Log out all users of this server, and end its lease."""
        for batcher in (self._typing, self._changed, self._connections, self._removed):
            await batcher.close()
        with suppress(DatabaseUnavailableError):
            await self._run(self._leave)
        self._thread.shutdown()

    async def _run(self, work: Callable[[SyncConnection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, work)

    def _decide(
        self, connection: SyncConnection, *, decide: Callable[[Registrations], T], shared: Shared
    ) -> tuple[T, Sequence[Registration]]:
        connection.exec_driver_sql(TAKE_LOCK, {'lock': LOGIN_LOCK})
        registrations = TableRegistrations(connection, self._lease.token)
        if row := connection.exec_driver_sql(sql.READ_THROTTLE).first():
            shared.load(*row)
        result = decide(registrations)
        connection.exec_driver_sql(sql.WRITE_THROTTLE, {'state': json.dumps(shared.dump())})
        return result, registrations.added

    async def _remove(self, tokens: Sequence[str]) -> None:
        def remove(connection: SyncConnection) -> None:
            connection.exec_driver_sql(sql.REMOVE, {'tokens': list(tokens)})
            self._notify(connection, PEOPLE)

        try:
            await self._run(remove)
        except DatabaseUnavailableError:
            await asyncio.sleep(RETRY_AFTER)
            self._removed.add(*tokens)

    async def _update(self, user_ids: Sequence[str]) -> None:
        states = {user_id: self._states[user_id] for user_id in user_ids if user_id in self._states}
        values = {
            'user_ids': list(states),
            'connected': [state.connected for state in states.values()],
            'online': [state.online for state in states.values()],
            'away': [state.away for state in states.values()],
            'room_ids': [state.room_id for state in states.values()],
        }
        try:
            await self._run(
                lambda connection: connection.exec_driver_sql(sql.UPDATE, values | {'server': self._lease.token})
            )
        except DatabaseUnavailableError:
            await asyncio.sleep(RETRY_AFTER)
            self._connections.add(*states)

    async def _tell_people(self, user_ids: Sequence[str]) -> None:
        await self._update(user_ids)
        with suppress(DatabaseUnavailableError):  # then they look by themselves
            await self._run(lambda connection: self._notify(connection, PEOPLE))

    async def _tell_typing(self, users: Sequence[User]) -> None:
        names = {user.user_id: user.name for user in users[:MAX_TYPING]}
        with suppress(DatabaseUnavailableError):
            await self._run(lambda connection: self._notify(connection, TYPING, users=names))

    def _notify(self, connection: SyncConnection, channel: str, **said: object) -> None:
        payload = json.dumps({'server': self._lease.token, **said})
        connection.exec_driver_sql(NOTIFY, {'channel': channel, 'payload': payload})

    def _leave(self, connection: SyncConnection) -> None:
        connection.exec_driver_sql(sql.REMOVE_ALL, {'server': self._lease.token})
        connection.exec_driver_sql(lease.END, {'token': self._lease.token})
        self._notify(connection, PEOPLE)

    async def _renew(self, connection: Connection) -> None:
        """Begin another lease, and end the sessions that others have taken over while this server was away."""
        token = lease.new_token()
        async with connection.transaction():
            await connection.execute(TAKE_LOCK, {'lock': LOGIN_LOCK})
            await connection.execute(lease.BEGIN, {'token': token, 'name': self._lease.name})
            moved = await connection.execute(sql.MOVE, {'old': self._lease.token, 'new': token})
            kept = {kept for (kept,) in await moved.fetchall()}
            await connection.execute(lease.END, {'token': self._lease.token})
        self._lease.token = token
        for ended in self._user_ids.keys() - kept:
            self._end(ended)

    def _end(self, token: str) -> None:
        self._forget(token)
        self._on_end(token)

    def _forget(self, token: str) -> None:
        user_id = self._user_ids.pop(token, '')
        if user_id not in self._user_ids.values():  # otherwise the name has been taken over here
            self._states.pop(user_id, None)

    async def _hear_ended(self, _: Connection, tokens: Sequence[str]) -> None:
        for token in tokens:
            self._end(token)

    async def _hear_people(self, connection: Connection, payloads: Sequence[str]) -> None:
        if payloads and not self._from_others(payloads):
            return
        found = await connection.execute(sql.ELSEWHERE, {'server': self._lease.token})
        people = [OnlineUser(*row) for row in await found.fetchall()]
        if people != self._people:
            self._people = people
            self._on_people(people)

    async def _hear_typing(self, _: Connection, payloads: Sequence[str]) -> None:
        for said in self._from_others(payloads):
            for user_id, name in said['users'].items():
                self._on_typing(OnlineUser(name, user_id))

    def _from_others(self, payloads: Sequence[str]) -> list[dict[str, Any]]:
        said = [json.loads(payload) for payload in payloads]
        return [one for one in said if one['server'] != self._lease.token]
