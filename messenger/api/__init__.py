"""The door for programs: health."""

from nicegui import app

from messenger.chat import Chat


def install(chat: Chat) -> None:
    """Register the routes for programs."""

    @app.get('/health')
    async def health() -> dict[str, str]:
        """Answer that the server runs and can read its database; for health checks."""
        await chat.newest_page(1)
        return {'status': 'ok'}
