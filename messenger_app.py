"""Simple Messenger: reads the settings, builds the program and runs the server."""

import sys
from collections.abc import Sequence
from contextlib import suppress

from nicegui import ui

from auth import LoginService
from config import ConfigError, Settings, load_settings
from messenger import api, compat, pages, startup
from messenger.chat import Chat
from messenger.draining import Drain
from messenger.files import Files
from messenger.presence import Presence
from messenger.storage import DatabaseUnavailableError, FilesUnavailableError, Store, copy_conversation


def main(arguments: Sequence[str] | None = None) -> None:
    options = startup.parse_options(arguments)
    source = options.pop('copy', None)
    try:
        settings = load_settings(**options)
        database_url = settings.database_url.get_secret_value()
        if source is not None:
            print(copy_conversation(source, database_url, report=startup.show_progress))
            return
        if settings.native:
            startup.check_window()
        startup.check_port(settings)
        store = Store(database_url, exclusive=True, replica=settings.replica)
        build(settings, store)
    except (ConfigError, startup.StartupError, DatabaseUnavailableError, FilesUnavailableError) as error:
        sys.exit(f'{error}')
    except KeyboardInterrupt:
        sys.exit('Interrupted, so nothing was copied.' if source else 'Interrupted.')
    startup.warn_of_default_password(settings)
    with suppress(KeyboardInterrupt):
        run(settings)


def build(settings: Settings, store: Store) -> None:
    """Create the parts of the program and register their pages and routes."""
    chat, drain = Chat(store, max_length=settings.max_message_length, max_rooms=settings.max_rooms), Drain()
    password, limit = settings.password.get_secret_value(), settings.sessions_per_address
    login_service = LoginService(password, store.register, sessions_per_address=limit)
    pages.install(settings, login_service, chat, Presence(store.register))
    files = Files(store.files, settings.files_directory, settings.file_limits, is_shared=not settings.uses_sqlite)
    api.install(settings, login_service, chat, files, drain)
    startup.install(settings, drain, start=store.start, close=store.close)


def run(settings: Settings) -> None:
    """Run the server until it is told to shut down."""
    compat.use_websocket_protocol()
    ui.run(
        host=settings.host,
        port=settings.port,
        native=settings.native,
        window_size=(1000, 720) if settings.native else None,
        **pages.defaults(settings.title),
        tailwind=False,
        show=False,
        reload=False,
        show_welcome_message=False,
        reconnect_timeout=20.0,  # seconds; sets the interval of Socket.IO's pings, not the life of a session
        http=compat.HttpProtocol,
        ws_max_size=compat.MAX_PACKET_SIZE,
        ws_per_message_deflate=False,
        gzip_middleware_factory=pages.compress_responses,
        timeout_graceful_shutdown=2,  # seconds
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,  # uvicorn's own default is to trust this machine
    )


if __name__ == '__main__':
    main()
