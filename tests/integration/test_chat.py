"""The verbs and their rules."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from auth import Session
from messenger.chat import Chat, ChatError
from messenger.storage import CommitError, Store
from models import MessageView, fold_name


async def say(chat: Chat, text: str, *, key: str = 'k', author: str = 'Ann') -> MessageView:
    return await chat.post(text, by=Session(author, fold_name(author)), client_message_id=key)


async def test_a_message_carries_who_what_and_when(store: Store) -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    chat = Chat(store, max_length=100, clock=lambda: noon)

    said = await say(chat, 'Lunch?')

    assert (said.author, said.text, said.sent_at) == ('Ann', 'Lunch?', noon)


@pytest.mark.parametrize('text', ['', ' ', '\n\n', '\t \u00a0\u3000', '\u200b\u200b', '\u2066\u2069', '\0'])
async def test_nothing_is_not_sent(chat: Chat, text: str) -> None:
    with pytest.raises(ChatError, match='There is nothing to send yet'):
        await say(chat, text)
    assert await chat.newest_page(1) == []


async def test_the_longest_message_fits_and_one_more_is_refused(chat: Chat) -> None:
    await say(chat, '🎉' * 100)

    with pytest.raises(ChatError, match='at most 100 characters; this one has 101'):
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
    with pytest.raises(ChatError, match='without a proper key'):
        await say(chat, 'Hello', key=key)


async def test_everyone_is_told_once_and_in_order(chat: Chat) -> None:
    told: list[str] = []
    chat.messages_changed.subscribe(lambda changes: told.extend(change.text for change in changes))

    await asyncio.gather(*[say(chat, f'{index}', key=f'{index}') for index in range(50)])
    await asyncio.sleep(0.05)

    assert told == [f'{index}' for index in range(50)]


async def test_while_one_batch_is_delivered_the_next_one_gathers(chat: Chat) -> None:
    batches: list[list[str]] = []
    may_go_on = asyncio.Event()

    async def hear(changes: Sequence[MessageView]) -> None:
        batches.append([change.text for change in changes])
        await may_go_on.wait()

    chat.messages_changed.subscribe(hear)
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

    chat.messages_changed.subscribe(hear)
    await say(chat, 'first', key='1')
    await asyncio.sleep(0.05)
    failing = False
    await say(chat, 'second', key='2')
    await asyncio.sleep(0.05)

    assert heard == ['second']


async def test_a_repeat_is_not_told_again(chat: Chat) -> None:
    told: list[MessageView] = []
    chat.messages_changed.subscribe(told.extend)

    first, again = await say(chat, 'Hello'), await say(chat, 'Hello')
    await asyncio.sleep(0.05)

    assert first == again
    assert told == [first]


async def test_what_could_not_be_stored_is_a_sentence(
    chat: Chat, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: object) -> None:
        raise CommitError

    monkeypatch.setattr(store, 'apply', fail)

    with pytest.raises(ChatError, match='could not be stored, so nobody has seen it'):
        await say(chat, 'Hello')


ANN, BEN = Session('Ann', 'ann'), Session('Ben', 'ben')


async def test_ones_own_message_can_be_changed_and_taken_away(chat: Chat) -> None:
    said = await say(chat, 'Tee')

    edited = await chat.edit(said.id, 'Tea', by=ANN)
    deleted = await chat.delete(said.id, by=ANN)

    assert (edited.text, edited.edited, edited.sent_at) == ('Tea', True, said.sent_at)
    assert (deleted.text, deleted.deleted) == ('', True)


async def test_others_messages_cannot_be_changed_nor_taken_away_nor_read_for_editing(chat: Chat) -> None:
    said = await say(chat, 'Mine')

    for wish in (chat.edit(said.id, 'Yours', by=BEN), chat.delete(said.id, by=BEN)):
        with pytest.raises(ChatError, match='deleted, or not yours'):
            await wish
    with pytest.raises(ChatError, match='Only your own'):
        await chat.get_own_message(said.id, by=BEN)
    assert await chat.newest_page(1) == [said]


@pytest.mark.parametrize('message_id', [0, -1, 99, 2**63])
async def test_what_is_not_there_cannot_be_changed(chat: Chat, message_id: int) -> None:
    for wish in (
        chat.edit(message_id, 'x', by=ANN),
        chat.delete(message_id, by=ANN),
        chat.react(message_id, '👍', by=ANN),
        chat.get_own_message(message_id, by=ANN),
    ):
        with pytest.raises(ChatError):
            await wish


async def test_a_deleted_message_takes_no_edit_and_no_reaction(chat: Chat) -> None:
    said = await say(chat, 'Oops')
    await chat.delete(said.id, by=ANN)

    for wish in (
        chat.edit(said.id, 'Back', by=ANN),
        chat.react(said.id, '👍', by=BEN),
        chat.get_own_message(said.id, by=ANN),
    ):
        with pytest.raises(ChatError):
            await wish


@pytest.mark.parametrize('text', ['', '  ', 'x' * 101])
async def test_an_edit_follows_the_rules_of_a_message(chat: Chat, text: str) -> None:
    said = await say(chat, 'Tea')

    with pytest.raises(ChatError):
        await chat.edit(said.id, text, by=ANN)
    assert await chat.newest_page(1) == [said]


async def test_reacting_again_takes_the_reaction_back(chat: Chat) -> None:
    said = await say(chat, 'Cake')

    await chat.react(said.id, '🍰', by=ANN)
    both = await chat.react(said.id, ':cake:', by=BEN)
    one = await chat.react(said.id, '🍰', by=ANN)

    assert [(reaction.emoji, reaction.author) for reaction in both.reactions] == [('🍰', 'Ann'), ('🍰', 'Ben')]
    assert [reaction.author for reaction in one.reactions] == ['Ben']


@pytest.mark.parametrize('reaction', ['', 'x', '👍👍', '<b>', ':no such emoji:', '"', '👍" onclick="alert(1)'])
async def test_a_reaction_is_one_emoji(chat: Chat, reaction: str) -> None:
    said = await say(chat, 'Cake')

    with pytest.raises(ChatError, match='one emoji'):
        await chat.react(said.id, reaction, by=ANN)


async def test_a_message_has_a_limit_of_different_reactions_but_not_of_people(chat: Chat) -> None:
    said = await say(chat, 'Cake')
    for code in range(0x1F600, 0x1F600 + 24):
        await chat.react(said.id, chr(code), by=ANN)

    with pytest.raises(ChatError, match='at most 24 different reactions'):
        await chat.react(said.id, '👍', by=BEN)
    assert len((await chat.react(said.id, '😀', by=BEN)).reactions) == 25


async def test_a_reply_quotes_the_original_as_it_stands(chat: Chat) -> None:
    said = await say(chat, 'Lunch at one?')
    reply = await chat.post('Yes', by=BEN, client_message_id='r', reply_to=said.id)
    assert reply.quote
    assert (reply.quote.id, reply.quote.author, reply.quote.text) == (said.id, 'Ann', 'Lunch at one?')

    await asyncio.sleep(0.05)
    told: list[MessageView] = []
    chat.messages_changed.subscribe(told.extend)
    await chat.delete(said.id, by=ANN)
    await asyncio.sleep(0.05)

    assert [change.id for change in told] == [said.id, reply.id]
    assert told[1].quote
    assert (told[1].quote.text, told[1].quote.deleted) == ('', True)


@pytest.mark.parametrize('nothing', [99, 0, -1, 2**63])
async def test_a_reply_to_nothing_is_a_message(chat: Chat, nothing: int) -> None:
    said = await chat.post('Yes', by=BEN, client_message_id='r', reply_to=nothing)

    assert said.quote is None
