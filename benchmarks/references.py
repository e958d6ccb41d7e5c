"""What the messenger is compared with, each a program of its own: ``python benchmarks/references.py demo|seed|floor``.

Each imports only what it needs, since what has been imported makes Python's garbage collector slower.
"""

import asyncio
import os
import sqlite3
import sys
from datetime import UTC, datetime
from typing import Any

PORT = int(os.environ['MESSENGER_PORT'])
FRAME_SIZE = 600  # about what the messenger sends for one message


def demo() -> None:
    """The demo that people copy: one ``ui.chat_message`` per message and page, appended through an ``Event``."""
    from nicegui import Event, app, ui
    from starlette.responses import PlainTextResponse

    said = Event[str, str]()

    def page() -> None:
        def show(stamp: str, text: str) -> None:
            with messages:
                ui.chat_message(text, name='Somebody', stamp=stamp)

        def send() -> None:
            said.emit(f'{datetime.now():%X}', box.value)
            box.value = ''

        messages = ui.column().classes('w-full')
        box = ui.input('Message').on('keydown.enter', send)
        said.subscribe(show)

    ui.page('/')(page)
    app.add_route('/health', lambda _: PlainTextResponse('OK'))
    ui.run(host='127.0.0.1', port=PORT, show=False, reload=False)


def seed() -> None:
    """A Socket.IO server that commits each message to SQLite by itself and emits it to everybody."""
    import socketio
    import uvicorn
    from starlette.responses import PlainTextResponse

    database = sqlite3.connect('seed.db')
    database.execute('CREATE TABLE message (id INTEGER PRIMARY KEY, author TEXT, text TEXT, sent_at TEXT)')
    server = socketio.AsyncServer(async_mode='asgi', cors_allowed_origins='*')

    async def say(_: str, text: str) -> None:
        data = {'author': 'Somebody', 'text': text, 'sent_at': datetime.now(UTC).isoformat()}
        cursor = database.execute('INSERT INTO message (author, text, sent_at) VALUES (:author, :text, :sent_at)', data)
        database.commit()
        await server.emit('said', data | {'id': cursor.lastrowid})

    server.on('say', say)
    uvicorn.run(socketio.ASGIApp(server, PlainTextResponse('OK')), host='127.0.0.1', port=PORT, log_level='warning')


async def floor() -> None:
    """A plain WebSocket server that stores nothing and writes one ready frame per message to everybody."""
    from http import HTTPStatus

    from websockets.asyncio.server import Server, ServerConnection, serve
    from websockets.frames import Frame, Opcode

    async def hear(connection: ServerConnection) -> None:
        async for message in connection:
            frame = Frame(Opcode.TEXT, str(message).ljust(FRAME_SIZE).encode()).serialize(mask=False)
            for person in server.connections:
                person.transport.write(frame)

    def check_health(connection: ServerConnection, request: Any) -> Any:
        return connection.respond(HTTPStatus.OK, 'OK') if request.path == '/health' else None

    server: Server
    async with serve(hear, '127.0.0.1', PORT, compression=None, process_request=check_health) as server:
        await server.serve_forever()


if __name__ == '__main__':
    asyncio.run(floor()) if sys.argv[1] == 'floor' else {'demo': demo, 'seed': seed}[sys.argv[1]]()
