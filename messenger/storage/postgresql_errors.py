"""PostgreSQL: why it cannot be used, in words."""

import re

import psycopg
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from messenger.storage.errors import ConnectionLostError, DatabaseUnavailableError
from messenger.storage.schema import explain_foreign

ANOTHER = 'or set MESSENGER_DATABASE_URL to another database'
CORRECT = 'or correct MESSENGER_DATABASE_URL'
# https://www.postgresql.org/docs/current/errcodes-appendix.html
LOST = ('57P', '08', '25P03')  # the last one: a transaction that stood still for too long
# What to say of an SQLSTATE, or of the words of libpq and of the server while connecting, where there is no SQLSTATE.
# A server that speaks another language gives the last sentence but one, with its words in it.
CAUSES = {
    r'session is read-only|^25006': (
        'is read-only ({reason}). '
        'Correct MESSENGER_DATABASE_URL if it names a standby, or set default_transaction_read_only to off.'
    ),
    r'(role|database) ".*" does not exist$': f'is not there ({{reason}}). Create it, {CORRECT}.',
    r'authentication failed|no password supplied': (
        'does not let the messenger in ({reason}). Correct user and password in MESSENGER_DATABASE_URL.'
    ),
    r'pg_hba\.conf': f'does not let the messenger in ({{reason}}). Allow it in pg_hba.conf, {CORRECT}.',
    r'^42501|permission denied': (
        f'does not let the messenger do its work ({{reason}}). Make its user the owner of the database, {CORRECT}.'
    ),
    r'extension ".*" is not available|extension control file': (
        f'has no index for the search ({{reason}}). Install the contrib modules of its PostgreSQL, {ANOTHER}.'
    ),
    r'invalid connection option': 'cannot be used ({reason}). Correct MESSENGER_DATABASE_URL.',
    r'^53|too many (clients|connections)|connection slots': f'has no room ({{reason}}). Make room, {ANOTHER}.',
    r'^55P03': f'is locked. End the program that holds it, {ANOTHER}.',
}
UNREACHABLE = f'cannot be reached ({{reason}}). Start it, {CORRECT}.'
OTHERWISE = f'cannot be used ({{reason}}). Look at its log, {ANOTHER}.'
UNDEFINED_COLUMN = '42703'


def name_of(url: URL) -> str:
    """Return the name of a database for its operator, without options, since one of them may be a password."""
    return url.set(query={}).render_as_string(hide_password=True)


def explain_error(name: str, error: Exception) -> DatabaseUnavailableError:
    """Return an error whose sentence says why a database cannot be used, and what to do.

    :param name: of the database, as its operator knows it
    """
    if isinstance(error, PoolTimeoutError):
        return DatabaseUnavailableError(f'The database {name} does not answer. Look at its log, {ANOTHER}.')
    origin = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(origin, 'sqlstate', None) or ''
    if code == UNDEFINED_COLUMN:
        return DatabaseUnavailableError(explain_foreign(name))
    is_lost = code.startswith(LOST) or (not code and isinstance(origin, psycopg.OperationalError))
    reason = str(origin).strip().split('\n')[0]
    found = (sentence for words, sentence in CAUSES.items() if re.search(words, f'{code} {reason}'.strip()))
    sentence = next(found, UNREACHABLE if is_lost else OTHERWISE)
    kind = ConnectionLostError if is_lost else DatabaseUnavailableError
    return kind(f'The database {name} {sentence.format(reason=reason)}')
