"""PostgreSQL: what connections are set to, and what a server must be set to."""

from sqlalchemy import Connection

from messenger.storage.errors import DatabaseUnavailableError

CONNECTING = {
    'connect_timeout': 3,
    'client_encoding': 'UTF8',
    'target_session_attrs': 'read-write',
    # a connection on which nothing is heard any more is given up within seconds
    'keepalives_idle': 2,
    'keepalives_interval': 1,
    'keepalives_count': 3,
    'tcp_user_timeout': 4000,
}
SETTINGS = {
    # and so is it by the other side, which may hold a lock for it
    'tcp_keepalives_idle': '2',
    'tcp_keepalives_interval': '1',
    'tcp_keepalives_count': '3',
    'tcp_user_timeout': '4000',
    'timezone': 'UTC',
    'synchronous_commit': 'on',
    'statement_timeout': '10s',
    # a server that is stopped while it holds the lock of the order stops all others for this long
    'idle_in_transaction_session_timeout': '1s',
    # Every statement is made for an index. Without statistics PostgreSQL would plan for the empty table, and keep the
    # plan, or read a whole room to sort what an index has in order; and it would compile the plan of a scan that cannot
    # be avoided.
    'enable_seqscan': 'off',
    'enable_sort': 'off',
    'jit': 'off',
}
# for a transaction that may take minutes, and waits as long for another one of its kind
PATIENT = """
SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true),
    set_config('idle_in_transaction_session_timeout', '1min', true)
"""
SET_LOCK_TIMEOUT = "SELECT set_config('lock_timeout', %(timeout)s, true)"
LOSES = 'so what is sent could be lost. Set it to on'
REQUIRED = {
    'fsync': ('on', LOSES),
    'full_page_writes': ('on', LOSES),
    'server_encoding': (
        'UTF8',
        "so not every text can be kept. Create one with TEMPLATE template0 ENCODING 'UTF8'",
    ),
}


def options(settings: dict[str, str]) -> str:
    """Return settings as libpq takes them."""
    return ' '.join(f'-c {name}={value}' for name, value in settings.items())


def check_settings(connection: Connection, name: str) -> None:
    """Check that what is committed is kept as it is.

    :param name: of the database, as its operator knows it
    :raises DatabaseUnavailableError: if it might not be
    """
    for setting, (required, consequence) in REQUIRED.items():
        found = connection.exec_driver_sql(f'SHOW {setting}').scalar()
        if found != required:
            raise DatabaseUnavailableError(
                f'The database {name} has {setting} {found}, {consequence}, '
                f'or set MESSENGER_DATABASE_URL to another database.'
            )
