"""The only code that talks to a database."""

from messenger.storage.copying import copy_conversation
from messenger.storage.errors import (
    CommandError,
    CommitError,
    DatabaseUnavailableError,
    FileGoneError,
    FilesUnavailableError,
    MessageNotFoundError,
    NoSpaceError,
    NothingChangedError,
    RoomArchivedError,
    RoomExistsError,
    RoomNotFoundError,
    TooManyEmojiError,
    TooManyReactionsError,
    TooManyRoomsError,
    UncertainCommitError,
)
from messenger.storage.file_store import FileStore, IncomingFile
from messenger.storage.register import Holder, MemoryRegister, Register, Registration, Registrations
from messenger.storage.store import Store
from messenger.storage.stored_files import StoredFiles
from messenger.storage.transaction import MAX_EMOJI, MAX_REACTIONS, Command

__all__ = [
    'MAX_EMOJI',
    'MAX_REACTIONS',
    'Command',
    'CommandError',
    'CommitError',
    'DatabaseUnavailableError',
    'FileGoneError',
    'FileStore',
    'FilesUnavailableError',
    'Holder',
    'IncomingFile',
    'MemoryRegister',
    'MessageNotFoundError',
    'NoSpaceError',
    'NothingChangedError',
    'Register',
    'Registration',
    'Registrations',
    'RoomArchivedError',
    'RoomExistsError',
    'RoomNotFoundError',
    'Store',
    'StoredFiles',
    'TooManyEmojiError',
    'TooManyReactionsError',
    'TooManyRoomsError',
    'UncertainCommitError',
    'copy_conversation',
]
