"""HTTP for programs, and for what a page sends and loads by connections of their own: health, files."""

from fastapi import Response
from nicegui import app

from auth import LoginService
from config import Settings
from messenger.api.files import install_files
from messenger.chat import Chat
from messenger.draining import Drain
from messenger.files import Files


def install(settings: Settings, login_service: LoginService, chat: Chat, files: Files, drain: Drain) -> None:
    """Register the routes."""
    install_files(settings, login_service, chat, files)

    @app.get('/health')
    async def health() -> dict[str, str]:
        """Answer that the server runs and can read its database; for health checks."""
        await chat.newest_page(1)
        return {'status': 'ok'}

    @app.get('/health/live')
    async def live() -> dict[str, str]:
        """Answer that the server runs, whatever its database does: a restart would not help that."""
        return {'status': 'ok'}

    @app.get('/health/ready')
    async def ready(response: Response) -> dict[str, str]:
        """Answer whether a load balancer may send new pages here; asks nobody, since it is asked all the time."""
        if drain.has_begun:
            status = 'draining'
        elif not chat.is_heard:
            status = 'no database'
        else:
            return {'status': 'ok'}
        response.status_code = 404  # by which HAProxy knows a server that keeps the pages it has
        return {'status': status}
