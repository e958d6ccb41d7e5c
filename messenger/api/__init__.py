"""The door for programs: health."""

from fastapi import Response
from nicegui import app

from messenger.chat import Chat
from messenger.draining import Drain


def install(chat: Chat, drain: Drain) -> None:
    """Register the routes for programs."""

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
