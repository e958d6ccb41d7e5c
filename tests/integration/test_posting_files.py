"""Files in messages, on both engines: posted once, by whom they belong to, and gone with their message."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from messenger.chat import Chat
from messenger.commands import ChatError
from messenger.files import Files
from messenger.storage import Store
from models import Changes, FileView
from tests.support.files import ANN, BEN, PDF, MakeFiles, Moment, Sender, on_disk, picture, pieces
from tests.support.postgres import both_engines
from tests.support.waiting import until

pytestmark = both_engines
GONE = 'A file is not there any more. Remove it and choose it again, please.'


async def send(files: Files, upload_id: str = '1', *, content: bytes = PDF, by: Sender = ANN) -> FileView:
    return await files.receive(pieces(content), name=f'{upload_id}.pdf', upload_id=upload_id, by=by)


async def test_files_are_posted_in_the_order_of_their_sender(chat: Chat, files: Files) -> None:
    told: list[Changes] = []
    chat.messages_changed.subscribe(told.append)
    first, second = await send(files, '1'), await send(files, '2', content=picture('PNG'))

    posted = await chat.post('Look', by=ANN, client_message_id='k', files=[second.token, first.token])

    assert posted.files == (second, first)
    assert (await chat.newest_page(10)).messages == [posted]
    await chat.drain()
    assert [message for changes in told for message in changes.messages] == [posted]


async def test_a_message_may_be_nothing_but_a_file(chat: Chat, files: Files) -> None:
    sent = await send(files)

    posted = await chat.post(' ', by=ANN, client_message_id='k', files=[sent.token])

    assert (posted.text, posted.files) == ('', (sent,))
    with pytest.raises(ChatError, match='There is nothing to send yet'):
        await chat.post(' ', by=ANN, client_message_id='l')


async def test_a_repeated_post_keeps_its_files(chat: Chat, files: Files) -> None:
    sent = await send(files)
    first = await chat.post('', by=ANN, client_message_id='k', files=[sent.token])

    assert await chat.post('', by=ANN, client_message_id='k', files=[sent.token]) == first


async def test_only_their_sender_posts_files_and_only_once(chat: Chat, files: Files, moment: Moment) -> None:
    withdrawn = await send(files, '3')
    moment.now += timedelta(hours=25)
    await files.clean_up()
    mine, theirs = await send(files), await send(files, by=BEN)
    await chat.post('', by=ANN, client_message_id='k', files=[mine.token])

    for token in (mine.token, theirs.token, withdrawn.token, 'unknown'):
        with pytest.raises(ChatError, match=f'^{GONE}$'):
            await chat.post('Look', by=ANN, client_message_id=f'l{token}', files=[token])

    assert len((await chat.newest_page(10)).messages) == 1
    assert await files.find(theirs.token) == theirs


async def test_a_refused_file_fails_nobody_else(chat: Chat, files: Files) -> None:
    sent = await send(files)
    posts = [
        chat.post(f'{number}', by=ANN, client_message_id=f'{number}', files=tokens)
        for number, tokens in enumerate([[], ['unknown'], [sent.token], ['a\0b'], [sent.token], []])
    ]

    results = await asyncio.gather(*posts, return_exceptions=True)

    assert [isinstance(result, ChatError) for result in results] == [False, True, False, True, True, False]
    assert [message.text for message in (await chat.newest_page(10)).messages] == ['0', '2', '5']


async def test_a_message_has_only_so_many_files(chat: Chat) -> None:
    with pytest.raises(ChatError, match='A message can have at most 10 files'):
        await chat.post('', by=ANN, client_message_id='k', files=[f'{number}' for number in range(11)])


async def test_files_go_with_their_message(chat: Chat, files: Files, store: Store, folder: Path) -> None:
    chat.messages_changed.subscribe(files.note_changes)
    sent, kept = await send(files), await send(files, '2')
    message = await chat.post('Look', by=ANN, client_message_id='k', files=[sent.token])
    await chat.post('', by=ANN, client_message_id='l', files=[kept.token])

    deleted = await chat.delete(message.id, by=ANN)

    assert (deleted.text, deleted.files) == ('', ())
    assert await files.find(sent.token) is None
    await until(lambda: len(on_disk(folder)) == 1)
    async with asyncio.timeout(20):  # the row goes after the bytes
        while await store.files.total_size() != kept.size:
            await asyncio.sleep(0.01)


async def test_what_a_killed_server_did_not_remove_goes_at_the_next_start(
    chat: Chat, files: Files, make_files: MakeFiles, folder: Path
) -> None:
    message = await chat.post('', by=ANN, client_message_id='k', files=[(await send(files)).token])
    await chat.delete(message.id, by=ANN)
    assert len(on_disk(folder)) == 1

    await make_files(is_shared=True).clean_up()

    assert on_disk(folder) == []


async def test_posted_files_stay_for_good(chat: Chat, files: Files, moment: Moment) -> None:
    sent = await send(files)
    await chat.post('', by=ANN, client_message_id='k', files=[sent.token])

    moment.now += timedelta(days=1000)
    await files.clean_up()

    assert await files.find(sent.token) == sent
    assert await files.path(sent)


async def test_other_changes_of_a_message_keep_its_files(chat: Chat, files: Files) -> None:
    sent = await send(files)
    message = await chat.post('Look', by=ANN, client_message_id='k', files=[sent.token])

    edited = await chat.edit(message.id, 'See', by=ANN)
    reacted = await chat.react(message.id, '👍', by=BEN)

    assert edited.files == reacted.files == (sent,)
    assert [change.files for change in (await chat.changes_after(0, 10)).messages] == [(sent,)]
