"""Simple Messenger: the front door. Reads the settings, puts the rooms together and starts the server."""

import argparse
import asyncio
import gc
import importlib.util
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress

from engineio.payload import Payload
from nicegui import app, background_tasks, ui
from nicegui.server import Server
from uvicorn.config import WS_PROTOCOLS

import config
from auth import Door
from messenger import api, pages
from messenger.chat import Chat
from messenger.presence import Presence
from messenger.storage import DatabaseUnavailableError, Store

PING_EVERY = 20.0
STOP_WITHIN = 2
LOOK_FOR_THE_END_EVERY = 0.2
MOST_PACKETS = 1000
COLLECT_AFTER = (50_000, 10, 10)


class CannotStart(Exception):
    """The messenger cannot start; the message is a sentence that says what to do."""


def main(arguments: Sequence[str] | None = None) -> None:
    try:
        settings = config.read(**options(arguments))
        if settings.native:
            check_window()
        check_port(settings)
        store = Store(settings.database_url)
    except (config.WrongSetting, CannotStart, DatabaseUnavailableError) as error:
        sys.exit(f'{error}')
    build(settings, store)
    if settings.listens_beyond_this_machine and settings.has_default_password:
        print(
            'Warning: everybody on this network knows the default password. Set MESSENGER_PASSWORD to one of your own.',
            file=sys.stderr,
        )
    with suppress(KeyboardInterrupt):
        serve(settings)


def serve(settings: config.Settings) -> None:
    """Run the server until it is told to end."""
    WS_PROTOCOLS['wsproto'] = 'messenger.pages.connection:WebSocketProtocol'  # `ui.run` insists on wsproto
    Payload.max_decode_packets = MOST_PACKETS  # without websockets a page sends all that it held back in one request
    app.on_startup(lambda: background_tasks.create(hang_up_at_the_end(), name='hang up at the end'))
    ui.run(
        host=settings.host,
        port=settings.port,
        title=settings.title,
        native=settings.native,
        window_size=(1000, 720) if settings.native else None,
        dark=False,  # the style sheet follows the browser, or the person's choice
        language='en-US',
        tailwind=False,
        show=False,
        reload=False,
        show_welcome_message=False,
        reconnect_timeout=PING_EVERY,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=STOP_WITHIN,
        server_header=False,
    )


def options(arguments: Sequence[str] | None) -> dict[str, str | bool]:
    parser = argparse.ArgumentParser(
        argument_default=argparse.SUPPRESS,
        description='A self-hosted messenger. Each option is also a setting; see README.md.',
    )
    parser.add_argument('--host', help='address to listen on (MESSENGER_HOST)')
    parser.add_argument('--port', help='port to listen on (MESSENGER_PORT)')
    parser.add_argument('--native', action='store_true', help='open a desktop window (MESSENGER_NATIVE)')
    return vars(parser.parse_args(arguments))


def build(settings: config.Settings, store: Store) -> None:
    """Put the rooms together."""
    chat = Chat(store, max_length=settings.max_message_length)
    pages.install(settings, Door(settings.password.get_secret_value()), chat, Presence())
    api.install(chat)
    app.on_startup(spare_the_collector)
    app.on_startup(lambda: announce(settings))
    if settings.native:
        watch_window(store)
    else:
        app.on_shutdown(store.close)


def spare_the_collector() -> None:
    """Have Python look less often through everything that lives long: with 200 visitors one look takes 0.2 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def hang_up_at_the_end() -> None:
    """Let go of those who wait for an answer as soon as the server is told to end, before it waits for them."""
    server = getattr(Server, 'instance', None)  # NiceGUI's test harness has none
    while server and not server.should_exit:
        await asyncio.sleep(LOOK_FOR_THE_END_EVERY)
    await pages.audience.hang_up()


def announce(settings: config.Settings) -> None:
    """Print where to go."""
    addresses = sorted(app.urls, key=lambda url: ('localhost' not in url, url))
    print(f'{settings.title} is ready: {"  ".join(addresses)}', flush=True)


def check_port(settings: config.Settings) -> None:
    """
    :raises CannotStart: if nothing can listen on the host and port of the settings
    """
    try:
        family, *_, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name == 'posix':  # as the server does; elsewhere this would allow two servers on one port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError:
        raise CannotStart(
            f'Port {settings.port} needs special rights. Choose another with --port or MESSENGER_PORT.'
        ) from None
    except socket.gaierror:
        raise CannotStart(f'Host {settings.host} is unknown. Choose another with --host or MESSENGER_HOST.') from None
    except OSError as error:
        raise CannotStart(
            f'Port {settings.port} on {settings.host} cannot be used ({error.strerror}). '
            f'End the program that uses it, or choose another with --port or MESSENGER_PORT.'
        ) from None


def check_window() -> None:
    """
    :raises CannotStart: if no desktop window can be opened
    """
    linux = sys.platform.startswith('linux')
    backends = ('PyQt6', 'PySide6', 'PyQt5', 'PySide2', 'gi') if linux else ('webview',)
    if not importlib.util.find_spec('webview') or not any(map(importlib.util.find_spec, backends)):
        raise CannotStart('A desktop window needs pywebview. Install it with: pip install "pywebview[qt]"')
    if linux and not (os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY')):
        raise CannotStart('There is no screen for a desktop window. Start it from a desktop, or without --native.')


def watch_window(store: Store) -> None:
    """End with a sentence and exit status 1, not silently, if the window's process ends before it shows anything."""
    shown = False

    def remember() -> None:
        nonlocal shown
        shown = True

    async def complain() -> None:
        await store.close()
        if not shown:
            print(
                'The desktop window could not be opened; the lines above say why. Or start without --native.',
                file=sys.stderr,
                flush=True,
            )
            os._exit(1)

    app.native.on('shown', remember)
    app.on_shutdown(complain)


if __name__ == '__main__':
    main()
