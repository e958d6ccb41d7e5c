"""The rows of files. Bytes never exist without a row that tells of them, so that whatever is left can be found."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from messenger.storage.database import Database
from messenger.storage.errors import NoSpaceError
from messenger.storage.locks import FILES_LOCK, TAKE_LOCK
from messenger.storage.statements import FILE_COLUMNS, files
from models import FileView

TOKEN_BYTES = 16
MAX_TOKENS = 500  # in one statement

COMPLETE: Any = select(*FILE_COLUMNS).where(files.c.sha256 != '')
WITH_TOKEN: Any = COMPLETE.where(files.c.token == bindparam('token'))
OF_UPLOAD: Any = COMPLETE.where(files.c.user_id == bindparam('user_id'), files.c.upload_id == bindparam('upload_id'))
TOTAL_SIZE: Any = select(func.coalesce(func.sum(files.c.size), 0))
BEGIN: Any = insert(files)
FINISH: Any = update(files).where(files.c.token == bindparam('of_token'))
# nobody can post them any more
WITHDRAW: Any = update(files).where(files.c.message_id.is_(None), files.c.sha256 != '').values(sha256='')
WITHDRAW_ONE: Any = WITHDRAW.where(files.c.token == bindparam('of_token'))
WITHDRAW_OLD: Any = WITHDRAW.where(files.c.uploaded_at < bindparam('before'))
INCOMPLETE: Any = select(files.c.token).where(files.c.sha256 == '', files.c.uploaded_at < bindparam('before'))
FORGET: Any = delete(files).where(files.c.sha256 == '', files.c.token.in_(bindparam('tokens', expanding=True)))


class StoredFiles:
    """What the database knows of files. All methods raise `DatabaseUnavailableError` if it cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, name: str, *, user_id: str, upload_id: str, now: datetime) -> FileView | str:
        """Return the file of an upload that is complete already, or the token of a new one, which has a row now."""
        return await asyncio.to_thread(
            self._database.write_unordered,
            partial(_begin, user_id=user_id, upload_id=upload_id, name=name, uploaded_at=now),
        )

    async def finish(self, token: str, *, max_total: int, **values: object) -> FileView:
        """Note that a file is complete, and return it, or the one that the same upload has made meanwhile.

        :param max_total: how large all files together may be, in bytes
        :param values: of the columns that were not known before
        :raises NoSpaceError: if they would be larger
        """
        work = partial(_finish, token=token, max_total=max_total, values=values)
        return await asyncio.to_thread(self._database.write_unordered, work)

    async def find(self, token: str) -> FileView | None:
        """Return the file with a token, if it is complete."""
        return await asyncio.to_thread(self._database.read, partial(_find, statement=WITH_TOKEN, token=token))

    async def total_size(self) -> int:
        """Return how large all files are together, in bytes."""
        return await asyncio.to_thread(
            self._database.read, lambda connection: int(connection.execute(TOTAL_SIZE).scalar_one())
        )

    async def withdraw(self, token: str) -> None:
        """Have a file that is not posted be had no more; its bytes can be removed then."""
        await asyncio.to_thread(
            self._database.write_unordered,
            lambda connection: connection.execute(WITHDRAW_ONE, {'of_token': token}),
        )

    async def withdraw_old(self, *, unposted_before: datetime, incomplete_before: datetime) -> Sequence[str]:
        """Return the tokens of files that are to be removed, and are not to be had any more.

        :param unposted_before: when files were begun that should have been posted since
        :param incomplete_before: when files were begun that should have come since
        """

        def work(connection: Connection) -> Sequence[str]:
            connection.execute(WITHDRAW_OLD, {'before': unposted_before})
            return connection.execute(INCOMPLETE, {'before': incomplete_before}).scalars().all()

        return await asyncio.to_thread(self._database.write_unordered, work)

    async def forget(self, tokens: Sequence[str]) -> None:
        """Delete the rows of files whose bytes are removed."""
        for start in range(0, len(tokens), MAX_TOKENS):
            step = {'tokens': tokens[start : start + MAX_TOKENS]}
            await asyncio.to_thread(
                self._database.write_unordered, lambda connection, step=step: connection.execute(FORGET, step)
            )


def _begin(connection: Connection, **values: object) -> FileView | str:
    known = _find(connection, OF_UPLOAD, user_id=values['user_id'], upload_id=values['upload_id'])
    if known:
        return known
    token = secrets.token_urlsafe(TOKEN_BYTES)
    connection.execute(BEGIN, {'token': token, 'position': 0, 'size': 0, 'media_type': '', 'sha256': '', **values})
    return token


def _finish(connection: Connection, token: str, max_total: int, values: dict[str, Any]) -> FileView:
    if connection.dialect.name == 'postgresql':  # SQLite has one writer anyway
        connection.exec_driver_sql(TAKE_LOCK, {'lock': FILES_LOCK})
    upload = connection.execute(select(files.c.user_id, files.c.upload_id).where(files.c.token == token)).one()
    if known := _find(connection, OF_UPLOAD, user_id=upload.user_id, upload_id=upload.upload_id):
        return known
    if connection.execute(TOTAL_SIZE).scalar_one() + values['size'] > max_total:
        raise NoSpaceError('There is no room for more files.')
    connection.execute(FINISH.values(**values), {'of_token': token})
    return FileView(**connection.execute(WITH_TOKEN, {'token': token}).mappings().one())


def _find(connection: Connection, statement: Any, **values: object) -> FileView | None:
    row = connection.execute(statement, values).mappings().first()
    return FileView(**row) if row else None
