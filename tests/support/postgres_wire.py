"""A wire to PostgreSQL that a test can cut at a statement, before it is executed or before its answer arrives.

It reads as much of the protocol as it needs: https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url

from tests.support.server import free_port

QUERY, EXECUTE, COMPLETE = b'Q', b'E', b'C'
REQUESTS = {QUERY, EXECUTE}
BEGINNINGS = (b'BEGIN', b'EXECUTE new_messages')


class PostgresWire:
    """Forwards TCP connections to the socket of a PostgreSQL.

    Only statements of a transaction are counted, from its BEGIN on, so that those who read disturb no test. That of new
    messages is one query, without BEGIN and COMMIT.
    """

    def __init__(self, url: str) -> None:
        """
        :param url: of a database
        """
        parts = make_url(url)
        self.port = free_port()
        self.url = f'postgresql+psycopg://postgres@127.0.0.1:{self.port}/{parts.database}?sslmode=disable'
        self.cuts = 0
        self.held = 0
        self._socket = Path(str(parts.query['host'])) / '.s.PGSQL.5432'
        self._server: asyncio.Server | None = None
        self._links: set[Link] = set()
        self._cut_before: int | None = None
        self._cut_after: int | bytes | None = None
        self._then: Callable[[], object] = lambda: None
        self._flowing = asyncio.Event()
        self._flowing.set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._connect, '127.0.0.1', self.port)

    async def close(self) -> None:
        assert self._server
        self._server.close()
        self._flowing.set()
        self.cut()

    def cut(self) -> None:
        """Drop all connections; new ones are taken at once."""
        for link in list(self._links):
            link.near.transport.abort()
            link.far.transport.abort()

    def cut_before(self, number: int) -> None:
        """Drop the connection of the next transaction when its query of this number, BEGIN being 1, is sent."""
        self._cut_before = number

    def cut_after(self, statement: int | bytes, then: Callable[[], object] = lambda: None) -> None:
        """Drop the connection of the next transaction when a statement is done, of this number or with this answer.

        :param then: called before anybody notices
        """
        self._cut_after, self._then = statement, then

    def swallow(self) -> None:
        """Carry nothing more by the connections that there are, without a word; new ones work."""
        for link in self._links:
            link.is_swallowing = True

    def hold(self) -> None:
        """Take no more answers from PostgreSQL until it is released, as a client that is stopped."""
        self._flowing.clear()

    def release(self) -> None:
        self._flowing.set()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self._socket)
        except OSError:
            writer.transport.abort()
            return
        link = Link(writer, far_writer)
        self._links.add(link)
        try:
            await asyncio.gather(
                self._carry(reader, far_writer, link, is_request=True),
                self._carry(far_reader, writer, link, is_request=False),
            )
        finally:
            self._links.discard(link)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: 'Link', *, is_request: bool
    ) -> None:
        has_type = not is_request  # the very first request has none
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readexactly(5 if has_type else 4)
                body = await reader.readexactly(int.from_bytes(head[-4:], 'big') - 4)
                if not is_request and not self._flowing.is_set():
                    self.held += 1
                    await self._flowing.wait()
                if has_type and self._is_fatal(head[:1], body, link, is_request):
                    self.cuts += 1
                    link.near.transport.abort()
                    break
                if link.is_swallowing:
                    continue
                writer.write(head + body)
                await writer.drain()
                has_type = True
        link.near.close()
        link.far.close()

    def _is_fatal(self, kind: bytes, body: bytes, link: 'Link', is_request: bool) -> bool:
        """Return whether the connection is to be cut instead of carrying this on."""
        if is_request:
            if kind in b'QP' and any(beginning in body for beginning in BEGINNINGS):
                link.sent = link.done = 0
            if link.sent is None or kind not in REQUESTS:
                return False
            link.sent += 1
            if link.sent == self._cut_before:
                self._cut_before = None
                return True
        elif kind == COMPLETE and link.done is not None:
            link.done += 1
            if self._cut_after in (link.done, body.rstrip(b'\0')):
                self._cut_after = None
                self._then()
                return True
        return False


class Link:
    """A connection, and how many statements were sent and done since its latest transaction began."""

    def __init__(self, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self.near, self.far = near, far
        self.is_swallowing = False
        self.sent: int | None = None
        self.done: int | None = None
