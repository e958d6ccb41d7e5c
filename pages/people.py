"""The list of who is here."""

from collections.abc import Sequence
from html import escape

from nicegui import Client, ui
from nicegui.elements.mixins.text_element import TextElement

from auth import fold
from pages import audience, browser
from pages.message_log import author_id
from presence import Presence


class People:
    """Everyone's name, one entry a person."""

    def __init__(self, presence: Presence) -> None:
        self._presence = presence
        with ui.element('aside').classes('people').props('id=aside aria-label="Who is here"'):
            TextElement(tag='h2', text='Who is here')
            ui.element('ul').props('id=people aria-label=People')

    @staticmethod
    def button() -> None:
        """The button that opens the list where the screen is too narrow to show it all the time."""
        with (
            ui.element('button')
            .classes('quiet')
            .props('id=who type=button aria-expanded=false aria-controls=aside')
            .on('click', js_handler='showPeople')
        ):
            ui.html('People (<span id="count">0</span>)', tag='span', sanitize=False)

    async def show(self, client: Client) -> None:
        """Fill the list of one page."""
        await audience.tell(client, people(self._presence.names))


def people(names: Sequence[str]) -> str:
    """The code that fills the list, the same for every page."""
    items = ''.join(f'<li data-person="{author_id(fold(name))}"><bdi>{escape(name)}</bdi></li>' for name in names)
    return browser.call('people', items, len(names))
