"""The screens, NiceGUI elements in Python, and what keeps them up to date."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nicegui import app, ui

from auth import LoginService
from config import Settings
from messenger import elements, guard
from messenger.chat import Chat
from messenger.elements import app_icon, suggestions
from messenger.elements.message_row import RowRenderer
from messenger.pages import errors
from messenger.pages.broadcasts import Broadcasts
from messenger.pages.chat_events import ChatEvents, has_logged_in
from messenger.pages.client_page import ClientPage
from messenger.pages.compression import CompressedFiles, compress_responses
from messenger.pages.headers import SecurityHeaders
from messenger.presence import Presence
from messenger.rate_limits import MemberLimits
from messenger.realtime.hub import Hub

__all__ = ['compress_responses', 'defaults', 'install']
VIEWPORT = 'width=device-width, initial-scale=1, interactive-widget=resizes-content'
GENERAL = 'general'
MESSAGE_ID = re.compile('[0-9]{1,15}')
STYLE_SHEET = Path(elements.__file__).parent / 'messenger.css'


def install(settings: Settings, login_service: LoginService, chat: Chat, presence: Presence) -> None:
    """Register the page with its addresses, the events that it sends, and what is told to everybody."""
    if settings.replica:
        share_pages(settings.replica)
    hub = Hub('chat')
    rows = RowRenderer(presence.is_online)
    broadcasts = Broadcasts(hub, chat, presence, rows)
    limits = MemberLimits(posts_per_second=settings.posts_per_second, post_burst=settings.post_burst)
    chat_events = ChatEvents(hub, chat, presence, broadcasts, rows, limits, page_size=settings.page_size)
    chat_events.install()
    broadcasts.install()
    guard.install(settings.allowed_hosts, has_logged_in=has_logged_in)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(CompressedFiles)
    app_icon.install(settings.title)
    suggestions.install()
    errors.install(settings.title)
    ui.add_css(STYLE_SHEET, shared=True)

    def open_general() -> None:
        open_message(GENERAL, '')

    def open_room(slug: str) -> None:
        open_message(slug, '')

    def open_message(slug: str, message_id: str) -> None:
        number = int(message_id) if MESSAGE_ID.fullmatch(message_id) else None
        ClientPage(settings, login_service, chat, presence, hub, limits, slug, number)

    pages: dict[str, Callable[..., None]] = {
        '/': open_general,
        '/chat': open_general,
        '/chat/{slug}': open_room,
        '/chat/{slug}/{message_id}': open_message,
    }
    for path, page in pages.items():
        ui.page(path, reconnect_timeout=settings.reconnect_grace)(page)


def share_pages(replica: str) -> None:
    """Have this server be one of several.

    Each connection of a page names the server that made it, since no other can serve it. The scripts of a page do not,
    so this server must know all of them, too; NiceGUI gets to know an element's when it is first used.
    """
    app.config.socket_io_js_query_params['replica'] = replica
    for name in dir(ui):
        getattr(ui, name)


def defaults(title: str) -> dict[str, Any]:
    """Return what `ui.run` is to set for all pages, also for those that NiceGUI makes to tell of an error."""
    icon = (app_icon.FOLDER / 'bubble.svg').read_text()  # Windows would take a file for its window, which needs an .ico
    return {'title': title, 'favicon': icon, 'viewport': VIEWPORT, 'dark': None, 'language': 'en-US'}
