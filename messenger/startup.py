"""From the command to a server that says where it is: checks beforehand, news for the operator, the desktop window."""

import argparse
import gc
import importlib.util
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui import app, background_tasks

from config import Settings
from messenger import compat
from messenger.draining import Drain

GC_THRESHOLDS = (50_000, 2, 50)
MAX_FILES = 65_536


class StartupError(Exception):
    """The messenger cannot start; the message is a sentence that says what to do."""


def parse_options(arguments: Sequence[str] | None) -> dict[str, Any]:
    """Return the settings that are given on the command line, and ``copy``, the database to copy, if there is one."""
    description = 'A self-hosted messenger. Each option but --copy is also a setting; see README.md.'
    parser = argparse.ArgumentParser(argument_default=argparse.SUPPRESS, description=description)
    parser.add_argument('--host', help='address to listen on (MESSENGER_HOST)')
    parser.add_argument('--port', help='port to listen on (MESSENGER_PORT)')
    parser.add_argument('--native', action='store_true', help='open a desktop window (MESSENGER_NATIVE)')
    parser.add_argument(
        '--copy',
        metavar='sqlite:///main.db',
        help='copy all messages of this database into the PostgreSQL of MESSENGER_DATABASE_URL, and exit',
    )
    return vars(parser.parse_args(arguments))


def install(
    settings: Settings, drain: Drain, *, start: Callable[[], None], close: Callable[[], Awaitable[None]]
) -> None:
    """Register what happens when the server starts and shuts down.

    :param drain: sends all pages away before a server of several shuts down
    :param start: called when the event loop runs
    :param close: called when the server has shut down
    """
    app.on_startup(start)
    app.on_startup(compat.warn_of_unchecked_versions)
    app.on_startup(compat.warn_of_slow_websockets)
    app.on_startup(raise_file_limit)
    app.on_startup(tune_garbage_collector)
    app.on_startup(lambda: background_tasks.create(_release_polling_clients(), name='release polling clients'))
    app.on_startup(lambda: announce(settings))
    if settings.native:
        watch_window(close)
    else:
        app.on_startup(drain.listen)
        app.on_shutdown(close)


def raise_file_limit() -> None:
    """Open as many files as the system allows: each connection is one, and the usual 1,024 are soon used up."""
    if sys.platform != 'win32':
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_FILES)
        if soft != resource.RLIM_INFINITY and soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def tune_garbage_collector() -> None:
    """Have Python look less often through everything that lives long: with 200 visitors one look takes 0.2 s.

    What has lived for a short while is looked through once more, so often that it takes less than 0.1 s even while
    1,000 people arrive.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def announce(settings: Settings) -> None:
    """Print the addresses at which the messenger can be reached, the one for this machine first."""
    addresses = sorted(app.urls, key=lambda url: ('localhost' not in url, url))
    print(f'{settings.title} is ready: {"  ".join(addresses)}', flush=True)


def show_progress(name: str, done: int, total: int) -> None:
    """Print how far a copy is, on a terminal always in the same line."""
    end = '\r' if sys.stderr.isatty() and done < total else '\n'
    print(f'{done:,} of {total:,} {name}', end=end, file=sys.stderr, flush=True)


def warn_of_default_password(settings: Settings) -> None:
    """Print a warning if others on the network can log in with the documented password."""
    if settings.listens_beyond_this_machine and settings.has_default_password:
        print(
            'Warning: everybody on this network knows the default password. Set MESSENGER_PASSWORD to one of your own.',
            file=sys.stderr,
        )


def check_port(settings: Settings) -> None:
    """Check that the server can listen on the host and port of the settings.

    :raises StartupError: if the host is unknown, or the port is in use or needs special rights
    """
    try:
        family, *_, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name == 'posix':  # as the server does; elsewhere this would allow two servers on one port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError:
        raise StartupError(
            f'Port {settings.port} needs special rights. Choose another with --port or MESSENGER_PORT.'
        ) from None
    except socket.gaierror:
        raise StartupError(f'Host {settings.host} is unknown. Choose another with --host or MESSENGER_HOST.') from None
    except OSError as error:
        raise StartupError(
            f'Port {settings.port} on {settings.host} cannot be used ({error.strerror}). '
            f'End the program that uses it, or choose another with --port or MESSENGER_PORT.'
        ) from None


def check_window(
    *,
    platform: str = sys.platform,
    find_module: Callable[[str], object] = importlib.util.find_spec,
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Check that a desktop window can be opened.

    :param platform: operating system, as `sys.platform` names it
    :param find_module: returns None for a module that is not installed
    :param environment: environment variables, of which Linux needs the one for a screen
    :raises StartupError: if pywebview, a backend for it, or a screen is missing
    """
    linux = platform.startswith('linux')
    backends = ('PyQt6', 'PySide6', 'PyQt5', 'PySide2', 'gi') if linux else ('webview',)
    if not find_module('webview') or not any(map(find_module, backends)):
        raise StartupError('A desktop window needs pywebview. Install it with: pip install "pywebview[qt]"')
    if linux and not (environment.get('DISPLAY') or environment.get('WAYLAND_DISPLAY')):
        raise StartupError('There is no screen for a desktop window. Start it from a desktop, or without --native.')


def watch_window(close: Callable[[], Awaitable[None]]) -> None:
    """Exit with a sentence and status 1, not silently, if the window's process ends before it has shown anything.

    :param close: called when the server has shut down
    """
    shown = False

    def on_shown() -> None:
        nonlocal shown
        shown = True

    async def on_shutdown() -> None:
        await close()
        if not shown:
            print(
                'The desktop window could not be opened; the lines above say why. Or start without --native.',
                file=sys.stderr,
                flush=True,
            )
            os._exit(1)

    app.native.on('shown', on_shown)
    app.on_shutdown(on_shutdown)


async def _release_polling_clients() -> None:
    """End the requests that clients wait for as soon as the server is told to shut down, before it waits for them."""
    await compat.wait_for_shutdown()
    await compat.close_polling_clients()
