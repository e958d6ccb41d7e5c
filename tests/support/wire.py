"""A wire between browser and server that a test can cut, mend, fray and hold."""

import asyncio

from tests.support.server import free_port

SMALL, LARGE = 16_384, 1_048_576


class Wire:
    """Forwards TCP connections to a port; while it is cut, all of them are dropped and new ones are refused."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._left: int | None = None
        self._later: list[int] = []
        self._swallowing = False
        self.carries_websockets = True

    @property
    def url(self) -> str:
        return f'http://127.0.0.1:{self.port}'

    async def mend(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._connect, '127.0.0.1', self.port)

    async def cut(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        self._left = None
        self.tear()
        self.release()

    def fray(self, count: int | None, *later: int) -> None:
        """Let so many more bytes (1 or more) pass to the page, then tear; new connections are taken at once.

        :param later: after how many bytes it tears again
        """
        self._left, self._later = count, list(later)

    async def has_torn(self) -> None:
        """Wait until a frayed wire has torn for the last time."""
        while self._left is not None:
            await asyncio.sleep(0.01)

    def hold(self) -> None:
        """Take nothing more from the server, as a page that does not read; what the page sends still passes."""
        self._flowing.clear()

    def swallow(self) -> None:
        """Take what the page sends, and pass it to nobody, until the wire is cut or released."""
        self._swallowing = True

    def release(self) -> None:
        self._flowing.set()
        self._swallowing = False

    def tear(self) -> None:
        """Drop all connections; new ones are taken at once."""
        for writer in list(self._open):
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection('127.0.0.1', self._target)
        except OSError:
            writer.transport.abort()
            return
        if self._server is None:  # cut in the meantime
            writer.transport.abort()
            far_writer.transport.abort()
            return
        await asyncio.gather(
            self._carry(reader, far_writer, to_page=False), self._carry(far_reader, writer, to_page=True)
        )

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, to_page: bool) -> None:
        self._open.add(writer)
        try:
            while data := await reader.read(65536):
                if b'Upgrade: websocket' in data and not self.carries_websockets:
                    raise ConnectionRefusedError
                if to_page:
                    await self._flowing.wait()
                    data = self._worn(data)
                elif self._swallowing:
                    continue
                writer.write(data)
                await writer.drain()
                if to_page and self._left == 0:
                    self._left = self._later.pop(0) if self._later else None
                    self.tear()
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    def _worn(self, data: bytes) -> bytes:
        if self._left is None:
            return data
        data = data[: self._left]
        self._left -= len(data)
        return data
