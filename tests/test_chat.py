"""The verbs and their rules."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from chat import Chat, Refused
from models import MessageView
from store import NotStored, Store


async def say(chat: Chat, text: str, *, key: str = 'k', author: str = 'Ann') -> MessageView:
    return await chat.post(author, author.casefold(), text, key)


async def test_a_message_carries_who_what_and_when(store: Store) -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    chat = Chat(store, max_length=100, clock=lambda: noon)

    said = await say(chat, 'Lunch?')

    assert (said.author, said.text, said.sent_at) == ('Ann', 'Lunch?', noon)


@pytest.mark.parametrize('text', ['', ' ', '\n\n', '\t \u00a0\u3000', '\u200b\u200b', '\u2066\u2069', '\0'])
async def test_nothing_is_not_sent(chat: Chat, text: str) -> None:
    with pytest.raises(Refused, match='There is nothing to send yet'):
        await say(chat, text)
    assert await chat.newest_page(1) == []


async def test_the_longest_message_fits_and_one_more_is_refused(chat: Chat) -> None:
    await say(chat, '🎉' * 100)

    with pytest.raises(Refused, match='at most 100 characters; this one has 101'):
        await say(chat, 'x' * 101, key='other')


@pytest.mark.parametrize(
    ('typed', 'kept'),
    [
        ('one\r\ntwo', 'one\ntwo'),
        ('\n  indented\n', '  indented'),
        ('end  \n \n', 'end'),
        ('a\0b', 'ab'),
        ('half \ud83d', 'half ?'),
        ('<script>alert(1)</script>', '<script>alert(1)</script>'),
    ],
)
async def test_text_is_kept_but_for_what_no_screen_can_show(chat: Chat, typed: str, kept: str) -> None:
    assert (await say(chat, typed)).text == kept


@pytest.mark.parametrize('key', ['', 'x' * 65])
async def test_a_key_has_1_to_64_characters(chat: Chat, key: str) -> None:
    with pytest.raises(Refused, match='without a proper key'):
        await say(chat, 'Hello', key=key)


async def test_everyone_is_told_once_and_in_order(chat: Chat) -> None:
    told: list[str] = []
    chat.changed.subscribe(lambda changes: told.extend(change.text for change in changes))

    await asyncio.gather(*[say(chat, f'{index}', key=f'{index}') for index in range(50)])
    await asyncio.sleep(0.05)

    assert told == [f'{index}' for index in range(50)]


async def test_while_one_batch_is_delivered_the_next_one_gathers(chat: Chat) -> None:
    batches: list[list[str]] = []
    may_go_on = asyncio.Event()

    async def hear(changes: Sequence[MessageView]) -> None:
        batches.append([change.text for change in changes])
        await may_go_on.wait()

    chat.changed.subscribe(hear)
    await say(chat, 'first', key='0')
    await asyncio.sleep(0.05)
    for index in range(1, 6):
        await say(chat, f'{index}', key=f'{index}')
    may_go_on.set()
    await asyncio.sleep(0.05)

    assert batches == [['first'], ['1', '2', '3', '4', '5']]


async def test_a_listener_that_fails_does_not_silence_the_chat(chat: Chat) -> None:
    heard: list[str] = []
    failing = True

    def hear(changes: Sequence[MessageView]) -> None:
        if failing:
            raise ValueError
        heard.extend(change.text for change in changes)

    chat.changed.subscribe(hear)
    await say(chat, 'first', key='1')
    await asyncio.sleep(0.05)
    failing = False
    await say(chat, 'second', key='2')
    await asyncio.sleep(0.05)

    assert heard == ['second']


async def test_a_repeat_is_not_told_again(chat: Chat) -> None:
    told: list[MessageView] = []
    chat.changed.subscribe(told.extend)

    first, again = await say(chat, 'Hello'), await say(chat, 'Hello')
    await asyncio.sleep(0.05)

    assert first == again
    assert told == [first]


async def test_what_could_not_be_stored_is_a_sentence(
    chat: Chat, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: object) -> None:
        raise NotStored

    monkeypatch.setattr(store, 'append', fail)

    with pytest.raises(Refused, match='could not be stored, so nobody has seen it'):
        await say(chat, 'Hello')
