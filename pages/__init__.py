"""The screens, and nothing but screens."""

import asyncio
import secrets
from collections.abc import Sequence

from nicegui import app, background_tasks, ui

from auth import Door
from chat import Chat
from config import Settings
from models import MessageView
from pages import audience, browser, theme
from pages.headers import SecurityHeaders
from pages.message_log import row
from pages.people import people
from pages.visit import Visit
from presence import Presence

PEOPLE_PAUSE = 0.3


def install(settings: Settings, door: Door, chat: Chat, presence: Presence) -> None:
    """Register the one page with its two addresses, and have everyone told what changes."""
    app.add_middleware(SecurityHeaders)
    ui.add_head_html(browser.HEAD, shared=True)
    ui.add_css(theme.CSS, shared=True)
    server = secrets.token_hex(4)

    def messenger() -> None:
        Visit(settings, door, chat, presence, server=server)

    for path in ('/', '/chat'):
        ui.page(
            path,
            title=settings.title,
            reconnect_timeout=settings.reconnect_grace,
            viewport='width=device-width, initial-scale=1, interactive-widget=resizes-content',
        )(messenger)

    async def tell_changes(changes: Sequence[MessageView]) -> None:
        await audience.tell_everyone(browser.place(map(row, changes)))

    async def tell_people() -> None:
        await audience.tell_everyone(people(presence.names))
        await asyncio.sleep(PEOPLE_PAUSE)  # meanwhile others may come and go, and all of them are told at once

    chat.changed.subscribe(tell_changes)
    presence.changed.subscribe(lambda: background_tasks.create_lazy(tell_people(), name='tell who is here'))
