"""Refuses what no page of ours sends, before it costs anything or reaches anybody."""

from collections.abc import Callable

from nicegui import Client, app, core

from messenger import compat
from messenger.guard.browser_log import BrowserLog
from messenger.guard.hosts import HostRule, parse_names
from messenger.guard.middleware import NO_PAGES, Guard

__all__ = ['NO_PAGES', 'install']
MAX_POLLED_PACKETS = 1000  # in one request


def install(allowed_hosts: str, *, has_logged_in: Callable[[Client], bool]) -> None:
    """Stand in front of NiceGUI and Socket.IO.

    :param allowed_hosts: names besides this machine's own by which browsers may reach it, separated by commas
    :param has_logged_in: whether somebody has logged in on a page, be it that the login has ended since
    """
    compat.allow_large_polling_payloads(MAX_POLLED_PACKETS)
    compat.configure_socket_io()
    app.add_middleware(Guard, hosts=HostRule(parse_names(allowed_hosts)), has_logged_in=has_logged_in)
    app.storage.max_tab_storage_age = 24 * 3600.0  # seconds; NiceGUI would keep each visitor's for 30 days
    core.sio.on('log', BrowserLog().write)
