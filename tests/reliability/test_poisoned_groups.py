"""What one sender forges refuses none of the others who are stored in the same commit."""

import asyncio
from collections.abc import Coroutine
from itertools import zip_longest
from typing import Any

from auth import LoginSession
from messenger.chat import Chat
from messenger.commands import ChatError
from tests.integration.test_chat import ANN, BEN
from tests.support.postgres import both_engines

pytestmark = both_engines
Request = Coroutine[Any, Any, object]
NUMBERS = [2**70, -(2**70), 2**63, 2**31, 0, -1]
STRINGS = [
    '\0',
    'a\0b',
    '\ud800',
    '\udfff\ud800',
    'x' * 10_000,
    '',
    'Ä',
    ' ',
    '👍\0',
    '\x1b[31m',
    "'; DROP TABLE message",
]


def forged(chat: Chat) -> list[Request]:
    """Everything that a forged page or name could ask for."""
    requests: list[Request] = []
    for string in STRINGS:
        requests += [
            chat.post('Hello', by=ANN, client_message_id=string),
            chat.post(f'Hello{string}', by=ANN, client_message_id='k'),
            chat.edit(1, string, by=ANN),
            chat.react(1, string, by=ANN),
            chat.react(1, '👍', by=LoginSession(string, string)),
            chat.post('Hello', by=LoginSession(string, string), client_message_id='k'),
        ]
    for number in NUMBERS:
        requests += [
            chat.post('Hello', by=ANN, client_message_id=f'n{number}', reply_to=number),
            chat.edit(number, 'Hello', by=ANN),
            chat.delete(number, by=ANN),
            chat.react(number, '👍', by=ANN),
        ]
    return requests


async def test_fifty_posts_beside_everything_forged_are_stored(chat: Chat) -> None:
    await chat.post('first', by=BEN, client_message_id='first')
    innocent = [chat.post(f'{number}', by=BEN, client_message_id=f'{number}') for number in range(50)]
    attacks = forged(chat)
    both = [request for pair in zip_longest(innocent, attacks) for request in pair if request]

    outcomes = await asyncio.gather(*both, return_exceptions=True)

    assert {type(outcome) for outcome in outcomes if isinstance(outcome, Exception)} == {ChatError}
    kept = {message.text for message in (await chat.newest_page(500)).messages if message.author_id == 'ben'}
    assert kept == {'first', *map(str, range(50))}
