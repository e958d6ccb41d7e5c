"""Another program holds the database for long: only who posts waits, and nothing is stored twice afterwards."""

import asyncio

import pytest

from messenger.realtime.protocol import (
    ConfirmedEvent,
    LoadOlderEvent,
    OlderMessagesEvent,
    PostEvent,
    RejectedEvent,
    TypingEvent,
)
from tests.conftest import Join
from tests.support.crowd import all_of, others_say
from tests.support.faults import SENTENCE, database_locked
from tests.support.server import Server

# seconds that a post waits for the lock: longer than anything in a test waits, or not long
PATIENT, IMPATIENT = [
    f"""
from messenger.storage import Store
Store.__init__.__kwdefaults__['lock_timeout'] = {seconds}
"""
    for seconds in (100.0, 0.2)
]


@pytest.mark.parametrize('server', [PATIENT], ids=['patient'], indirect=True)
async def test_everything_but_posting_goes_on_while_the_database_is_locked(join: Join, server: Server) -> None:
    await others_say(server, 60)
    ann, ben = await join('Ann'), await join('Ben')

    with database_locked(server):
        await ann.post('Is anybody there?')
        await ben.post('Hello?')
        await ben.act('keydown', props={'aria-label': 'Message'})
        await ann.next(TypingEvent)
        assert ann.model.oldest_id is not None
        await ann.send(LoadOlderEvent(ann.model.oldest_id))
        assert len((await ann.next(OlderMessagesEvent)).messages) == 10
        cleo = await join('Cleo')
        await ann.connection.close()
        await ann.reconnect()
        assert server.is_healthy()
        assert len(server.kept()) == 60

    kept = await all_of(server, 62)
    for client in (ann, ben, cleo):
        await client.sees('Is anybody there?')
        await client.sees('Hello?')
        assert client.model.pending == {}
        assert not client.connection.all(RejectedEvent)
    assert sorted(text for _, text in kept[60:]) == ['Hello?', 'Is anybody there?']


@pytest.mark.parametrize('server', [IMPATIENT], ids=['impatient'], indirect=True)
async def test_what_was_refused_again_and_again_is_stored_once(join: Join, server: Server) -> None:
    ann, ben = await join('Ann'), await join('Ben')
    post = PostEvent('k', 'Is anybody there?', repeated=True)

    with database_locked(server):
        for _ in range(5):
            await ann.send(post)
            assert (await ann.next(RejectedEvent)).sentence == SENTENCE
    await asyncio.gather(*[ann.send(post) for _ in range(3)])
    for _ in range(3):
        await ann.next(ConfirmedEvent)

    await ben.shows([(1, 'Is anybody there?')])
    assert await all_of(server, 1) == [(1, 'Is anybody there?')]
    assert server.output.read_text().count('is locked. End the program that holds it') == 1
