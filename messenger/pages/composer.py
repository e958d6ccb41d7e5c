"""The place to write: new messages, replies, and other texts for one's own."""

from typing import Any

from nicegui import Client

from auth import Session
from messenger.chat import Chat, ChatError
from messenger.pages import audience, browser

# a box that grows with its text, and a button; above them who is typing, refusals, what is replied to, names to mention
HTML = """
<div class="composer"><div class="typing" id="typing"></div><div class="complaint" id="complaint" role="alert"></div>
<div class="about" id="about" hidden><span id="about-text" dir="auto"></span>
<button type="button" class="quiet" data-act="cancel">Cancel</button></div>
<ul class="offers" id="offers" role="listbox" aria-label="People to mention" hidden></ul>
<div class="box"><textarea id="message" rows="1" dir="auto" aria-label="Message" placeholder="Write a message…"
enterkeyhint="send" aria-autocomplete="list" aria-controls="offers"></textarea>
<button type="button" class="primary" data-act="say">Send</button></div></div>
"""


class Composer:
    """What the server does with what is written."""

    def __init__(self, client: Client, session: Session, chat: Chat) -> None:
        self._client = client
        self._session = session
        self._chat = chat
        audience.hear('say', self._hear)

    async def _hear(self, sent: Any) -> None:
        match sent:
            case {'text': str(text), 'key': str(key)}:
                try:
                    answered = await self._take(text, key, sent)
                except ChatError as error:
                    await self._tell('refuse', key, str(error))
                else:
                    if answered:
                        await self._tell('sent', key)

    async def _take(self, text: str, key: str, more: dict[str, object]) -> bool:
        """Do what is wished, and answer whether the page must be told: a new message's row tells it by itself."""
        if self._session.ended:
            raise ChatError('You have been logged out, so this was not sent.')
        if isinstance(message_id := more.get('edit'), int):
            await self._chat.edit(message_id, text, by=self._session)
            return True
        reply_to = more.get('reply')
        reply_to = reply_to if isinstance(reply_to, int) else None
        await self._chat.post(text, by=self._session, client_message_id=key, reply_to=reply_to)
        return bool(more.get('again'))  # the row that answers may have been and gone

    async def _tell(self, name: str, *arguments: str) -> None:
        await audience.tell(self._client, browser.call(name, *arguments))
