"""Names to mention, offered while one writes."""

from nicegui import ui


class Suggestions(ui.element, component='suggestions.js'):
    """After an ``@`` in a text area, offers those who are here and those who have written, by the keyboard or a tap."""

    def __init__(self, box: ui.textarea) -> None:
        """
        :param box: where the text is written
        """
        super().__init__()
        self.props['box'] = box.id
