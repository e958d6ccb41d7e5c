"""The place to write."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from messenger import compat
from messenger.elements.message_list import MessageList
from messenger.elements.post_queue import Context, PostQueue, Uploads
from messenger.elements.suggestions import Suggestions
from messenger.pages import dialogs

TYPING_INTERVAL = 3.0
EMIT_TEXT_KEY = '(event) => event.key.length === 1 && emit()'


class Composer:
    """A box that grows with its text; above it what has not been sent, and what is being replied to or edited."""

    def __init__(
        self,
        messages: MessageList,
        *,
        me: str,
        max_length: int,
        uploads: Uploads,
        on_typing: Callable[[], Any],
        on_emptied: Callable[[int], Any],
        find_emoji: Callable[[str], Sequence[tuple[str, str]]],
    ) -> None:
        """
        :param messages: shows what has been sent
        :param me: the ``data-author`` of this user's own messages
        :param max_length: longest text of a message, in characters
        :param uploads: how files are sent
        :param on_typing: called every few seconds while somebody types
        :param on_emptied: called with the id of a message whose text has been removed in an edit
        :param find_emoji: return the emoji that some words may mean, with their names
        """
        self._about: ui.element | None = None
        self.place = ui.context.slot.parent
        with ui.element('div').classes('composer') as self._composer:
            with ui.element('div').classes('box'):
                self._box = (
                    ui.textarea(placeholder='Write a message…')
                    .props('autogrow borderless dense rows=1 dir=auto debounce=300')
                    .props('aria-label=Message enterkeyhint=enter')
                    .on('keydown.escape', self.cancel, args=[])
                    .on('keydown', on_typing, throttle=TYPING_INTERVAL, trailing_events=False, js_handler=EMIT_TEXT_KEY)
                )
                emoji = ui.button(icon='mood', on_click=lambda: self._insert_emoji(find_emoji), color=None)
                emoji.props('flat round aria-label=Emoji')
                self._send = ui.button(icon='send').props('unelevated round aria-label=Send')
            Suggestions(self._box, me=me)
            self._queue = PostQueue(
                self._box,
                messages,
                me=me,
                max_length=max_length,
                uploads=uploads,
                on_context=self._show_context,
                on_emptied=on_emptied,
            )
        self._queue.move(self._composer, 0)
        self._queue.submit_on_click(self._send)

    def set_visible(self, visible: bool) -> None:
        """Have the box be there, or not."""
        self._composer.visible = visible

    def show_reply(self, author: str, line: str) -> None:
        """Show what is being replied to."""
        self._show_about(f'Replying to {author}: {line}')

    def edit(self, message_id: int, text: str) -> None:
        """Put the text of an own message into the box, to be edited."""
        self._queue.edit(message_id, text)

    async def has_unsent(self) -> bool:
        """Return whether something that was written has not been stored."""
        return await self._queue.has_unsent()

    async def _insert_emoji(self, find: Callable[[str], Sequence[tuple[str, str]]]) -> None:
        if emoji := await dialogs.pick_emoji('Insert an emoji', find):
            self._queue.insert(emoji)

    def cancel(self) -> None:
        """Give up a reply or an edit."""
        if self._about:
            self._queue.cancel()

    def _show_context(self, context: Context) -> None:
        match context:
            case 'edit':
                self._show_about('Editing your message')
            case 'reply':
                self._show_about('Replying')
            case _:
                self._hide_about()
        is_edit = context == 'edit'
        self._send.props(f'icon={"check" if is_edit else "send"} aria-label={"Save" if is_edit else "Send"}')

    def _show_about(self, text: str) -> None:
        self._hide_about()
        with self._composer, ui.element('div').classes('about') as self._about:
            ui.label(text).props('dir=auto')
            ui.button('Cancel', on_click=self.cancel, color=None).props('flat no-caps dense')
        self._about.move(target_index=1)  # below what has not been sent

    def _hide_about(self) -> None:
        if self._about:
            compat.delete(self._about)
        self._about = None
