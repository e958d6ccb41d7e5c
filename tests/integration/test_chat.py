"""What users can do with messages, and the rules of it."""

import asyncio
from datetime import UTC, datetime

import pytest

from auth import LoginSession
from messenger.chat import Chat, join_changes
from messenger.commands import ChatError
from messenger.storage import Store
from models import Changes, MessageView, Reaction, fold_name
from tests.support.databases import held
from tests.support.postgres import both_engines

pytestmark = both_engines
ANN, BEN = LoginSession('Ann', 'ann'), LoginSession('Ben', 'ben')


async def post(chat: Chat, text: str, *, client_message_id: str = 'a', author: str = 'Ann') -> MessageView:
    return await chat.post(text, by=LoginSession(author, fold_name(author)), client_message_id=client_message_id)


async def test_a_message_carries_who_what_and_when(store: Store) -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    chat = Chat(store, max_length=100, clock=lambda: noon)

    posted = await post(chat, 'Lunch?')

    assert (posted.author, posted.text, posted.sent_at) == ('Ann', 'Lunch?', noon)


@pytest.mark.parametrize('text', ['', ' ', '\n\n', '\t \u00a0\u3000', '\u200b\u200b', '\u2066\u2069', '\0'])
async def test_nothing_is_not_sent(chat: Chat, text: str) -> None:
    with pytest.raises(ChatError, match='There is nothing to send yet'):
        await post(chat, text)
    assert (await chat.newest_page(1)).messages == []


async def test_the_longest_message_fits_and_one_more_is_refused(chat: Chat) -> None:
    await post(chat, '🎉' * 100)

    with pytest.raises(ChatError, match='at most 100 characters; this one has 101'):
        await post(chat, 'x' * 101, client_message_id='other')


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
async def test_text_is_kept_except_for_what_no_screen_can_show(chat: Chat, typed: str, kept: str) -> None:
    assert (await post(chat, typed)).text == kept


@pytest.mark.parametrize('client_message_id', ['', 'x' * 65, 'a\0b', 'a b', 'Ä', '\ud800', 'a\n'])
async def test_a_client_message_id_has_1_to_64_visible_ascii_characters(chat: Chat, client_message_id: str) -> None:
    with pytest.raises(ChatError, match='without a proper key'):
        await post(chat, 'Hello', client_message_id=client_message_id)


async def test_every_change_is_delivered_once_and_in_order(chat: Chat) -> None:
    delivered: list[str] = []
    chat.messages_changed.subscribe(lambda changes: delivered.extend(change.text for change in changes.messages))

    await asyncio.gather(*[post(chat, f'{index}', client_message_id=f'{index}') for index in range(50)])
    await chat.drain()

    assert delivered == [f'{index}' for index in range(50)]


async def test_while_one_batch_is_delivered_the_next_one_gathers(chat: Chat) -> None:
    batches: list[list[str]] = []
    delivering, may_go_on = asyncio.Event(), asyncio.Event()

    async def receive(changes: Changes) -> None:
        batches.append([change.text for change in changes.messages])
        delivering.set()
        await may_go_on.wait()

    chat.messages_changed.subscribe(receive)
    await post(chat, 'first', client_message_id='0')
    await delivering.wait()
    for index in range(1, 6):
        await post(chat, f'{index}', client_message_id=f'{index}')
    may_go_on.set()
    await chat.drain()

    assert batches == [['first'], ['1', '2', '3', '4', '5']]


async def test_a_subscriber_that_fails_does_not_silence_the_chat(chat: Chat) -> None:
    received: list[str] = []
    failing = True

    def receive(changes: Changes) -> None:
        if failing:
            raise ValueError
        received.extend(change.text for change in changes.messages)

    chat.messages_changed.subscribe(receive)
    await post(chat, 'first', client_message_id='1')
    await chat.drain()
    failing = False
    await post(chat, 'second', client_message_id='2')
    await chat.drain()

    assert received == ['second']


async def test_a_repeat_is_not_delivered_again(chat: Chat) -> None:
    changes: list[MessageView] = []
    chat.messages_changed.subscribe(lambda new: changes.extend(new.messages))

    first, again = await post(chat, 'Hello'), await post(chat, 'Hello')
    await chat.drain()

    assert first == again
    assert changes == [first]


async def test_the_author_can_edit_and_delete_a_message(chat: Chat) -> None:
    posted = await post(chat, 'Tee')

    edited = await chat.edit(posted.id, 'Tea', by=ANN)
    deleted = await chat.delete(posted.id, by=ANN)

    assert (edited.text, edited.edited, edited.sent_at) == ('Tea', True, posted.sent_at)
    assert (deleted.text, deleted.deleted) == ('', True)


async def test_others_cannot_edit_or_delete_a_message(chat: Chat) -> None:
    posted = await post(chat, 'Mine')

    for attempt in (chat.edit(posted.id, 'Yours', by=BEN), chat.delete(posted.id, by=BEN)):
        with pytest.raises(ChatError, match='deleted, or not yours'):
            await attempt
    with pytest.raises(ChatError, match='Only your own'):
        await chat.get_own_message(posted.id, by=BEN)
    assert (await chat.newest_page(1)).messages == [posted]


@pytest.mark.parametrize('message_id', [0, -1, 99, 2**63])
async def test_a_message_that_does_not_exist_cannot_be_changed(chat: Chat, message_id: int) -> None:
    for attempt in (
        chat.edit(message_id, 'x', by=ANN),
        chat.delete(message_id, by=ANN),
        chat.react(message_id, '👍', by=ANN),
        chat.get_own_message(message_id, by=ANN),
    ):
        with pytest.raises(ChatError):
            await attempt


async def test_a_deleted_message_takes_no_edit_and_no_reaction(chat: Chat) -> None:
    posted = await post(chat, 'Oops')
    await chat.delete(posted.id, by=ANN)

    for attempt in (
        chat.edit(posted.id, 'Back', by=ANN),
        chat.react(posted.id, '👍', by=BEN),
        chat.get_own_message(posted.id, by=ANN),
    ):
        with pytest.raises(ChatError):
            await attempt


@pytest.mark.parametrize('text', ['', '  ', 'x' * 101])
async def test_an_edit_follows_the_rules_of_a_message(chat: Chat, text: str) -> None:
    posted = await post(chat, 'Tea')

    with pytest.raises(ChatError):
        await chat.edit(posted.id, text, by=ANN)
    assert (await chat.newest_page(1)).messages == [posted]


async def test_a_reaction_is_there_as_often_as_people_wish_it(chat: Chat) -> None:
    posted = await post(chat, 'Cake')

    for _ in range(2):
        await chat.react(posted.id, '🍰', by=ANN)
        both = await chat.react(posted.id, ':cake:', by=BEN)
    for _ in range(2):
        one = await chat.react(posted.id, '🍰', by=ANN, on=False)

    assert both.reactions == (Reaction('🍰', ('ann', 'ben'), ('Ann', 'Ben')),)
    assert one.reactions == (Reaction('🍰', ('ben',), ('Ben',)),)
    assert one.seq == 4


@pytest.mark.parametrize('reaction', ['', 'x', '👍👍', '<b>', ':no such emoji:', '"', '👍" onclick="alert(1)'])
async def test_a_reaction_is_one_emoji(chat: Chat, reaction: str) -> None:
    posted = await post(chat, 'Cake')

    with pytest.raises(ChatError, match='one emoji'):
        await chat.react(posted.id, reaction, by=ANN)


async def test_different_reactions_have_a_limit(chat: Chat) -> None:
    posted = await post(chat, 'Cake')
    for code in range(0x1F600, 0x1F600 + 24):
        await chat.react(posted.id, chr(code), by=ANN)

    with pytest.raises(ChatError, match='at most 24 different reactions'):
        await chat.react(posted.id, '👍', by=BEN)
    assert len((await chat.react(posted.id, '😀', by=BEN)).reactions) == 24


async def test_reactions_have_a_limit_with_a_sentence(chat: Chat) -> None:
    posted = await post(chat, 'Cake')
    names = [LoginSession(f'{number}', f'{number}') for number in range(500)]
    await asyncio.gather(*[chat.react(posted.id, '👍', by=name) for name in names])

    with pytest.raises(ChatError, match='This message has 500 reactions, and no room for more'):
        await chat.react(posted.id, '👍', by=BEN)


async def test_a_reply_quotes_the_original_as_it_stands(chat: Chat) -> None:
    posted = await post(chat, 'Lunch at one?')
    reply = await chat.post('Yes', by=BEN, client_message_id='r', reply_to=posted.id)
    assert reply.quote
    assert (reply.quote.id, reply.quote.author, reply.quote.text) == (posted.id, 'Ann', 'Lunch at one?')

    await chat.drain()
    changes: list[MessageView] = []
    chat.messages_changed.subscribe(lambda new: changes.extend(new.messages))
    await chat.delete(posted.id, by=ANN)
    await chat.drain()

    assert [change.id for change in changes] == [posted.id, reply.id]
    assert changes[1].quote
    assert (changes[1].quote.text, changes[1].quote.deleted) == ('', True)


@pytest.mark.parametrize('nothing', [99, 0, -1, 2**63])
async def test_a_reply_to_nothing_is_a_message(chat: Chat, nothing: int) -> None:
    posted = await chat.post('Yes', by=BEN, client_message_id='r', reply_to=nothing)

    assert posted.quote is None


@pytest.mark.parametrize(
    ('positions', 'joined'),
    [
        ([(0, [1]), (1, [2, 3])], [(0, [1, 2, 3])]),
        ([(0, [1]), (4, [5])], [(0, [1]), (4, [5])]),
        ([(2, [4]), (4, [5]), (9, [10])], [(2, [4, 5]), (9, [10])]),
    ],
)
def test_only_changes_that_follow_each_other_are_joined(
    positions: list[tuple[int, list[int]]], joined: list[tuple[int, list[int]]]
) -> None:
    def at(seq: int) -> MessageView:
        return MessageView(seq, seq, 'Ann', 'ann', f'{seq}', 'Hello', datetime(2026, 11, 24, tzinfo=UTC))

    pieces = join_changes([Changes(follows, [at(seq) for seq in changed]) for follows, changed in positions])

    assert [(piece.follows, [message.seq for message in piece.messages]) for piece in pieces] == joined


async def test_what_could_not_be_stored_is_a_sentence(database_url: str) -> None:
    store = Store(database_url, lock_timeout=0.05)
    with held(database_url), pytest.raises(ChatError, match='could not be stored, so nobody has seen it'):
        await post(Chat(store, max_length=100), 'Hello')
    await store.close()
