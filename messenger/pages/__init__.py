"""The screens, and nothing but screens."""

import asyncio
import secrets
from collections.abc import Sequence

from nicegui import app, background_tasks, ui

from auth import Door
from config import Settings
from messenger.chat import Chat
from messenger.pages import audience, browser, icon, people, theme
from messenger.pages.dialogs import dialogs
from messenger.pages.headers import SecurityHeaders
from messenger.pages.message_log import row
from messenger.pages.visit import Visit
from messenger.presence import Presence
from models import MessageView, User, user_hash

PAUSE = 0.3


def install(settings: Settings, door: Door, chat: Chat, presence: Presence) -> None:
    """Register the one page with its two addresses, and have everyone told what changes."""
    app.add_middleware(SecurityHeaders)
    ui.add_head_html(f'{icon.HEAD}<script>{browser.SCRIPT}</script>', shared=True)
    ui.add_body_html(dialogs(), shared=True)
    ui.add_css(theme.CSS, shared=True)
    icon.install(settings.title)
    audience.install()
    server = secrets.token_hex(4)

    def messenger() -> None:
        Visit(settings, door, chat, presence, server=server)

    for path in ('/', '/chat'):
        ui.page(
            path,
            title=settings.title,
            favicon=icon.address(),
            reconnect_timeout=settings.reconnect_grace,
            viewport='width=device-width, initial-scale=1, interactive-widget=resizes-content',
        )(messenger)
    _tell_changes(chat)
    _tell_people(presence)
    _tell_typing(presence)


def _tell_changes(chat: Chat) -> None:
    told: int | None = None

    async def tell(changes: Sequence[MessageView]) -> None:
        nonlocal told
        code, told = browser.place(map(row, changes), after=told), changes[-1].seq
        await audience.tell_everyone(code)

    chat.messages_changed.subscribe(tell)


def _tell_people(presence: Presence) -> None:
    async def tell() -> None:
        await audience.tell_everyone(people.show(presence.people))
        await asyncio.sleep(PAUSE)  # meanwhile others may come and go, and all of them are told at once

    presence.changed.subscribe(lambda: background_tasks.create_lazy(tell(), name='tell who is here'))


def _tell_typing(presence: Presence) -> None:
    typing: dict[str, str] = {}

    async def tell() -> None:
        told = dict(typing)
        typing.clear()
        if told:
            await audience.tell_everyone(browser.call('typing', told))
            await asyncio.sleep(PAUSE)

    def hear(user: User) -> None:
        typing[user_hash(user.user_id)] = user.name
        background_tasks.create_lazy(tell(), name='tell who is typing')

    presence.typed.subscribe(hear)
