"""The list of who is here."""

from collections.abc import Sequence
from html import escape

from nicegui import Client, ui
from nicegui.elements.mixins.text_element import TextElement

from models import person_id
from pages import audience, browser
from presence import Presence, Presentee


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
        with ui.element('button').classes('quiet') \
                .props('id=who type=button aria-expanded=false aria-controls=aside') \
                .on('click', js_handler='showPeople'):  # fmt: skip
            ui.html('People (<span id="count">0</span>)', tag='span', sanitize=False)

    async def show(self, client: Client) -> None:
        """Fill the list of one page."""
        await audience.tell(client, people(self._presence.people))


def people(here: Sequence[Presentee]) -> str:
    """The code that fills the list, the same for every page."""
    return browser.call('people', ''.join(map(_person, here)), len(here))


def _person(person: Presentee) -> str:
    away = '<span class="away">away</span>' if person.away else ''
    return f'<li data-person="{person_id(person.key)}"><bdi>{escape(person.name)}</bdi>{away}</li>'
