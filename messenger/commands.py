"""What users ask for and the storage does, or in words why not."""

from messenger.storage import (
    MAX_EMOJI,
    MAX_REACTIONS,
    Command,
    CommitError,
    FileGoneError,
    MessageNotFoundError,
    NothingChangedError,
    RoomArchivedError,
    RoomExistsError,
    RoomNotFoundError,
    Store,
    TooManyEmojiError,
    TooManyReactionsError,
    TooManyRoomsError,
    UncertainCommitError,
)
from messenger.storage.commands import EditMessage, PostMessage
from models import MessageView

RETRY_AFTER = 2.0
UNCERTAIN = 'It is not certain that this was stored'
REFUSALS = {
    MessageNotFoundError: 'That message cannot be changed: it is deleted, or not yours.',
    FileGoneError: 'A file is not there any more. Remove it and choose it again, please.',
    TooManyEmojiError: f'A message can have at most {MAX_EMOJI} different reactions.',
    TooManyReactionsError: f'This message has {MAX_REACTIONS} reactions, and no room for more.',
    RoomNotFoundError: 'There is no such room.',
    RoomArchivedError: 'This room is archived. Bring it back to write in it.',
    RoomExistsError: 'There is a room with this name already, maybe an archived one. Choose another name.',
    TooManyRoomsError: 'There are as many rooms as there may be. Archive one that is not used any more.',
    NothingChangedError: 'That is so already.',
}


class ChatError(Exception):
    """A request that is refused; the message is a sentence for the user, who keeps what they typed.

    ``retry_after`` is the number of seconds after which the same request will do, None if it never will.
    """

    def __init__(self, sentence: str, *, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


async def apply_command(store: Store, command: Command) -> MessageView:
    """Have a command executed, and return the message that it has changed.

    :raises ChatError: if it is refused, or could not be stored
    """
    try:
        return await store.apply(command)
    except UncertainCommitError as error:
        if isinstance(command, PostMessage | EditMessage):  # pages send these again
            raise ChatError(f'{UNCERTAIN}, so it is tried again.', retry_after=RETRY_AFTER) from error
        raise ChatError(f'{UNCERTAIN}. Look at it, and try again if nothing has changed.') from error
    except CommitError as error:
        raise ChatError('This could not be stored, so nobody has seen it. Please try again.') from error
    except tuple(REFUSALS) as error:
        raise ChatError(REFUSALS[type(error)]) from error
