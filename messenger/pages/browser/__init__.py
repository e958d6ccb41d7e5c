"""Everything that runs in the browser and that NiceGUI does not wrap, each a short expression in the DOM's own words.

- `log`: rows go where they belong, and nothing is missed
- `writing`: the box, what is on its way, replies and mentions
- `keeping_up`: what is new, who is typing, how one is told
- `menus`: the actions on a message, dialogs, choices, keys
- `leaving`: how a page comes and goes

Each module has ``FUNCTIONS`` by name, and ``LISTEN``: what to do when something happens to the whole page.
"""

from collections.abc import Iterable

from nicegui import json

from messenger.pages.browser import keeping_up, leaving, log, menus, writing

Row = tuple[int, int, str, str]
PARTS = (log, writing, keeping_up, menus, leaving)
FUNCTIONS = {name: code for part in PARTS for name, code in part.FUNCTIONS.items()}
SCRIPT = '\n'.join([*(f'const {name} = {code};' for name, code in FUNCTIONS.items()), *(part.LISTEN for part in PARTS)])


def call(name: str, *arguments: object) -> str:
    """The code that calls one of the functions."""
    assert name in FUNCTIONS
    return f'{name}({", ".join(map(json.dumps, arguments))})'


def only_at(floor: int, *codes: str) -> str:
    """Do something only in a page whose first message is still this one: it may have begun anew in the meantime."""
    return f'if (isFloor({floor})) {{ {"; ".join(codes)} }}'


def place(rows: Iterable[Row], *, past: bool = False, after: int | None = None) -> str:
    """Put rows into the log; ``past`` ones may go before the first.

    :param after: the position that these changes follow; a page that has not come so far asks for what it misses
    """
    return call('place', list(rows), past, after)
