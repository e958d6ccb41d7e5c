"""The rooms, and how much is new in each."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from messenger.elements.browser_tab import BrowserTab
from messenger.elements.message_list import MessageList


class RoomList(ui.element, component='room_list.js', dependencies=['socket_events.js']):
    """Lists the rooms of the latest `RoomsEvent`, and counts what others have written since they were looked at.

    Ctrl + K finds one of them, wherever the focus is.
    """

    def __init__(
        self,
        messages: MessageList,
        *,
        me: str,
        tab: BrowserTab,
        current: int,
        on_open: Callable[[int, bool], Any],
        on_find: Callable[[], Any],
    ) -> None:
        """
        :param messages: knows what has been seen in each room
        :param me: the ``data-author`` of this user's own messages
        :param tab: counts what is new in its title, and announces mentions
        :param current: id of the room that is shown
        :param on_open: called with the id of a room that is to be shown, and whether the list covers the messages
        :param on_find: called when a room is to be found by typing
        """
        super().__init__()
        self.props['me'] = me
        self.props['messages'] = messages.id
        self.props['tab'] = tab.id
        self.props['current'] = current
        self.on('open', lambda e: _call_with_room(on_open, e.args))
        self.on('find', on_find, args=[])

    def set_current(self, room_id: int) -> None:
        """Mark the room that is shown."""
        self.props['current'] = room_id


def _call_with_room(handler: Callable[[int, bool], Any], data: Any) -> Any:
    match data:
        case [int(room_id), bool(is_narrow)]:
            return handler(room_id, is_narrow)
