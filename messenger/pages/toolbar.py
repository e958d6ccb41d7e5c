"""What one can do with a message: react, reply, edit, delete. One set of tools serves all messages of a page."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import Client

from auth import Session
from messenger import markdown
from messenger.chat import Chat, ChatError
from messenger.pages import audience, browser
from messenger.pages.icon import sign
from models import MessageView

EMOJI = ('👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '👀')
ACTIONS = {'more': 'React with another emoji', 'reply': 'Reply', 'edit': 'Edit', 'delete': 'Delete'}


def _tools() -> str:
    quick = ''.join(
        f'<button type="button" data-act="react" data-emoji="{emoji}" aria-label="React with {emoji}">{emoji}</button>'
        for emoji in EMOJI
    )
    actions = ''.join(
        f'<button type="button" data-act="{name}" aria-label="{label}" title="{label}">{sign(name)}</button>'
        for name, label in ACTIONS.items()
    )
    return (
        f'<div class="tools" id="tools" role="toolbar" aria-label="Actions" hidden>'
        f'<span>{quick}</span><span>{actions}</span></div>'
    )


HTML = _tools()


class Toolbar:
    """The tools, and what the server does when they are used; others' messages are refused by `Chat`."""

    def __init__(self, client: Client, session: Session, chat: Chat) -> None:
        self._client = client
        self._session = session
        self._chat = chat
        audience.hear('own', self._show_text)
        audience.hear('delete', self._delete)
        audience.hear('react', self._react)
        audience.hear('emoji', self._find_emoji)

    async def _show_text(self, sent: Any) -> None:
        """Give the page the text of one's own message, to edit it."""
        if isinstance(sent, int) and (message := await self._do(self._chat.get_own_message, sent)):
            await audience.tell(self._client, browser.call('edit', message.id, message.text))

    async def _delete(self, sent: Any) -> None:
        if isinstance(sent, int):
            await self._do(self._chat.delete, sent)

    async def _react(self, sent: Any) -> None:
        match sent:
            case {'id': int(message_id), 'emoji': str(emoji)}:
                await self._do(self._chat.react, message_id, emoji)

    async def _find_emoji(self, sent: Any) -> None:
        if isinstance(sent, str) and not self._session.ended:
            await audience.tell(self._client, browser.call('showEmoji', markdown.find_emoji(sent)))

    async def _do(self, verb: Callable[..., Awaitable[MessageView]], *what: object) -> MessageView | None:
        if self._session.ended:
            return None
        try:
            return await verb(*what, by=self._session)
        except ChatError as error:
            await audience.tell(self._client, browser.call('complain', str(error)))
            return None
