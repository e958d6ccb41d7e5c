"""The place to write: new messages, replies, and other texts for one's own."""

from nicegui import Client, events, ui
from nicegui.elements.mixins.text_element import TextElement

from auth import Session
from chat import Chat, Refused
from pages import audience, browser


class Composer:
    """A box that grows with its text, and a button. Above them: refusals, what is replied to, names to mention."""

    def __init__(self, client: Client, session: Session, chat: Chat) -> None:
        self._client = client
        self._session = session
        self._chat = chat
        ui.on('say', self._hear)
        with ui.element('div').classes('composer'):
            TextElement(tag='div', text='').classes('typing').props('id=typing')
            TextElement(tag='div', text='').classes('complaint').props('id=complaint role=alert')
            with ui.element('div').classes('about').props('id=about hidden'):
                TextElement(tag='span', text='').props('id=about-text dir=auto')
                TextElement(tag='button', text='Cancel').classes('quiet').props('type=button data-act=cancel')
            ui.element('ul').classes('offers').props('id=offers role=listbox aria-label="People to mention" hidden')
            with ui.element('div').classes('box'):
                ui.element('textarea').props(
                    'id=message rows=1 dir=auto aria-label=Message placeholder="Write a message…" '
                    'enterkeyhint=send autofocus aria-autocomplete=list aria-controls=offers'
                ).on('keydown', js_handler='typed').on('input', js_handler='changed')
                TextElement(tag='button', text='Send').classes('primary') \
                    .props('type=button').on('click', js_handler='say')  # fmt: skip

    async def _hear(self, event: events.GenericEventArguments) -> None:
        match event.args:
            case {'text': str(text), 'key': str(key)}:
                try:
                    answered = await self._take(text, key, event.args)
                except Refused as refused:
                    await self._tell('refuse', key, str(refused))
                else:
                    if answered:
                        await self._tell('sent', key)

    async def _take(self, text: str, key: str, more: dict[str, object]) -> bool:
        """Do what is wished, and answer whether the page must be told: a new message's row tells it by itself."""
        if self._session.ended:
            raise Refused('You have been logged out, so this was not sent.')
        if isinstance(message_id := more.get('edit'), int):
            await self._chat.edit(message_id, text, by=self._session)
            return True
        reply_to = more.get('reply')
        reply_to = reply_to if isinstance(reply_to, int) else None
        await self._chat.post(text, by=self._session, key=key, reply_to=reply_to)
        return bool(more.get('again'))  # the row that answers may have been and gone

    async def _tell(self, name: str, *arguments: str) -> None:
        await audience.tell(self._client, browser.call(name, *arguments))
