"""PostgreSQL: the advisory locks that all servers of a database share; each number has one purpose."""

ORDER_LOCK = 4711  # who holds it gives the next numbers
LOGIN_LOCK = 4712
SCHEMA_LOCK = 4713
SERVER_LOCKS = 4714  # each server that listens holds one of these, which PostgreSQL frees when its connection ends
FILES_LOCK = 4715  # who holds it adds the size of a file to those of all others
TAKE_LOCK = 'SELECT pg_advisory_xact_lock(%(lock)s)'
