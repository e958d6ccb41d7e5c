"""Terms and what they mean."""

from collections.abc import Mapping

from markupsafe import Markup
from nicegui import ui

ROW = Markup('<dt><{tag}>{term}</{tag}></dt><dd class="{classes}">{meaning}</dd>')


class DefinitionList(ui.html):
    """Terms beside their meanings, as one element, however many there are."""

    def __init__(self, meanings: Mapping[str, str | Markup], *, tag: str) -> None:
        """
        :param meanings: of each term: words, or `Markup`, which looks like the text of a message
        :param tag: what the terms are in HTML, such as ``kbd``
        """
        rows = (
            ROW.format(tag=tag, term=term, classes='text' if isinstance(meaning, Markup) else '', meaning=meaning)
            for term, meaning in meanings.items()
        )
        super().__init__(Markup().join(rows), sanitize=False, tag='dl')
