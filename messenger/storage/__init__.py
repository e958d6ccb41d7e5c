"""The only code that talks to a database."""

from messenger.storage.store import Command, CommitError, DatabaseUnavailableError, MessageNotFoundError, Store

__all__ = ['Command', 'CommitError', 'DatabaseUnavailableError', 'MessageNotFoundError', 'Store']
