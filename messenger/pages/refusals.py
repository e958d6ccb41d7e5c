"""What is refused, on the screen of who has asked for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import Client, ui

from messenger.commands import ChatError


@contextmanager
def notifying_refusals(client: Client) -> Iterator[None]:
    """Tell the user of a page of a `ChatError`."""
    try:
        yield
    except ChatError as error:
        with client:
            ui.notify(str(error), type='negative')
