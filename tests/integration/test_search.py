"""The search in the header, as NiceGUI's simulated user sees it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User

from messenger.elements.search_field import SearchField
from messenger.elements.search_results import SearchResults
from messenger.storage import Store
from messenger.storage.commands import PostMessage
from tests.support.simulated import OpenChat, count

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
async def told(store: Store) -> None:
    for number in range(31):
        await store.apply(PostMessage('Zoë', 'zoë', f'{number}', f'<b>kettle</b> {number}', NOON))


def write(person: User, words: Any) -> None:
    """Have the field send what is written into it."""
    person.find(SearchField).trigger('search', words)


async def close_search(person: User) -> None:
    dialog = person.find(ui.dialog)
    for event in ('beforeHide', 'hide'):
        dialog.trigger(event)
    await asyncio.sleep(0)


async def test_the_panel_opens_with_the_box_and_is_gone_when_closed(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    before = count(ann)

    for _ in range(2):
        write(ann, '')
        await ann.should_see('Type at least two characters.')
        await close_search(ann)
        await ann.should_not_see('Type at least two characters.')

    assert count(ann) == before


@pytest.mark.usefixtures('told')
async def test_results_are_escaped_and_those_of_the_last_question(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    write(ann, '')
    await ann.should_see('Type at least two characters.')

    for words in ('kettle', 'kettle 17'):
        write(ann, words)
    await ann.should_see('1 message found.', retries=20)

    (results,) = ann.find(SearchResults).elements
    assert isinstance(results, ui.html)
    assert '&lt;b&gt;<mark>kettle</mark>&lt;/b&gt; <mark>17</mark>' in results.content
    assert '<b>' not in results.content


@pytest.mark.usefixtures('told')
async def test_more_messages_are_shown_below(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    write(ann, '')
    write(ann, 'kettle')
    await ann.should_see('The newest 30 messages.', retries=20)

    ann.find('Earlier messages').click()

    await ann.should_see('31 messages found.', retries=20)
    await ann.should_not_see('Earlier messages')
    assert len(ann.find(SearchResults).elements) == 2


@pytest.mark.parametrize('wrong', [7, 'x', ['x', True], [1], [1, 2], {'id': 1}, None])
@pytest.mark.usefixtures('told')
async def test_a_forged_choice_does_nothing(wrong: Any, open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    write(ann, '')
    write(ann, 'kettle 30')
    await ann.should_see('1 message found.', retries=20)

    ann.find(SearchResults).trigger('click', wrong)

    await ann.should_see('1 message found.')


@pytest.mark.parametrize('forged', ['a ' * 50_000, ['kettle'], {'a': 1}, 'half \ud800', '\0\0', None])
@pytest.mark.usefixtures('told')
async def test_the_search_survives_what_a_page_sends(forged: Any, open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    write(ann, '')

    write(ann, forged)
    await asyncio.sleep(0.05)
    write(ann, 'kettle 30')

    await ann.should_see('1 message found.', retries=20)


async def test_who_searches_too_often_is_told_to_wait(open_chat: OpenChat) -> None:
    ann = await open_chat('Ann')
    write(ann, '')
    await ann.should_see('Type at least two characters.')

    for number in range(60):
        write(ann, f'kettle {number}')
        await asyncio.sleep(0.01)

    await ann.should_see('That was too much at once. Please wait 1 second.', retries=20)
