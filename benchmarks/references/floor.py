"""The floor: a plain WebSocket server that stores nothing and writes one ready frame per message to everybody."""

import asyncio
import os

from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import Frame, Opcode

FRAME_SIZE = 600  # about what the messenger sends for one message

people: set[ServerConnection] = set()


async def hear(connection: ServerConnection) -> None:
    people.add(connection)
    try:
        async for message in connection:
            frame = Frame(Opcode.TEXT, str(message).ljust(FRAME_SIZE).encode()).serialize(mask=False)
            for person in people:
                person.transport.write(frame)
    finally:
        people.discard(connection)


async def main() -> None:
    async with serve(hear, '127.0.0.1', int(os.environ['MESSENGER_PORT']), compression=None) as server:
        await server.serve_forever()


if __name__ == '__main__':
    asyncio.run(main())
