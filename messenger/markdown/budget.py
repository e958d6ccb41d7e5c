"""What the parsing of a text may cost.

The parser cannot be stopped from outside, so its rules count what they do. Some work grows with the square of a text's
length, and any member can write such a text.
"""

from collections.abc import MutableMapping
from typing import Any

MAX_COST = 15_000  # units of about half a microsecond; 4000 characters full of Markdown cost 13,000
MAX_QUOTE_COST = 4000  # of the first thousand characters, which are quoted


class TooCostlyError(Exception):
    """The parsing of a text would take too long."""


def spend(env: MutableMapping[str, Any], units: int) -> None:
    """Count work on a text.

    :param env: of the parser; its ``budget`` is what remains
    :raises TooCostlyError: if nothing remains
    """
    env['budget'] -= units
    if env['budget'] < 0:
        raise TooCostlyError
