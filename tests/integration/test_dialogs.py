"""What opens over the chat, as NiceGUI's simulated user sees it. All of it is gone when it has been closed."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
from nicegui import ui

from messenger.elements.browser_tab import BrowserTab, Preferences
from messenger.elements.message_list import MessageList
from messenger.storage import Store
from models import MessageView
from tests.support.simulated import OpenChat, choose, close, count, hide


async def test_menu_offers_three_things_and_is_gone_when_closed(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    before = count(ann)

    for _ in range(2):
        ann.find(kind=ui.button, content='more_vert').click()
        for text in ('Invite others', 'Settings', 'Help'):
            await ann.should_see(text)
        ann.find(ui.menu).trigger('hide')
        await ann.should_not_see(ui.menu)

    assert count(ann) == before


@pytest.mark.parametrize(
    ('item', 'words'),
    [
        ('Help', ['send the message', '**bold**', 'go to the newest message']),
        ('Settings', ['Appearance', 'Mentions of me', 'Play a sound']),
        ('Invite others', ['The password is not part of it.', 'http://test/']),
    ],
)
async def test_dialog_opens_from_the_menu_and_is_gone_when_closed(
    item: str, words: list[str], open_chat: OpenChat
) -> None:
    ann = await open_chat('Ann')
    before = count(ann)
    for _ in range(2):
        choose(ann, item)
        for word in words:
            await ann.should_see(word)
        assert count(ann) > before

        close(ann)

        await ann.should_not_see(words[0])
        assert count(ann) == before


async def test_deletion_asks_first_and_then_deletes(told: Store, open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    before = count(ann)

    ann.find(MessageList).trigger('delete', 1)
    await ann.should_see('Delete this message?')
    hide(ann, ann.find('Keep it').click)
    await ann.should_not_see('Delete this message?')
    assert not (await message(told)).deleted

    ann.find(MessageList).trigger('delete', 1)
    await ann.should_see('Delete this message?')
    hide(ann, ann.find(kind=ui.button, content='Delete').click)
    await ann.should_not_see('Delete this message?')

    await until(told, lambda message: message.deleted)
    assert count(ann) == before


async def test_deletion_of_others_messages_is_refused(told: Store, open_chat: OpenChat) -> None:
    ben = await open_chat('Ben')

    ben.find(MessageList).trigger('delete', 1)
    await ben.should_see('Delete this message?')
    ben.find(kind=ui.button, content='Delete').click()

    await ben.should_see('That message cannot be changed: it is deleted, or not yours.', retries=20)
    assert not (await message(told)).deleted


async def test_emoji_are_found_by_name_and_chosen(told: Store, open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    before = count(ann)

    ann.find(MessageList).trigger('pick', 1)
    await ann.should_see('👍')
    ann.find('Search, or type one').type('rocket')
    await ann.should_see('🚀')
    await ann.should_not_see('👍')
    hide(ann, ann.find(kind=ui.button, content='🚀').click)

    await ann.should_not_see('🚀')
    assert count(ann) == before


async def test_emoji_that_nobody_knows_are_not_found(told: Store, open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    before = count(ann)

    ann.find(MessageList).trigger('pick', 1)
    await ann.should_see('👍')
    ann.find('Search, or type one').type('qqqqq')
    await ann.should_see('No emoji has such a name.')
    close(ann)

    await ann.should_not_see('No emoji has such a name.')
    assert count(ann) == before
    assert (await message(told)).reactions == ()


@pytest.mark.parametrize('forged', ['a ' * 50_000, ['rocket'], {'a': 1}])
async def test_search_for_emoji_survives_what_a_page_sends(forged: Any, told: Store, open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    ann.find(MessageList).trigger('pick', 1)
    await ann.should_see('👍')

    (search,) = ann.find('Search, or type one').elements
    assert isinstance(search, ui.input)
    search.set_value(forged)

    await ann.should_see('No emoji has such a name.')


async def test_preferences_of_the_browser_are_shown_and_changed(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    tab = ann.find(BrowserTab)
    tab.trigger('loaded', [{'theme': 'dark', 'notify': 'off', 'sound': False}, 60, False])

    choose(ann, 'Settings')
    await ann.should_see('Appearance')
    assert 'dark' in [radio.value for radio in ann.find(ui.radio).elements]
    ann.find('Light').click()
    ann.find('Play a sound').click()

    assert tab.elements.pop().preferences == Preferences(theme='light', notify='off', sound=True)


@pytest.mark.parametrize(
    ('answer', 'sentence', 'chosen'),
    [
        ('granted', None, 'all'),
        ('denied', 'This browser does not allow notifications.', 'off'),
        ('default', 'This browser does not allow notifications.', 'off'),
        ('insecure', 'This page cannot show notifications', 'off'),
    ],
)
async def test_notifications_are_chosen_only_if_the_browser_allows_them(
    answer: str, sentence: str | None, chosen: str, open_chat: OpenChat
) -> None:
    ann = await open_chat('Ann')
    ann.javascript_rules[re.compile('.*askPermission.*')] = lambda _: answer

    choose(ann, 'Settings')
    await ann.should_see('All messages')
    ann.find('All messages').click()

    if sentence:
        await ann.should_see(sentence, retries=20)
    else:
        await ann.should_not_see('notifications:')
    assert ann.find(BrowserTab).elements.pop().preferences.notify == chosen


async def message(store: Store) -> MessageView:
    found = await store.get(1)
    assert found
    return found


async def until(store: Store, condition: Callable[[MessageView], bool]) -> None:
    """Wait until something is true of the first message."""
    async with asyncio.timeout(10):
        while not condition(await message(store)):
            await asyncio.sleep(0.01)
