"""The list of who is here."""

from collections.abc import Sequence
from html import escape

from messenger.pages import browser
from messenger.presence import Presentee
from models import user_hash

HTML = """
<aside class="people" id="aside" aria-label="Who is here"><h2>Who is here</h2>
<ul id="people" aria-label="People"></ul></aside>
"""
# for where the screen is too narrow to show the list all the time
BUTTON = """
<button type="button" class="quiet" id="who" data-act="people" aria-expanded="false" aria-controls="aside">
People (<span id="count">0</span>)</button>
"""


def show(here: Sequence[Presentee]) -> str:
    """The code that fills the list, the same for every page."""
    return browser.call('people', ''.join(map(_person, here)), len(here))


def _person(person: Presentee) -> str:
    away = '<span class="away">away</span>' if person.away else ''
    return f'<li data-person="{user_hash(person.key)}"><bdi>{escape(person.name)}</bdi>{away}</li>'
