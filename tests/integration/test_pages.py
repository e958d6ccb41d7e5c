"""The screens as NiceGUI's simulated user sees them: the login and the chat."""

import asyncio
import re
from typing import Any

import pytest
from nicegui import Client, ui
from nicegui.testing import User

from messenger.elements.browser_tab import BrowserTab, Preferences
from messenger.elements.message_list import MessageList
from messenger.elements.post_queue import PostQueue
from messenger.elements.user_list import UserCount, UserList
from messenger.storage import Store
from tests.support.postgres import both_engines
from tests.support.simulated import OpenChat, count, is_in, log_in, start_to_submit, submit

pytestmark = both_engines
NOT_AN_ID: list[Any] = ['1', None, 1.0, True, [1], {'id': 1}]
NOT_PREFERENCES: list[Any] = [
    *(7, 'x', ['x'], {'theme': 'dark'}, [7, True], [{'theme': 'dark'}, True]),
    *([{'theme': '<b>', 'notify': 'all', 'sound': True}, 0, False], [{'theme': 'dark'}, '0', True]),
    [{'theme': 'dark', 'notify': 'all', 'sound': True}, 10**9, True],
]
WRONG_PASSWORD = 'That is not the password. Please try again.'


# --- the login screen


async def test_login_screen_asks_for_a_name_and_the_password(user: User) -> None:
    await user.open('/')

    for text in ('Simple Messenger', 'Name', 'Password', 'Log in', 'Type any name and the shared password.'):
        await user.should_see(text)
    assert not is_in(user)


async def test_chat_without_a_session_is_the_login_screen(user: User) -> None:
    user.javascript_rules[re.compile('.*whyReloaded.*')] = lambda _: None

    await user.open('/chat')

    await user.should_see('Log in')
    await user.should_not_see('The server was restarted')
    assert not is_in(user)


@pytest.mark.parametrize(
    ('reason', 'sentence'),
    [('restart', 'The server was restarted, which logs everybody out.'), ('reload', 'Reloading or leaving the page')],
)
async def test_tab_that_was_in_the_chat_of_another_server_is_told(user: User, reason: str, sentence: str) -> None:
    user.javascript_rules[re.compile('.*whyReloaded.*')] = lambda _: reason

    await user.open('/chat')

    await user.should_see(sentence)


async def test_login_does_not_wait_for_what_the_browser_says(user: User, caplog: pytest.LogCaptureFixture) -> None:
    def answer(_: re.Match[str]) -> str:
        user.find('Name').type('Ann')
        user.find('Password').type('123')
        start_to_submit(user)
        return 'restart'

    user.javascript_rules[re.compile('.*whyReloaded.*')] = answer
    await user.open('/chat')

    await user.should_see('Log out')
    for _ in range(10):  # until what waited for the answer has gone on
        await asyncio.sleep(0)
    assert caplog.messages == []


async def test_right_password_shows_the_chat(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')

    await ann.should_see('Log out')
    await ann.should_not_see('Password')
    assert is_in(ann)


@pytest.mark.parametrize(
    ('name', 'password', 'sentence'),
    [
        ('Ann', 'wrong', WRONG_PASSWORD),
        ('Ann', '', WRONG_PASSWORD),
        ('', '123', 'Please type your name.'),
        ('   ', '123', 'Please type your name.'),
        ('x' * 33, '123', 'A name can have at most 32 characters; this one has 33.'),
        ('A\u202enn', '123', 'A name cannot have control or invisible characters. Please type it again.'),
    ],
)
async def test_refusal_is_a_sentence_and_keeps_what_was_typed(
    name: str, password: str, sentence: str, user: User
) -> None:
    await user.open('/')
    await log_in(user, name, password)

    await user.should_see(sentence)
    assert [box.value for box in sorted(user.find(ui.input).elements, key=lambda box: box.id)] == [name, password]
    assert not is_in(user)


async def test_refusal_goes_when_the_next_attempt_succeeds(user: User) -> None:
    await user.open('/')
    await log_in(user, 'Ann', 'wrong')
    await user.should_see(WRONG_PASSWORD)

    await log_in(user, 'Ann')

    await user.should_not_see(WRONG_PASSWORD)
    assert is_in(user)


async def test_name_in_use_is_refused_until_it_is_free(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    other = await open_chat('aNN')
    await other.should_see('Ann is already here. Please choose another name.')

    assert ann.client
    ann.client.delete()
    await submit(other)

    assert is_in(other)


async def test_logging_out_leads_back_to_the_login_screen(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    ann.javascript_rules[re.compile('.*hasUnsent.*')] = lambda _: False

    ann.find('Log out').click()

    await ann.should_see('You have logged out.')
    await ann.should_see('Log in')


async def test_leaving_clears_the_storage_and_forgets_the_page(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    client = ann.client
    assert client
    assert client.storage['session'].name == 'Ann'

    client.delete()

    assert client.storage == {}
    assert client.id not in Client.instances


# --- the chat


async def test_chat_has_header_menu_people_and_a_place_to_write(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')

    for text in ('Simple Messenger', 'Log out', 'Who is here', 'send'):
        await ann.should_see(text)
    for kind in (ui.header, ui.right_drawer, UserCount, UserList, MessageList, ui.textarea):
        await ann.should_see(kind)


async def test_composer_shows_what_is_replied_to_until_cancelled(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    await ann.should_not_see('Cancel')

    ann.find(PostQueue).trigger('context', 'reply')
    ann.find(MessageList).trigger('reply', {'author': 'Ben', 'line': 'Tea?'})
    await ann.should_see('Replying to Ben: Tea?')
    ann.find('Cancel').click()
    ann.find(PostQueue).trigger('context', '')  # as the browser says then

    await ann.should_not_see('Replying to')
    await ann.should_not_see('Cancel')


async def test_composer_shows_that_a_message_is_edited(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    before = count(ann)

    ann.find(PostQueue).trigger('context', 'edit')
    await ann.should_see('Editing your message')
    await ann.should_see('check')
    ann.find(ui.textarea).trigger('keydown.escape')
    ann.find(PostQueue).trigger('context', '')

    await ann.should_not_see('Editing your message')
    await ann.should_see('send')
    assert count(ann) == before


async def test_others_messages_cannot_be_edited(told: Store, open_chat: OpenChat) -> None:
    ben = await open_chat('Ben')

    ben.find(MessageList).trigger('edit', 1)

    await ben.should_see('Only your own messages can be changed.')
    await ben.should_not_see('Editing your message')


async def test_forged_arguments_of_elements_do_nothing(told: Store, open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    before = count(ann)

    for event in ('edit', 'delete', 'pick'):
        for wrong in NOT_AN_ID:
            ann.find(MessageList).trigger(event, wrong)
    for wrong in NOT_PREFERENCES:
        ann.find(BrowserTab).trigger('loaded', wrong)
    assert count(ann) == before
    ann.find(MessageList).trigger('reply', 7)

    await ann.should_see('Replying to')
    assert ann.find(BrowserTab).elements.pop().preferences == Preferences()
