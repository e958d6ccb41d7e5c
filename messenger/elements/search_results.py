"""Messages that were found."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from markupsafe import Markup
from nicegui import events, ui

from messenger.elements.message_row import hue_of
from models import MessageView, user_hash

RESULT = Markup(
    '<li><button type="button" data-id="{id}">'
    '<span><bdi class="author" style="--hue:{hue}">{author}</bdi>'
    ' <time datetime="{sent_at}">{moment}</time>{room}</span>'
    '<span class="line" dir="auto">{line}</span></button></li>'
)
ROOM = Markup(' <span class="room">in <bdi>{}</bdi></span>')
NARROW = '(max-width: 48rem)'
CLICK = (
    f'(event) => event.target.closest("[data-id]") && '
    f'emit([+event.target.closest("[data-id]").dataset.id, matchMedia("{NARROW}").matches])'
)


class SearchResults(ui.html):
    """A page of messages, the newest first: author, time and a line of each, as one element however many there are."""

    def __init__(
        self,
        found: Sequence[tuple[MessageView, Markup]],
        *,
        utc_offset: timedelta,
        room_names: Mapping[int, str],
        on_choose: Callable[[int, bool], Any],
    ) -> None:
        """
        :param found: messages, each with a line of its text
        :param utc_offset: what the user's clock shows more than UTC
        :param room_names: of the rooms that are named, by their ids
        :param on_choose: called with the id of a message that was chosen, and whether there is little room beside
        """
        rows = [_render(message, line, utc_offset, room_names.get(message.room_id)) for message, line in found]
        super().__init__(Markup().join(rows), sanitize=False, tag='ol')
        self.classes('search-results')
        self.on('click', lambda e: _call_with_chosen(on_choose, e), js_handler=CLICK)


def _render(message: MessageView, line: Markup, utc_offset: timedelta, room_name: str | None) -> Markup:
    return RESULT.format(
        id=message.id,
        hue=hue_of(user_hash(message.author_id)),
        author=message.author,
        sent_at=message.sent_at.isoformat(timespec='milliseconds'),
        moment=f'{message.sent_at + utc_offset:%Y-%m-%d %H:%M}',
        line=line,
        room='' if room_name is None else ROOM.format(room_name),
    )


def _call_with_chosen(handler: Callable[[int, bool], Any], arguments: events.GenericEventArguments) -> Any:
    match arguments.args:
        case [int(message_id), bool(is_narrow)]:
            return handler(message_id, is_narrow)
