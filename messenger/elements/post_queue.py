"""What is written, until it has been stored."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from nicegui import events, ui

from messenger.elements.message_list import MessageList

Context = Literal['', 'reply', 'edit']


@dataclass(frozen=True, slots=True)
class Uploads:
    """Where and how a page sends files.

    :param address: to which they are sent
    :param token: shows whose they are
    :param max_size: of one file, in bytes
    :param max_count: of one message
    """

    address: str
    token: str
    max_size: int
    max_count: int


class PostQueue(ui.element, component='post_queue.js', dependencies=['file_tray.js', 'socket_events.js']):
    """Takes texts out of a text area, with files that are attached, and sends each message exactly once.

    What has not been stored is shown as not sent yet, and sent again after a reconnect. What is refused comes back into
    the text area. All of it survives a reload and a restart of the server, and so does the draft in the text area.
    """

    def __init__(
        self,
        box: ui.textarea,
        messages: MessageList,
        *,
        me: str,
        max_length: int,
        uploads: Uploads,
        on_context: Callable[[Context], Any],
        on_emptied: Callable[[int], Any],
    ) -> None:
        """
        :param box: where the texts are written; Enter sends, and breaks the line where there is no mouse
        :param messages: shows what has been stored
        :param me: the ``data-author`` of this user's own messages
        :param max_length: longest text of a message, in characters; what is left is counted near to it
        :param uploads: how files are sent
        :param on_context: called with what the text area is for now: a new message, a reply, or an edit
        :param on_emptied: called with the id of a message whose text has been removed in an edit
        """
        super().__init__()
        self.props['me'] = me
        self.props['box'] = box.id
        self.props['messages'] = messages.id
        self.props['max-length'] = max_length
        self.props['first-room'] = messages.props['room']
        self.props['uploads'] = {
            'address': uploads.address,
            'token': uploads.token,
            'maxSize': uploads.max_size,
            'maxCount': uploads.max_count,
        }
        messages.props['queue'] = self.id
        self.on('context', lambda e: on_context(_context(e)))
        self.on('emptied', lambda e: on_emptied(e.args) if type(e.args) is int else None)

    def submit_on_click(self, button: ui.button) -> None:
        """Have a button send what is written."""
        button.on('mousedown', js_handler='(event) => event.preventDefault()')  # a phone's keyboard stays
        button.on('click', js_handler=f'() => getElement({self.id}).submit()')

    def edit(self, message_id: int, text: str) -> None:
        """Put the text of an own message into the text area; what is sent next replaces it."""
        self.run_method('edit', message_id, text)

    async def has_unsent(self) -> bool:
        """Return whether something has been sent that is not known to be stored."""
        with suppress(TimeoutError):
            return bool(await self.run_method('hasUnsent'))
        return False

    def insert(self, text: str) -> None:
        """Put a text where the cursor is."""
        self.run_method('insert', text)

    def cancel(self) -> None:
        """Give up a reply or an edit."""
        self.run_method('cancel')


def _context(arguments: events.GenericEventArguments) -> Context:
    return arguments.args if arguments.args in ('reply', 'edit') else ''
