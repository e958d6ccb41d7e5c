"""What is shown instead of a page."""

from nicegui import Client, app, ui
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from messenger import guard
from messenger.elements.reload_limit import ReloadLimit


def install(title: str) -> None:
    """Have addresses that lead nowhere, and pages that fail, look like the rest."""

    async def show_not_found(request: Request, _: Exception) -> Response:
        if request.scope['path'].startswith(guard.NO_PAGES):
            return PlainTextResponse('There is no file at this address.', 404)
        with Client(ui.page(''), request=request) as client:
            _show(title, 'There is no page at this address.')
        return client.build_response(request, 404)

    def show_failure(_: Exception) -> None:
        _show(title, 'Something went wrong. Please try again; what went wrong is in the log of the server.')

    app.add_exception_handler(404, show_not_found)
    app.on_page_exception(show_failure)


def _show(title: str, sentence: str) -> None:
    ReloadLimit()
    with ui.element().classes('login'), ui.element('main').classes('panel'):
        ui.label(title).props('role=heading aria-level=1').classes('title')
        ui.label(sentence).props('role=alert')
        ui.link('Go to the messenger', '/').classes('way-back')
