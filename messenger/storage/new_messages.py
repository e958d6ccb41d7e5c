"""PostgreSQL: a group of new messages in one query, which numbers them as `WriteTransaction` does on SQLite."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ARRAY
from sqlalchemy.dialects.postgresql import psycopg

from messenger.storage.commands import PostMessage
from messenger.storage.lease import HELD
from messenger.storage.listener import NOTIFY
from messenger.storage.locks import TAKE_LOCK
from messenger.storage.statements import POSTED, clamp_int64, messages, new_message
from messenger.storage.transaction import CONTINUATION_WITHIN
from models import MessageView, Quote

DIALECT = psycopg.dialect()  # type: ignore[no-untyped-call]
COLUMNS = (*POSTED, 'reply_to')
NAMES = ', '.join(COLUMNS)
TYPES = [ARRAY(messages.c[name].type).compile(DIALECT) for name in COLUMNS]
ARRAYS = ', '.join(f'${number}' for number in range(1, len(COLUMNS) + 1))
WITHIN, TOKEN = f'${len(COLUMNS) + 1}', f'${len(COLUMNS) + 2}'
Row = tuple[int, int, bool, str, str]  # what POST returns of each new message

# What its author has posted before is left out, which is certain while the lock of the order is held, and so is what
# was written for an archived room. Nothing is inserted if the lease is lost. It is prepared once for each connection,
# since planning takes as long as inserting.
PREPARE = f"""
PREPARE new_messages ({', '.join(TYPES)}, interval, text) AS
WITH held AS (
    {HELD % {'token': TOKEN}}
),
last AS (
    SELECT coalesce((SELECT max(seq) FROM message), 0) AS seq, coalesce((SELECT max(id) FROM message), 0) AS id
),
new AS (
    SELECT {NAMES}, row_number() OVER (ORDER BY position) AS n
    FROM unnest({ARRAYS}) WITH ORDINALITY AS wished ({NAMES}, position)
    WHERE NOT EXISTS (
        SELECT FROM message
        WHERE message.client_message_id = wished.client_message_id AND message.author_id = wished.author_id
    ) AND EXISTS (SELECT FROM held) AND EXISTS (SELECT FROM room WHERE room.id = wished.room_id AND NOT archived)
),
before AS (
    SELECT wished.room_id, newest.author_id, newest.sent_at
    FROM (SELECT DISTINCT room_id FROM new) AS wished
    LEFT JOIN LATERAL (
        SELECT CASE WHEN notice = '' THEN author_id END AS author_id, sent_at FROM message
        WHERE message.room_id = wished.room_id
        ORDER BY id DESC LIMIT 1
    ) AS newest ON true
),
following AS (
    SELECT new.*, last.id + n AS id, last.seq + n AS seq,
        lag(new.author_id, 1, before.author_id) OVER in_room AS author_id_before,
        new.sent_at - lag(new.sent_at, 1, before.sent_at) OVER in_room AS later
    FROM new JOIN before ON before.room_id = new.room_id CROSS JOIN last
    WINDOW in_room AS (PARTITION BY new.room_id ORDER BY n)
)
INSERT INTO message (id, seq, {NAMES}, edited, deleted, continuation)
SELECT id, seq, {NAMES}, false, false,
    coalesce(author_id = author_id_before AND later < {WITHIN} AND -later < {WITHIN}, false)
FROM following
ORDER BY n
RETURNING id, seq, continuation, author_id, client_message_id
"""
VALUES = ', '.join(f'%({name})s::{kind}' for name, kind in zip(COLUMNS, TYPES, strict=True))
# One query, which is one transaction: PostgreSQL begins when it has all of it, and waits for nobody before it has
# committed, so a server that is stopped meanwhile does not keep the lock.
POST = ';'.join([TAKE_LOCK, HELD, f'EXECUTE new_messages ({VALUES}, %(within)s, %(token)s)', NOTIFY])
QUOTED = 'SELECT id, author, text, deleted FROM message WHERE id = ANY(%(ids)s)'


def parameters(commands: Sequence[PostMessage], *, fencing_token: str) -> dict[str, object]:
    """Return the parameters of ``POST`` for commands of which no two are the same message."""
    arrays = {name: [getattr(command, name) for command in commands] for name in POSTED}
    reply_to = [command.reply_to and clamp_int64(command.reply_to) for command in commands]
    others = {'reply_to': reply_to, 'within': CONTINUATION_WITHIN, 'token': fencing_token}
    return arrays | others


def quoted_ids(commands: Sequence[PostMessage]) -> list[int]:
    """Return the ids of the messages that these reply to."""
    return [clamp_int64(command.reply_to) for command in commands if command.reply_to is not None]


def views(
    commands: Sequence[PostMessage], rows: Sequence[Row], quotes: Sequence[tuple[int, str, str, bool]]
) -> list[MessageView]:
    """Return the messages of which ``POST`` has returned rows.

    :param quotes: what ``QUOTED`` has returned
    """
    by_identity = {(command.author_id, command.client_message_id): command for command in commands}
    quote_of = {quote[0]: Quote(*quote) for quote in quotes}
    found = []
    for id_, seq, continuation, author_id, client_message_id in rows:
        command = by_identity[author_id, client_message_id]
        view, _ = new_message(command, id=id_, seq=seq, continuation=continuation)
        quote = quote_of.get(command.reply_to or 0)
        found.append(replace(view, quote=quote) if quote else view)
    return found
