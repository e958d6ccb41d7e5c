"""What opens over the chat. Each dialog is made when it is opened and deleted when it is closed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from nicegui import ui

from messenger import compat, markdown
from messenger.elements.browser_tab import BrowserTab, close_on_back
from messenger.elements.definition_list import DefinitionList
from messenger.elements.qr_code import QrCode
from messenger.pages.invitation import reachable_address

KEYS = {
    'Enter': 'send the message',
    'Shift + Enter': 'begin a new line',
    '↑ in an empty box': 'edit your last message',
    '@': 'mention somebody, or @all',
    ':': 'find an emoji by its name',
    'Escape': 'give up a reply or an edit; go back to the box',
    'PageUp in an empty box': 'scroll the messages; also PageDown, Home, End',
    '↑ ↓ in the messages': 'go from message to message',
    'Enter on a message': 'react, reply, edit, delete',
    'End': 'go to the newest message',
    'Ctrl + K': 'go to another room',
    '/': 'search the messages; also Ctrl + F, a second one is the browser’s own',
    '?': 'show this help',
}
FORMATS = ('**bold**', '*italic*', '~~strike~~', '`code`', ':tada:')  # shown beside what becomes of them
MORE_FORMATS = {
    '> quote': 'a quote',
    '- item': 'a list',
    '```python': 'code, until ```; Enter begins a new line',
}
POPULAR_EMOJI = (
    *('👍', '👎', '❤️', '😂', '😊', '😍', '🤔', '😮', '😢', '😡', '🎉', '🙏', '👏', '💪', '🔥', '✨'),
    *('✅', '❌', '❓', '❗', '👀', '💡', '🚀', '☕', '🍰', '🌞', '🐛', '💯', '🤝', '👋', '🙌', '😴'),
)


@contextmanager
def open_dialog(
    title: str, *, role: str = 'dialog', closable: bool = True, position: str = 'standard'
) -> Iterator[ui.dialog]:
    """Open a dialog with a title, which is deleted as soon as it has been closed.

    :param role: its role for screen readers
    :param closable: whether it has a button that only closes it
    :param position: where Quasar places it
    """
    # not where the click came from: what is opened in a menu would be deleted with the menu
    with ui.context.client, ui.element() as place, ui.dialog(value=True) as dialog, ui.card().classes('dialog'):
        dialog.props(f'role={role} aria-label="{title}" position={position}')
        close_on_back(dialog)
        dialog.on('hide', lambda: compat.delete(dialog, place), args=[])  # both by one: it is the last that is heard
        with ui.element('div').classes('dialog-header'):
            ui.label(title).props('role=heading aria-level=2').classes('title')
            if closable:
                ui.button(icon='close', on_click=dialog.close, color=None).props('flat round aria-label=Close')
        yield dialog


@contextmanager
def open_menu(button: ui.button) -> Iterator[ui.menu]:
    """Open a menu at a button, which is deleted as soon as it has been closed."""
    with button.client.layout, ui.menu(value=True) as menu:
        menu.props(f'target="#{button.html_id}" no-parent-event auto-close role=navigation aria-label=Menu')
        menu.on('hide', lambda: compat.delete(menu), args=[])
        close_on_back(menu)
        yield menu


def show_help() -> None:
    """Show the keys and how to format text."""
    with open_dialog('Help'):
        ui.label('Keys').props('role=heading aria-level=3').classes('heading')
        DefinitionList(KEYS, tag='kbd')
        ui.label('Formatting').props('role=heading aria-level=3').classes('heading')
        DefinitionList({sample: markdown.render(sample) for sample in FORMATS} | MORE_FORMATS, tag='code')


def show_invitation(address: str) -> None:
    """Show how others get here.

    :param address: by which this page was opened
    """
    address = reachable_address(address)
    with open_dialog('Invite others'):
        ui.label('Open this address, or point a phone’s camera at the code. The password is not part of it.')
        ui.link(address, address, new_tab=True)
        QrCode(address)


def show_preferences(tab: BrowserTab) -> None:
    """Let a user choose what this browser keeps."""
    preferences = tab.preferences

    async def ask_permission() -> None:
        if preferences.notify != 'off':
            permission = await tab.may_notify()
            denied.visible, insecure.visible = permission in ('denied', 'default'), permission == 'insecure'
            if permission != 'granted':
                notify.value = 'off'  # which calls this again, and leaves the reason on the screen
        tab.save()

    with open_dialog('Settings'):
        ui.label('Appearance').classes('heading')
        ui.radio({'auto': 'Automatic', 'light': 'Light', 'dark': 'Dark'}, on_change=tab.save).bind_value(
            preferences, 'theme'
        ).props('inline aria-label=Appearance')
        ui.label('Notifications').classes('heading')
        notify = (
            ui.radio({'off': 'None', 'mentions': 'Mentions of me', 'all': 'All messages'}, on_change=ask_permission)
            .bind_value(preferences, 'notify')
            .props('inline aria-label=Notifications')
        )
        insecure = ui.label('This page cannot show notifications: browsers allow them with HTTPS only.')
        denied = (
            ui.label(
                'This browser does not allow notifications. Allow them for this page in the settings of the browser.'
            )
            .props('role=alert')
            .classes('refusal')
        )
        denied.visible = insecure.visible = False
        ui.checkbox('Play a sound', on_change=tab.save).bind_value(preferences, 'sound')


def show_picture(address: str, name: str) -> None:
    """Show a picture as large as there is room."""
    with open_dialog('Picture'):
        ui.element('img').classes('large-picture').props.update(src=address, alt=name)
        ui.link(name, address, new_tab=True).props('dir=auto')


async def ask_to_delete() -> bool:
    """Ask whether a message shall be deleted."""
    sentence = 'Everybody will see “message deleted” in its place.'
    return await _ask('Delete this message?', sentence, no='Keep it', yes='Delete')


async def ask_to_archive(name: str) -> bool:
    """Ask whether a room shall be closed."""
    sentence = 'Nobody can write in it until somebody brings it back. What was said stays, and can be searched.'
    return await _ask(f'Archive {name}?', sentence, no='Keep it open', yes='Archive')


async def ask_to_log_out() -> bool:
    """Ask whether to log out although something has not been sent."""
    sentence = 'What you wrote last has not been sent. It waits in this browser until you log in with the same name.'
    return await _ask('Log out now?', sentence, no='Stay', yes='Log out')


async def _ask(question: str, sentence: str, *, no: str, yes: str) -> bool:
    with open_dialog(question, role='alertdialog', closable=False) as dialog:
        ui.label(sentence)
        with ui.element('div').classes('dialog-actions'):
            ui.button(no, on_click=dialog.close, color=None).props('flat no-caps autofocus')
            ui.button(yes, on_click=lambda: dialog.submit(True)).props('unelevated no-caps')
    return bool(await dialog)


async def pick_emoji(title: str, find: Callable[[str], Sequence[tuple[str, str]]]) -> str | None:
    """Let a user choose any emoji; return it, or None if the dialog was closed.

    :param title: what it is chosen for
    :param find: return the emoji that some words may mean, with their names
    """
    with open_dialog(title) as dialog:

        @ui.refreshable
        def show_found(words: str = '') -> None:
            found = find(words) if words.strip() else [(emoji, emoji) for emoji in POPULAR_EMOJI]
            with ui.element('div').classes('emoji').props('role=group aria-label=Emoji'):
                for emoji, name in found:
                    ui.button(emoji, on_click=lambda emoji=emoji: dialog.submit(emoji), color=None).props('flat').props[
                        'aria-label'
                    ] = name
                if not found:
                    ui.label('No emoji has such a name.')

        ui.input('Search, or type one', on_change=lambda change: show_found.refresh(str(change.value or ''))).props(
            'outlined dense autofocus debounce=200 maxlength=40 type=search autocomplete=off'
        )
        show_found()
    emoji: str | None = await dialog
    return emoji
