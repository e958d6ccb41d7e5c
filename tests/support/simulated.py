"""NiceGUI's simulated user in front of our screens."""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from messenger.elements.message_list import MessageList

OpenChat = Callable[[str], Awaitable[User]]


async def log_in(user: User, name: str, password: str = '123') -> None:
    user.find('Name').clear().type(name)
    user.find('Password').clear().type(password)
    await submit(user)


async def submit(user: User) -> None:
    """What a browser does when Enter or the button is pressed in a form, until that is answered."""
    assert user.client
    start_to_submit(user)
    async with asyncio.timeout(5):
        while not (is_in(user) or any(label.text for label in _refusals(user))):
            await asyncio.sleep(0.001)


def start_to_submit(user: User) -> None:
    assert user.client
    for label in _refusals(user):
        label.text = ''
    forms = {element for element in user.client.elements.values() if element.tag == 'form'}
    UserInteraction(user, forms, None).trigger('submit.prevent')


def _refusals(user: User) -> list[ui.label]:
    assert user.client
    labels = [element for element in user.client.elements.values() if isinstance(element, ui.label)]
    return [label for label in labels if label.props.get('role') == 'alert']


def is_in(user: User) -> bool:
    assert user.client
    return any(isinstance(element, MessageList) for element in user.client.elements.values())


def count(user: User) -> int:
    assert user.client
    return len(user.client.elements)


def choose(user: User, label: str) -> None:
    """Open the menu and click on an item, which closes it."""
    user.find(kind=ui.button, content='more_vert').click()
    menu = user.find(ui.menu)
    UserInteraction(user, {item for item in user.find(ui.menu_item).elements if label in str(item)}, None).click()
    menu.trigger('hide')


def close(user: User) -> None:
    """Close the open dialog by its button, and tell that it is gone from the screen, as a browser does."""
    hide(user, lambda: user.find(kind=ui.button, content='close').click())


def hide(user: User, act: Callable[[], object]) -> None:
    """Do what closes the open dialog, and tell that it is gone from the screen, as a browser does."""
    dialog = user.find(ui.dialog)
    act()
    dialog.trigger('hide')
