"""The place to write."""

from collections.abc import Awaitable, Callable

from nicegui import events, ui
from nicegui.elements.mixins.text_element import TextElement

from chat import Refused
from pages import audience, browser


class Composer:
    """A box that grows with its text, and a button; ``say(text, key)`` posts or raises `Refused`."""

    def __init__(self, say: Callable[[str, str], Awaitable[None]]) -> None:
        self._say = say
        ui.on('say', self._hear)
        with ui.element('div').classes('composer'):
            TextElement(tag='div', text='').classes('complaint').props('id=complaint role=alert')
            with ui.element('div').classes('box'):
                ui.element('textarea').props(
                    'id=message rows=1 aria-label=Message placeholder="Write a message…" enterkeyhint=send autofocus'
                ).on('keydown', js_handler='typed').on('input', js_handler='fit')
                TextElement(tag='button', text='Send').classes('primary').props('type=button').on(
                    'click', js_handler='say'
                )

    async def _hear(self, event: events.GenericEventArguments) -> None:
        match event.args:
            case {'text': str(text), 'key': str(key)}:
                client = event.client
                try:
                    await self._say(text, key)
                except Refused as refused:
                    await audience.tell(client, browser.call('refuse', key, str(refused)))
                else:
                    if event.args.get('again'):  # the row that answers may have been and gone
                        await audience.tell(client, browser.call('sent', key))
