"""The messages on the screen."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nicegui import events, ui

from messenger.elements.browser_tab import BrowserTab
from models import RoomView

MAX_LABEL_LENGTH = 200
ADDRESS = re.compile(r'/files/[\w-]{1,64}/[^/\s"<>]{1,800}', re.ASCII)
MODULES: list[str | Path] = [  # that the browser's half imports, by their names
    'change_cursor.js',
    'connection_watch.js',
    'message_range.js',
    'message_rows.js',
    'message_tools.js',
    'roving_focus.js',
    'socket_events.js',
    'typing_line.js',
    'unread_messages.js',
    'viewport.js',
]


class MessageList(ui.element, component='message_list.js', dependencies=MODULES):
    """Shows the messages of a room in order of their ids: each once, and none is missing.

    Its messages come as the events of `realtime.protocol`: it synchronizes on each connection and places rows by id.
    """

    def __init__(
        self,
        *,
        me: str,
        tab: BrowserTab,
        room: RoomView,
        reactions: Sequence[str],
        on_reply: Callable[[str, str], Any],
        on_edit: Callable[[int], Any],
        on_delete: Callable[[int], Any],
        on_pick_reaction: Callable[[int], Any],
        on_tap: Callable[[int, bool], Any],
        on_show: Callable[[str, str], Any],
    ) -> None:
        """
        :param me: the ``data-author`` of this user's own messages
        :param tab: announces what comes while nobody looks
        :param room: that is shown first
        :param reactions: the emoji that are one tap away
        :param on_reply: called with the author and the first line of the message that is being replied to
        :param on_edit: called with the id of an own message that its user wants to edit; continue with `PostQueue.edit`
        :param on_delete: called with the id of an own message that its user wants to delete
        :param on_pick_reaction: called with the id of a message that its user wants to react to with any emoji
        :param on_show: called with the address and the name of a picture that its user wants to see large
        :param on_tap: called where there is no mouse, with the id of a message and whether it is the user's own
        """
        super().__init__()
        self.props['me'] = me
        self.props['tab'] = tab.id
        self.props['reactions'] = list(reactions)
        self.props['room'] = room.id
        self.props['slug'] = room.slug
        self.on('reply', lambda e: on_reply(*_strings(e.args, 'author', 'line')))
        for name, handler in {'edit': on_edit, 'delete': on_delete, 'pick': on_pick_reaction}.items():
            self.on(name, _with_id(handler))
        self.on('show', lambda e: _call_with_picture(on_show, e.args))
        self.on('tap', lambda e: _call_with_tapped(on_tap, e.args))

    def reply(self, message_id: int) -> None:
        """Have what is written next reply to a message."""
        self.run_method('reply', message_id)

    def react(self, message_id: int, emoji: str) -> None:
        """React to a message with an emoji, or take the user's same reaction back."""
        self.run_method('react', message_id, emoji)

    def copy_on_click(self, button: ui.button, message_id: int, *, link: bool) -> None:
        """Have a button copy the text of a message, or its address."""
        method = 'copyLink' if link else 'copyText'
        button.on('click', js_handler=f'() => getElement({self.id}).{method}({message_id})')

    def open_room(self, room: RoomView, message_id: int | None = None) -> None:
        """Show another room: a message in it, or else what its user has looked at last."""
        self.run_method('openRoom', room.id, room.slug, message_id)

    def jump(self, message_id: int) -> None:
        """Show a message, however old it is, and mark it."""
        self.run_method('jump', message_id)

    def scroll_to_newest(self) -> None:
        """Show the newest message."""
        self.run_method('scrollToNewest')


def _with_id(handler: Callable[[int], Any]) -> Callable[[events.GenericEventArguments], Any]:
    """Call a handler with the message's id that a page has sent; whatever else it is, is ignored."""
    return lambda e: handler(e.args) if type(e.args) is int else None


def _call_with_tapped(handler: Callable[[int, bool], Any], data: Any) -> Any:
    match data:
        case [int(message_id), bool(own)]:
            return handler(message_id, own)


def _call_with_picture(handler: Callable[[str, str], Any], data: Any) -> Any:
    match data:
        case {'address': str(address), 'name': str(name)} if ADDRESS.fullmatch(address):
            return handler(address, name[:MAX_LABEL_LENGTH])


def _strings(data: Any, *names: str) -> list[str]:
    fields = data if isinstance(data, dict) else {}
    return [str(fields.get(name, ''))[:MAX_LABEL_LENGTH] for name in names]
