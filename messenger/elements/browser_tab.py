"""What a tab of the browser does by itself."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Literal

from nicegui import events, ui

Theme = Literal['auto', 'light', 'dark']
Notify = Literal['off', 'mentions', 'all']
Permission = Literal['granted', 'denied', 'default', 'insecure']
THEMES = ('auto', 'light', 'dark')
MINUTES_OF_A_DAY = 24 * 60
NOTIFY = ('off', 'mentions', 'all')


@dataclass
class Preferences:
    """What a user has chosen in this browser: which messages are announced while nobody looks, and how."""

    theme: Theme = 'auto'
    notify: Notify = 'off'
    sound: bool = False


class BrowserTab(ui.element, component='browser_tab.js', dependencies=['reload_limit.js']):
    """Keeps preferences in the browser, announces messages, counts them in the title, and tells when it is closed.

    Its attributes are those of the browser as soon as it has loaded: ``preferences``; ``utc_offset``, what
    its clock shows more than UTC; and ``has_unsent``, whether something written in this tab has not been sent.
    """

    def __init__(
        self,
        *,
        news_icon: str,
        on_load: Callable[[], Any],
        on_leave: Callable[[], Any],
        on_away: Callable[[bool], Any],
    ) -> None:
        """
        :param news_icon: address of the icon that shows that something is new
        :param on_load: called when the attributes are those of the browser
        :param on_leave: called when the page is closed, reloaded or left
        :param on_away: called with True when the page has been hidden for a while, with False when it is looked at
        """
        super().__init__()
        self.preferences = Preferences()
        self.utc_offset = timedelta()
        self.has_unsent = False
        self.props['news-icon'] = news_icon
        self.on('loaded', lambda e: self._load(e, on_load))
        self.on('leave', on_leave, args=[])
        self.on('away', lambda e: on_away(e.args is True))

    def save(self) -> None:
        """Keep the preferences in the browser, and apply them."""
        self.run_method('save', asdict(self.preferences))

    async def may_notify(self) -> Permission:
        """Ask the browser, which asks its user, whether this page may show notifications."""
        permission: Permission = await self.run_method('askPermission', timeout=60)
        return permission

    async def why_reloaded(self) -> str | None:
        """Return why this page replaces an earlier one of the same address in the same tab, None if it does not.

        :return: 'restart' if the server of that page was gone, 'reload' if its user has loaded it again
        """
        with suppress(TimeoutError):  # the page may be gone already
            reason = await self.run_method('whyReloaded', timeout=10)
            return reason if reason in ('reload', 'restart') else None
        return None

    def leave_for(self, path: str) -> None:
        """Load another page."""
        self.run_method('keepHistory', path)
        ui.navigate.to(path)

    def enter(self, path: str) -> None:
        """Show a path in the address bar, and keep what follows the ``#``."""
        self.run_method('enter', path)

    def prefill_name(self, field: ui.input) -> None:
        """Have the browser fill in the name that was last used in this tab; call it before the page is sent."""
        self.props['name-input'] = field.id

    def remember_name(self, name: str) -> None:
        """Have the tab know a name after it has been loaded again."""
        self.run_method('rememberName', name)

    def _load(self, arguments: events.GenericEventArguments, on_load: Callable[[], Any]) -> None:
        match arguments.args:
            case [dict(preferences), int(minutes), bool(has_unsent)] if abs(minutes) < MINUTES_OF_A_DAY:
                self.preferences, self.has_unsent = _preferences(preferences), has_unsent
                self.utc_offset = timedelta(minutes=minutes)
                on_load()


def close_on_back(element: ui.element) -> None:
    """Have the browser's *Back* close a dialog, a menu or a drawer, and leave the page only when nothing is open."""
    for event in ('before-show', 'before-hide'):
        message = f"new CustomEvent('messenger:{event}', {{detail: {element.id}}})"
        element.on(event, js_handler=f'() => dispatchEvent({message})')


def _preferences(data: dict[str, Any]) -> Preferences:
    match data:
        case {'theme': theme, 'notify': notify, 'sound': bool(sound)} if theme in THEMES and notify in NOTIFY:
            return Preferences(theme, notify, sound)
    return Preferences()
