"""What one can do with a message: react, reply, edit, delete. One set of tools serves all messages of a page."""

from collections.abc import Awaitable, Callable

from nicegui import Client, events, ui

import markup
from auth import Session
from chat import Chat, Refused
from models import MessageView
from pages import audience, browser
from pages.icon import sign

EMOJI = ('👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '👀')
ACTIONS = {'more': 'React with another emoji', 'reply': 'Reply', 'edit': 'Edit', 'delete': 'Delete'}


class Toolbar:
    """The tools, and what the server does when they are used; others' messages are refused by `Chat`."""

    def __init__(self, client: Client, session: Session, chat: Chat) -> None:
        self._client = client
        self._session = session
        self._chat = chat
        ui.on('own', self._show_text)
        ui.on('delete', self._delete)
        ui.on('react', self._react)
        ui.on('emoji', self._find_emoji)
        ui.html(_buttons(), sanitize=False).classes('tools') \
            .props('id=tools role=toolbar aria-label=Actions hidden')  # fmt: skip

    async def _show_text(self, event: events.GenericEventArguments) -> None:
        """Give the page the text of one's own message, to edit it."""
        if isinstance(event.args, int) and (message := await self._do(self._chat.own, event.args)):
            await audience.tell(self._client, browser.call('edit', message.id, message.text))

    async def _delete(self, event: events.GenericEventArguments) -> None:
        if isinstance(event.args, int):
            await self._do(self._chat.delete, event.args)

    async def _react(self, event: events.GenericEventArguments) -> None:
        match event.args:
            case {'id': int(message_id), 'emoji': str(emoji)}:
                await self._do(self._chat.react, message_id, emoji)

    async def _find_emoji(self, event: events.GenericEventArguments) -> None:
        if isinstance(event.args, str) and not self._session.ended:
            await audience.tell(self._client, browser.call('showEmoji', markup.find_emoji(event.args)))

    async def _do(self, verb: Callable[..., Awaitable[MessageView]], *what: object) -> MessageView | None:
        if self._session.ended:
            return None
        try:
            return await verb(*what, by=self._session)
        except Refused as refused:
            await audience.tell(self._client, browser.call('complain', str(refused)))
            return None


def _buttons() -> str:
    quick = ''.join(
        f'<button type="button" data-act="react" data-emoji="{emoji}" aria-label="React with {emoji}">{emoji}</button>'
        for emoji in EMOJI
    )
    actions = ''.join(
        f'<button type="button" data-act="{name}" aria-label="{label}" title="{label}">{sign(name)}</button>'
        for name, label in ACTIONS.items()
    )
    return f'<span>{quick}</span><span>{actions}</span>'
