"""The only code that talks to a database."""

from messenger.storage.store import NotFound, NotStored, Request, Store, Unusable

__all__ = ['NotFound', 'NotStored', 'Request', 'Store', 'Unusable']
