"""The login screen."""

from collections.abc import Awaitable, Callable

from nicegui import app, events, ui

from auth import LoginError
from messenger import compat
from messenger.elements.browser_tab import BrowserTab

NOTICES: dict[str | None, str] = {
    'restart': 'The server was restarted, which logs everybody out. Please log in again; the messages are still here.',
    'lost': 'The connection was lost for too long. Please log in again; the messages are still here.',
    'reload': 'Reloading or leaving the page logs out. Please log in again.',
    'logout': 'You have logged out.',
    'taken': 'Somebody logged in with your name while your connection was lost, so you have been logged out.',
}
UNSENT = 'Your unsent message is waiting. It is sent when you log in with the same name.'


class LoginPage:
    """Asks for a name and the shared password."""

    def __init__(self, title: str, tab: BrowserTab, log_in: Callable[[str, str], Awaitable[None]]) -> None:
        """
        :param tab: knows how the browser came here
        :param log_in: called with the name and the password; raises `LoginError` with a sentence for the user
        """
        self._tab = tab
        self._log_in = log_in
        self._reason: str | None = None
        self._is_asking = False
        with ui.element().classes('login') as self._screen, ui.element('form') as form:
            # what the form holds, since NiceGUI keeps no order of events until it is connected, and a password manager
            # may tell nobody what it has filled in
            form.on(
                'submit.prevent',
                self._submit,
                js_handler='(event) => emit(Object.fromEntries(new FormData(event.target)))',
            )
            ui.label(title).props('role=heading aria-level=1').classes('title')
            self._notice = ui.label().classes('notice').props('role=status')
            ui.label('Type any name and the shared password.').classes('hint')
            self._name = ui.input('Name').props('outlined autofocus name=username autocomplete=username maxlength=100')
            tab.prefill_name(self._name)
            self._password = ui.input('Password', password=True).props(
                'outlined name=password autocomplete=current-password'
            )
            self._refusal = ui.label().classes('refusal').props('role=alert')
            for field in (self._name, self._password):
                field.props(f'aria-describedby={self._refusal.html_id}')
            ui.button('Log in').props('type=submit unelevated no-caps')

    def show_unsent(self) -> None:
        """Tell whether something is waiting to be sent."""
        self._show_notice()

    async def explain(self) -> None:
        """Tell why this tab is at the login screen, unless it is there for the first time."""
        self._reason = app.storage.tab.pop('reason', None)
        is_chat = ui.context.client.request.url.path.startswith('/chat')
        if self._reason is None and is_chat:  # the tab was in the chat of a server that this one does not know
            self._reason = await self._tab.why_reloaded()
        if not self._screen.is_deleted:  # nobody waits for the browser's answer before logging in
            self._show_notice()

    def _show_notice(self) -> None:
        sentences = [NOTICES.get(self._reason), UNSENT if self._tab.has_unsent else None]
        self._notice.text = ' '.join(filter(None, sentences))

    def delete(self) -> None:
        """Take the screen away."""
        compat.delete(self._screen)

    async def _submit(self, event: events.GenericEventArguments) -> None:
        if self._screen.is_deleted or self._is_asking:
            return
        form = event.args if isinstance(event.args, dict) else {}
        name, password = form.get('username', self._name.value), form.get('password', self._password.value)
        self._refusal.text = ''
        self._is_asking = True
        try:
            await self._log_in(_text(name), _text(password))
        except LoginError as error:
            self._refusal.text = str(error)
        finally:
            self._is_asking = False


def _text(value: object) -> str:
    """Return what is in a field, which a hostile page can fill with anything."""
    return value if isinstance(value, str) else ''
