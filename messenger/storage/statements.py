"""The statements of messages, made once since making one costs as much as running it, and how rows become views.

A plain column of a message is named in `Message` and in `MessageView`, and nowhere else: everything here is derived.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from itertools import chain
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Table, bindparam, case, delete, func, insert, select, update

from messenger.storage.commands import PostMessage
from models import FileView, Message, MessageReaction, MessageView, Quote, Reaction, StoredFile

MAX_INT64 = 2**63 - 1
MAX_NAMES = 50  # of those who reacted with the same emoji
MAX_IDS = 1000  # in one statement
PLAIN: dict[str, Any] = {field.name: field.default for field in fields(MessageView) if not field.kw_only}
POSTED = tuple(field.name for field in fields(PostMessage) if field.name in PLAIN)
posted_values = attrgetter(*POSTED)

messages: Table = Message.__table__  # type: ignore[attr-defined]
reactions: Table = MessageReaction.__table__  # type: ignore[attr-defined]
files: Table = StoredFile.__table__  # type: ignore[attr-defined]
quoted = messages.alias('quoted')
VIEWS: Any = select(
    *[messages.c[name] for name in PLAIN],
    *[quoted.c[field.name] for field in fields(Quote)],
).select_from(messages.outerjoin(quoted, quoted.c.id == messages.c.reply_to))

ANY_MESSAGE: Any = VIEWS.limit(1)
MESSAGES_WITH_IDS: Any = VIEWS.where(messages.c.id.in_(bindparam('ids', expanding=True)))
IN_ROOM: Any = VIEWS.where(messages.c.room_id == bindparam('room_id'))
NEWEST: Any = IN_ROOM.order_by(messages.c.id.desc()).limit(bindparam('limit'))
BEFORE: Any = NEWEST.where(messages.c.id < bindparam('message_id'))
FROM: Any = IN_ROOM.where(messages.c.id >= bindparam('message_id')).order_by(messages.c.id).limit(bindparam('limit'))
UNREAD: Any = (
    IN_ROOM.where(messages.c.id > bindparam('message_id'), messages.c.author_id != bindparam('user_id'))
    .where(messages.c.notice == '', ~messages.c.deleted)
    .order_by(messages.c.id)
    .limit(bindparam('limit'))
)
ALL_CHANGES_AFTER: Any = VIEWS.where(messages.c.seq > bindparam('seq')).order_by(messages.c.seq)
CHANGES_AFTER: Any = ALL_CHANGES_AFTER.limit(bindparam('limit'))
CHANGES_IN_ROOM_AFTER: Any = CHANGES_AFTER.where(messages.c.room_id == bindparam('room_id'))

LAST: Any = select(  # two look-ups in indexes; the newest message need not be the one that changed last
    *[select(func.coalesce(func.max(messages.c[name]), 0)).scalar_subquery().label(name) for name in ('seq', 'id')]
)
LAST_IN_ROOM: Any = (  # nothing goes on with a notice
    select(case((messages.c.notice == '', messages.c.author_id), else_=''), messages.c.sent_at)
    .where(messages.c.room_id == bindparam('room_id'))
    .order_by(messages.c.id.desc())
    .limit(1)
)
KNOWN: Any = select(messages.c.author_id, messages.c.client_message_id, messages.c.id).where(
    messages.c.client_message_id.in_(bindparam('client_message_ids', expanding=True))
)
REPLIES_TO: Any = select(messages.c.id).where(messages.c.reply_to == bindparam('message_id')).order_by(messages.c.id)
INSERT: Any = insert(messages)
UPDATE: Any = update(messages).where(messages.c.id == bindparam('message_id')).values(seq=bindparam('next_seq'))
EDIT: Any = UPDATE.values(text=bindparam('new_text'), edited=True)
DELETE: Any = UPDATE.values(text='', deleted=True)

REACTION_COLUMNS = [reactions.c[name] for name in ('message_id', 'emoji', 'author_id', 'author')]
REACTIONS: Any = select(*REACTION_COLUMNS).order_by(reactions.c.position)
REACTIONS_TO: Any = REACTIONS.where(reactions.c.message_id.in_(bindparam('ids', expanding=True)))
ADD_REACTION: Any = insert(reactions)
REMOVE_REACTIONS: Any = delete(reactions).where(reactions.c.message_id == bindparam('message_id'))
REMOVE_REACTION: Any = REMOVE_REACTIONS.where(
    reactions.c.emoji == bindparam('emoji'), reactions.c.author_id == bindparam('author_id')
)

FILE_COLUMNS = [files.c[field.name] for field in fields(FileView)]
FILES: Any = select(files.c.message_id, *FILE_COLUMNS).order_by(files.c.message_id, files.c.position)
FILES_IN: Any = FILES.where(files.c.message_id.in_(bindparam('ids', expanding=True)))
# held until they are in a message, so that the clean-up takes none of them meanwhile; SQLite has one writer anyway
UNPOSTED: Any = (
    select(files.c.token)
    .where(
        files.c.token.in_(bindparam('tokens', expanding=True)),
        files.c.user_id == bindparam('author_id'),
        files.c.message_id.is_(None),
        files.c.sha256 != '',
    )
    .with_for_update()
)
POST_FILE: Any = (
    update(files)
    .where(files.c.token == bindparam('of_token'))
    .values(message_id=bindparam('in_message'), position=bindparam('at'))
)
# their bytes are removed as soon as this is committed, or by the next clean-up
REMOVE_FILES: Any = (
    update(files)
    .where(files.c.message_id == bindparam('of_message'))
    .values(message_id=None, name='', sha256='', uploaded_at=datetime.fromtimestamp(0, UTC))
)


def read_views(connection: Connection, statement: Any, **values: object) -> list[MessageView]:
    """Return the messages that one of the statements derived from ``VIEWS`` finds."""
    rows = connection.execute(statement, values).all()
    ids = [row.id for row in rows]
    steps = [ids[start : start + MAX_IDS] for start in range(0, len(ids), MAX_IDS)]
    reaction_rows, file_rows = (
        list(chain.from_iterable(connection.execute(about, {'ids': step}) for step in steps))
        for about in (REACTIONS_TO, FILES_IN)
    )
    return views_of(rows, reaction_rows, file_rows)


def views_of(
    rows: Sequence[Sequence[Any]], reaction_rows: Iterable[Sequence[Any]], file_rows: Iterable[Sequence[Any]]
) -> list[MessageView]:
    """Return the messages of which ``VIEWS`` has returned rows, with what ``REACTIONS`` and ``FILES`` say of them."""
    reactions_to = _group_reactions(reaction_rows)
    files_in: dict[int, tuple[FileView, ...]] = {}
    for message_id, *file in file_rows:
        files_in[message_id] = (*files_in.get(message_id, ()), FileView(*file))
    return [_view(row, reactions_to.get(row[0], ()), files_in.get(row[0], ())) for row in rows]


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


def is_storable(text: str) -> bool:
    """Return whether every database takes a text; one with NUL or half a surrogate pair would fail the others, too."""
    try:
        return b'\0' not in text.encode()
    except UnicodeEncodeError:
        return False


def _group_reactions(rows: Iterable[Sequence[Any]]) -> dict[int, tuple[Reaction, ...]]:
    """Return the reactions to messages that have any."""
    found: dict[int, dict[str, list[tuple[str, str]]]] = {}
    for message_id, emoji, *author in rows:
        found.setdefault(message_id, {}).setdefault(emoji, []).append(tuple(author))
    return {
        message_id: tuple(_reaction(emoji, authors) for emoji, authors in by_emoji.items())
        for message_id, by_emoji in found.items()
    }


def _reaction(emoji: str, authors: Sequence[tuple[str, str]]) -> Reaction:
    author_ids = tuple(author_id for author_id, _ in authors)
    return Reaction(emoji, author_ids, tuple(name for _, name in authors[:MAX_NAMES]))


def _view(row: Sequence[Any], reactions_to: tuple[Reaction, ...], files_in: tuple[FileView, ...]) -> MessageView:
    count = len(PLAIN)
    quote = Quote(*row[count:]) if row[count] is not None else None
    return MessageView(*row[:count], quote=quote, reactions=reactions_to, files=files_in)
