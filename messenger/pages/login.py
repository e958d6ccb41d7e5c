"""The login screen."""

from collections.abc import Awaitable, Callable

from nicegui import events, ui
from nicegui.elements.mixins.text_element import TextElement

from auth import LoginError

NOTICES = {
    'restart': 'The server was restarted, which logs everybody out. Please log in again; the messages are still here.',
    'lost': 'The connection was lost for too long. Please log in again; the messages are still here.',
    'reload': 'Reloading or leaving the page logs out. Please log in again.',
    'logout': 'You have logged out.',
    'taken': 'Somebody logged in with your name while your connection was lost, so you have been logged out.',
}


class Login:
    """Asks for a name and the shared password; ``enter(name, password)`` lets in or raises `LoginError`."""

    def __init__(self, title: str, enter: Callable[[str, str], Awaitable[None]]) -> None:
        self._enter = enter
        with ui.element('div').classes('login'), ui.element('form').on('submit.prevent', self._submit, args=[]):
            TextElement(tag='h1', text=title)
            self._notice = TextElement(tag='div', text='').classes('notice').props('role=status')
            TextElement(tag='p', text='Type any name and the shared password.').classes('hint')
            self._name = ui.input('Name').props('outlined autofocus name=username autocomplete=username maxlength=100')
            self._password = ui.input('Password', password=True).props(
                'outlined name=password autocomplete=current-password'
            )
            self._complaint = ui.element('div').classes('complaint').props('role=alert')
            TextElement(tag='button', text='Log in').classes('primary').props('type=submit')

    def say_why(self, reason: str | None) -> None:
        """Tell why this browser is at the login screen; ``reason`` is one of `NOTICES`."""
        self._notice.set_text(NOTICES.get(reason or '', ''))

    async def _submit(self, _: events.GenericEventArguments) -> None:
        try:
            await self._enter(self._name.value or '', self._password.value or '')
        except LoginError as error:
            self._complaint.clear()
            with self._complaint:
                ui.label(str(error))
