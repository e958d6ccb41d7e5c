"""The statements of messages, made once since making one costs as much as running it, and how rows become views.

A plain column of a message is named in `Message` and in `MessageView`, and nowhere else: everything here is derived.
"""

from collections.abc import Sequence
from dataclasses import fields
from itertools import starmap
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, insert, literal_column, select, update

from models import Message, MessageView, PostMessage, Quote, Reaction

MAX_INT64 = 2**63 - 1
PLAIN: dict[str, Any] = {field.name: field.default for field in fields(MessageView) if not field.kw_only}
POSTED = tuple(field.name for field in fields(PostMessage) if field.name in PLAIN)
posted_values = attrgetter(*POSTED)

messages: Table = Message.__table__  # type: ignore[attr-defined]
quoted = messages.alias('quoted')
VIEWS: Any = select(
    *[messages.c[name] for name in PLAIN],
    messages.c.reactions,
    *[quoted.c[field.name] for field in fields(Quote)],
).select_from(messages.outerjoin(quoted, quoted.c.id == messages.c.reply_to))

ANY_MESSAGE: Any = VIEWS.limit(1)
MESSAGES_WITH_IDS: Any = VIEWS.where(messages.c.id.in_(bindparam('ids', expanding=True)))
NEWEST: Any = VIEWS.order_by(messages.c.id.desc()).limit(bindparam('limit'))
BEFORE: Any = NEWEST.where(messages.c.id < bindparam('message_id'))
FROM: Any = VIEWS.where(messages.c.id >= bindparam('message_id')).order_by(messages.c.id).limit(bindparam('limit'))
ALL_CHANGES_AFTER: Any = VIEWS.where(messages.c.seq > bindparam('seq')).order_by(messages.c.seq)
CHANGES_AFTER: Any = ALL_CHANGES_AFTER.limit(bindparam('limit'))

LAST: Any = (  # two look-ups in indexes; the newest message need not be the one that changed last
    select(
        select(func.max(messages.c.seq)).correlate(None).scalar_subquery().label('seq'),
        *[messages.c[name] for name in ('id', 'author_id', 'sent_at')],
    )
    .order_by(messages.c.id.desc())
    .limit(1)
)
KNOWN: Any = select(messages.c.author_id, messages.c.client_message_id, messages.c.id).where(
    messages.c.client_message_id.in_(bindparam('client_message_ids', expanding=True))
)
REPLIES_TO: Any = select(messages.c.id).where(messages.c.reply_to == bindparam('message_id')).order_by(messages.c.id)
INSERT: Any = insert(messages).values(reactions=literal_column("'[]'"))  # not made JSON again for each message
UPDATE: Any = update(messages).where(messages.c.id == bindparam('message_id')).values(seq=bindparam('next_seq'))
EDIT: Any = UPDATE.values(text=bindparam('new_text'), edited=True)
DELETE: Any = UPDATE.values(text='', reactions=[], deleted=True)
REACT: Any = UPDATE.values(reactions=bindparam('new_reactions'))


def read_views(connection: Connection, statement: Any, **values: object) -> list[MessageView]:
    """Return the messages that one of the statements derived from ``VIEWS`` finds."""
    return [_view(row) for row in connection.execute(statement, values)]


def new_message(command: PostMessage, **assigned: object) -> tuple[MessageView, dict[str, object]]:
    """Return a new message as it will be read, and its values for ``INSERT``.

    :param assigned: what the command does not say, such as ``id`` and ``seq``
    """
    row = PLAIN | assigned | dict(zip(POSTED, posted_values(command), strict=True))
    view = MessageView(*row.values())
    row['reply_to'] = command.reply_to and clamp_int64(command.reply_to)
    return view, row


def clamp_int64(number: int) -> int:
    """Return the nearest number that a database can hold: one too large must not fail the others of its group."""
    return max(-MAX_INT64, min(number, MAX_INT64))


def _view(row: Sequence[Any]) -> MessageView:
    count = len(PLAIN)
    quote = Quote(*row[count + 1 :]) if row[count + 1] is not None else None
    return MessageView(*row[:count], quote=quote, reactions=tuple(starmap(Reaction, row[count])))
