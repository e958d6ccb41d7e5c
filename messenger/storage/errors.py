"""What the storage may refuse or fail to do."""


class DatabaseUnavailableError(Exception):
    """The database cannot be used; the message is a sentence that says what to do."""


class DatabaseMovedError(DatabaseUnavailableError):
    """The files of the database are not where they were; what has been committed is in them, wherever they are."""


class ConnectionLostError(DatabaseUnavailableError):
    """The database cannot be reached. What was about to be committed may have been."""


class LeaseLostError(DatabaseUnavailableError):
    """This server has not been heard of for so long that others have gone on without it."""

    def __init__(self) -> None:
        super().__init__('This server was away for too long. It goes on as soon as it has looked at what has changed.')


class CommitError(Exception):
    """A change was not committed, and nothing of it is kept."""


class UncertainCommitError(CommitError):
    """It is not known whether a change was committed. Asking for the same again will tell."""


class CommandError(Exception):
    """A command that the rules of a message forbid; other commands of the same transaction are not affected."""


class MessageNotFoundError(CommandError):
    """There is no such message, or it is deleted, or only its author may do this."""


class FileGoneError(CommandError):
    """A file to be posted is not there any more, or is not the author's, or is in a message already."""


class TooManyEmojiError(CommandError):
    """The message has as many different reactions as it may have."""


class TooManyReactionsError(CommandError):
    """The message has as many reactions as it may have."""


class RoomNotFoundError(CommandError):
    """There is no such room."""


class RoomArchivedError(CommandError):
    """The room is archived, so nothing in it changes."""


class RoomExistsError(CommandError):
    """Another room has this name, archived or not."""


class TooManyRoomsError(CommandError):
    """There are as many rooms as there may be."""


class NothingChangedError(CommandError):
    """A command for a room that is as the command wants it."""


class FilesUnavailableError(Exception):
    """The directory for files cannot be used."""


class NoSpaceError(Exception):
    """There is no room for another file."""
