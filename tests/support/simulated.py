"""NiceGUI's simulated user in front of our screens."""

from collections.abc import Awaitable, Callable

from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from messenger.elements.message_list import MessageList

OpenChat = Callable[[str], Awaitable[User]]


def log_in(user: User, name: str, password: str = '123') -> None:
    user.find('Name').clear().type(name)
    user.find('Password').clear().type(password)
    submit(user)


def submit(user: User) -> None:
    """What a browser does when Enter or the button is pressed in a form."""
    assert user.client
    forms = {element for element in user.client.elements.values() if element.tag == 'form'}
    UserInteraction(user, forms, None).trigger('submit.prevent')


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
