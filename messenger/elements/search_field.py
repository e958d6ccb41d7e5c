"""Where the words of a search are written."""

from collections.abc import Callable
from typing import Any

from nicegui import ui


class SearchField(ui.element, component='search_field.js'):
    """A field in the header, or on a phone a button that leads to it, as ``/`` does, and Ctrl + F the first time.

    ↓ and ↑ lead on to what was found, and back. It is one element, since every visitor has one.
    """

    def __init__(self, *, max_length: int, on_search: Callable[[str], Any], on_escape: Callable[[], Any]) -> None:
        """
        :param max_length: most characters that can be written
        :param on_search: called with what is written, when the field gets the focus and when that changes
        :param on_escape: called when the user does not want to search any more
        """
        super().__init__()
        self.props['max-length'] = max_length
        self.on('search', lambda e: on_search(e.args) if isinstance(e.args, str) else on_escape())

    def leave(self) -> None:
        """Give the focus back to where it was."""
        self.run_method('leave')
