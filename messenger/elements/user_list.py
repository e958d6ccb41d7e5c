"""Who is here."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from nicegui import events, ui

from messenger.realtime.protocol import ListedUser

MAX_QUERY_LENGTH = 64


class UserList(ui.element, component='user_list.js', dependencies=['socket_events.js']):
    """Lists the users of the latest `UsersEvent`; where these are not all, it finds others by name.

    It has a button that closes it where it covers the messages.
    """

    def __init__(self, *, me: str, find: Callable[[str], Sequence[ListedUser]], on_close: Callable[[], Any]) -> None:
        """
        :param me: the ``id`` of this page's own user
        :param find: return the users whose name has a word that begins with a query
        :param on_close: called when its user wants to close it
        """
        super().__init__()
        self._find = find
        self.props['me'] = me
        self.on('search', self._search)
        self.on('close', on_close, args=[])

    def _search(self, arguments: events.GenericEventArguments) -> None:
        query = arguments.args
        if isinstance(query, str) and len(query) <= MAX_QUERY_LENGTH:
            self.run_method('showFound', query, [asdict(user) for user in self._find(query)])


class UserCount(ui.element, component='user_count.js', dependencies=['socket_events.js']):
    """A button with the number of users who are here; it takes the props of `ui.button`."""
