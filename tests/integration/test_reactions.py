"""Who reacted with what: listed up to a number, counted up to another."""

import asyncio
from datetime import UTC, datetime

from messenger.storage import Store, TooManyReactionsError
from messenger.storage.commands import PostMessage, SetReaction
from models import MessageView, Reaction
from tests.support.postgres import both_engines

pytestmark = both_engines


def message(text: str) -> PostMessage:
    return PostMessage('Ann', 'ann', text, text, datetime.now(UTC))


async def react(
    store: Store, message_id: int, people: range, emoji: str = '👍', *, on: bool = True
) -> list[MessageView | BaseException]:
    """Have many people react at once."""
    commands = [SetReaction(message_id, emoji, f'{number}', f'{number}', on) for number in people]
    return await asyncio.gather(*map(store.apply, commands), return_exceptions=True)


async def test_many_react_at_once_and_each_counts(store: Store) -> None:
    posted = await store.apply(message('cake'))

    await react(store, posted.id, range(50))

    everybody = tuple(f'{number}' for number in range(50))
    found = await store.get(posted.id)
    assert found
    assert found.reactions == (Reaction('👍', everybody, everybody),)


async def test_fifty_people_are_listed_and_all_are_counted(store: Store) -> None:
    posted = await store.apply(message('cake'))

    await react(store, posted.id, range(120))

    found = await store.get(posted.id)
    assert found
    assert len(found.reactions[0].author_ids) == 120
    assert found.reactions[0].authors == tuple(f'{number}' for number in range(50))


async def test_a_message_has_at_most_500_reactions(store: Store) -> None:
    posted = await store.apply(message('cake'))

    results = await react(store, posted.id, range(600))

    assert [isinstance(result, TooManyReactionsError) for result in results] == [False] * 500 + [True] * 100
    assert not isinstance((await react(store, posted.id, range(1), on=False))[0], BaseException)
    assert not isinstance((await react(store, posted.id, range(600, 601)))[0], BaseException)


async def test_reactions_of_each_message_are_read_in_their_order(store: Store) -> None:
    posted = [await store.apply(message(text)) for text in ('cake', 'tea', 'milk')]
    for number, emoji, on in ((1, '🍰', True), (0, '👍', True), (1, '👍', True), (1, '🍰', False)):
        await react(store, posted[number].id, range(2), emoji, on=on)

    found = (await store.newest_page(10)).messages

    assert [[reaction.emoji for reaction in view.reactions] for view in found] == [['👍'], ['👍'], []]
