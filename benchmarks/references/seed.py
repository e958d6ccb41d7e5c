"""The seed: a Socket.IO server that commits each message to SQLite by itself and emits it to everybody."""

import os
import sqlite3
from datetime import UTC, datetime

import socketio
import uvicorn


def main() -> None:
    database = sqlite3.connect('main.db')
    database.execute('CREATE TABLE message (id INTEGER PRIMARY KEY, author TEXT, text TEXT, sent_at TEXT)')
    server = socketio.AsyncServer(async_mode='asgi', cors_allowed_origins='*')

    async def say(_: str, text: str) -> None:
        sent_at = datetime.now(UTC).isoformat()
        cursor = database.execute(
            'INSERT INTO message (author, text, sent_at) VALUES (?, ?, ?)', ('Somebody', text, sent_at)
        )
        database.commit()
        await server.emit('said', {'id': cursor.lastrowid, 'author': 'Somebody', 'text': text, 'sent_at': sent_at})

    server.on('say', say)
    uvicorn.run(socketio.ASGIApp(server), host='127.0.0.1', port=int(os.environ['MESSENGER_PORT']), log_level='warning')


if __name__ == '__main__':
    main()
