"""Names to mention and emoji, offered while one writes."""

from nicegui import app, json, ui
from starlette.responses import Response

from messenger import markdown

EMOJI_PATH = '/emoji.json'
CACHING = {'Cache-Control': 'public, max-age=86400'}  # they change with a release only


class Suggestions(ui.element, component='suggestions.js', dependencies=['socket_events.js']):
    """Offers names and emoji by the keyboard or a tap.

    After an ``@`` in a text area these are those who are here and those who have written; after a ``:`` and two letters
    the emoji of such a name.
    """

    def __init__(self, box: ui.textarea, *, me: str) -> None:
        """
        :param box: where the text is written
        :param me: the ``data-author`` of this user, who is not offered
        """
        super().__init__()
        self.props['box'] = box.id
        self.props['me'] = me
        self.props['emoji'] = EMOJI_PATH.removeprefix('/')


def install() -> None:
    """Serve the names of emoji, for which a page asks when the first one is wanted."""
    names = json.dumps(markdown.common_emoji())
    app.add_route(EMOJI_PATH, lambda _: Response(names, media_type='application/json', headers=CACHING))
