"""The way to the search."""

from nicegui import ui


class SearchKeys(ui.element, component='search_keys.js'):
    """A button that leads to the box of the search, as ``/`` does, and Ctrl + F the first time.

    ↓ and ↑ lead on to what was found, and back.
    """

    def __init__(self, box: ui.input) -> None:
        """
        :param box: where the words are written
        """
        super().__init__()
        self.props['box'] = box.id

    def leave(self) -> None:
        """Give the focus back to where it was."""
        self.run_method('leave')
