"""The search: a box in the header, and what it finds beside the messages."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from markupsafe import Markup
from nicegui import ui

from messenger import compat
from messenger.chat import Chat, HistoryUnavailableError
from messenger.commands import ChatError
from messenger.elements.browser_tab import close_on_back
from messenger.elements.definition_list import DefinitionList
from messenger.elements.search_field import SearchField
from messenger.elements.search_results import SearchResults
from messenger.search import FILTERS, MAX_LENGTH, mark_terms, parse_query
from models import SearchPage, SearchQuery

PAGE_SIZE = 30
UNAVAILABLE = 'The messages cannot be searched now. Please try again in a while.'


class SearchBox:
    """A box that searches while its user writes. What it finds is there until it is closed, and none of it before."""

    def __init__(
        self,
        chat: Chat,
        *,
        utc_offset: timedelta,
        check_rate: Callable[[], None],
        on_choose: Callable[[int], Awaitable[None]],
    ) -> None:
        """
        :param utc_offset: what the user's clock shows more than UTC
        :param check_rate: raises `ChatError` if the user searches too often
        :param on_choose: called with the id of a message that was chosen
        """
        self._chat = chat
        self._utc_offset = utc_offset
        self._check_rate = check_rate
        self._on_choose = on_choose
        self._client = ui.context.client
        self._panel: SearchPanel | None = None
        self._turn = asyncio.Lock()
        self._field = SearchField(max_length=MAX_LENGTH, on_search=self._begin, on_escape=self._end)

    def _end(self) -> None:
        if self._panel:
            self._panel.close()

    def _close(self) -> None:
        self._panel = None
        self._field.leave()

    async def _begin(self, words: str) -> None:
        """Search for words, and for nothing that was written before."""
        if self._panel is None:
            with self._client:
                self._panel = SearchPanel(on_choose=self._choose, on_more=self._go_on, on_close=self._close)
        try:
            query = parse_query(words, find_room=self._chat.rooms.look_up, utc_offset=self._utc_offset)
        except ChatError as error:
            self._panel.tell(f'{error}')
            return
        self._panel.begin(query)
        if query:
            await self._search(self._panel, query, None)

    async def _go_on(self, query: SearchQuery, before: int) -> None:
        if self._panel:
            await self._search(self._panel, query, before)

    async def _search(self, panel: 'SearchPanel', query: SearchQuery, before: int | None) -> None:
        async with self._turn:  # of what is asked meanwhile only the latest is searched for
            if not panel.is_about(query):
                return
            try:
                self._check_rate()
                page = await self._chat.search(query, before=before, limit=PAGE_SIZE)
                lines = await asyncio.to_thread(lambda: [mark_terms(message, query) for message in page.messages])
            except (ChatError, HistoryUnavailableError) as error:
                if panel.is_about(query):
                    panel.tell(f'{error}' if isinstance(error, ChatError) else UNAVAILABLE)
                return
        if panel.is_about(query):
            rooms = self._chat.rooms
            names = {message.room_id: rooms[message.room_id].name for message in page.messages if rooms.are_several}
            panel.add(page, lines, utc_offset=self._utc_offset, room_names=names, is_first=before is None)

    async def _choose(self, message_id: int, is_narrow: bool) -> None:
        await self._on_choose(message_id)
        if is_narrow:
            self._end()


class SearchPanel:
    """What a search has found, beside the messages; where there is little room, in front of them."""

    def __init__(
        self,
        *,
        on_choose: Callable[[int, bool], Any],
        on_more: Callable[[SearchQuery, int], Any],
        on_close: Callable[[], Any],
    ) -> None:
        """
        :param on_choose: called with the id of a message that was chosen, and whether there is little room
        :param on_more: called with what is searched for, and the id before which the search is to go on
        :param on_close: called when the panel is being closed
        """
        self._on_choose = on_choose
        self._on_more = on_more
        self._on_close = on_close
        self._query: SearchQuery | None = None
        self._count = 0
        self._is_open = True
        with ui.context.client, ui.element() as self._place, ui.dialog(value=True) as self._dialog:
            self._dialog.props('seamless no-focus no-refocus position=right aria-label="Search results"')
            self._dialog.on('before-hide', self._end, args=[])
            self._dialog.on('hide', lambda: compat.delete(self._dialog, self._place), args=[])
            close_on_back(self._dialog)
            with ui.card().classes('search-panel').on('keydown.escape', self.close, args=[]):
                with ui.element('div').classes('dialog-header'):
                    self._status = ui.label().props('role=status')
                    ui.button(icon='close', on_click=self.close, color=None).props('flat round aria-label=Close')
                self._content = ui.element('div').classes('search-content')

    def is_about(self, query: SearchQuery) -> bool:
        """Return whether this is what the panel is still about."""
        return self._is_open and self._query is query

    def begin(self, query: SearchQuery | None) -> None:
        """Be about something else, which will be found soon; about nothing, show how to search."""
        self._query = query
        if query is None:
            self.tell('Type at least two characters.')
            with self._content:
                DefinitionList(FILTERS, tag='kbd')

    def tell(self, sentence: str) -> None:
        """Show a sentence instead of messages."""
        self._query = None
        self._status.text = sentence
        self._clear()

    def add(
        self,
        page: SearchPage,
        lines: Sequence[Markup],
        *,
        utc_offset: timedelta,
        room_names: Mapping[int, str],
        is_first: bool,
    ) -> None:
        """Show a page of messages, below those before if it is not the first one.

        :param lines: one of each message's text
        :param utc_offset: what the user's clock shows more than UTC
        :param room_names: of the rooms that are named, by their ids
        """
        if is_first:
            self._count = 0
            self._clear()
        else:
            compat.delete(self._content.default_slot.children[-1])  # the button
        self._count += len(page.messages)
        self._status.text = _sum_up(page, self._count)
        with self._content:
            if page.messages:
                found = list(zip(page.messages, lines, strict=True))
                SearchResults(found, utc_offset=utc_offset, room_names=room_names, on_choose=self._on_choose)
            if self._query and page.before is not None:
                more = partial(self._on_more, self._query, page.before)
                ui.button('Earlier messages', on_click=more, color=None).props('flat no-caps')

    def close(self) -> None:
        """Close the panel."""
        self._dialog.close()

    def _end(self) -> None:
        if self._is_open:
            self._is_open = False
            self._on_close()

    def _clear(self) -> None:
        compat.delete(*self._content.default_slot.children)


def _sum_up(page: SearchPage, count: int) -> str:
    messages = '1 message' if count == 1 else f'{count:,} messages'
    if page.before is None:
        return f'{messages} found.' if count else 'Nothing found.'
    if len(page.messages) == PAGE_SIZE:
        return f'The newest {messages}.'
    return f'{messages} found so far. There is much to look through.'
