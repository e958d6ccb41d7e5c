"""What a finger can do with a message: a sheet at the lower edge of the screen, in words."""

from collections.abc import Sequence

from nicegui import ui

from messenger.elements.message_list import MessageList
from messenger.pages.dialogs import open_dialog

ACTIONS = {
    'pick': ('add_reaction', 'React with another emoji'),
    'reply': ('reply', 'Reply'),
    'copy_text': ('content_copy', 'Copy text'),
    'copy_link': ('link', 'Copy link'),
}
OWN_ACTIONS = {'edit': ('edit', 'Edit'), 'delete': ('delete', 'Delete')}


async def choose_action(messages: MessageList, message_id: int, *, own: bool, reactions: Sequence[str]) -> str | None:
    """Let a user choose what to do with a message.

    What only the browser can do is done by then.

    :param own: whether it is offered to change the message
    :param reactions: the emoji that are one tap away
    :return: an emoji to react with, ``pick``, ``reply``, ``edit``, ``delete``, or None if there is nothing to do
    """
    with open_dialog('Message', position='bottom') as dialog:

        def add_button(action: str, label: str, *, icon: str | None = None) -> ui.button:
            button = ui.button(label, icon=icon, on_click=lambda: dialog.submit(action), color=None)
            return button.props('flat no-caps')

        with ui.row().classes('sheet-emoji').props('role=group aria-label=React'):
            for emoji in reactions:
                add_button(emoji, emoji).props(f'aria-label="React with {emoji}"')
        for action, (icon, label) in (ACTIONS | (OWN_ACTIONS if own else {})).items():
            button = add_button(action, label, icon=icon).props('align=left').classes('sheet-action')
            if action.startswith('copy'):
                messages.copy_on_click(button, message_id, link=action == 'copy_link')
    chosen: str | None = await dialog
    if chosen and chosen.startswith('copy'):
        ui.notify('Copied')
        return None
    return chosen
