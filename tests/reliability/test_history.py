"""Older messages come whole and as they are now, whatever happens while they are on their way."""

from messenger.realtime.protocol import ConfirmedEvent, EditEvent, PostEvent
from tests.conftest import Arrive, EnterByWire, Join
from tests.support.crowd import all_of, others_say
from tests.support.person import Person
from tests.support.server import Server

SLOW_TO_SEND_OLDER = """
import time
from sqlalchemy import Engine, event

@event.listens_for(Engine, 'after_cursor_execute')
def wait(connection, cursor, statement, *_):
    if 'message.id < ' in statement:
        time.sleep(1)  # what is read now is old when it is sent
"""
ASK_FOR_OLDER = """viewport => new Promise((go) => {
    socket.onAnyOutgoing((name) => name === 'chat:load_older' && go());
    viewport.scrollTo(0, -viewport.scrollHeight);
})"""


async def test_older_messages_come_after_a_cut_that_took_them(enter_by_wire: EnterByWire, server: Server) -> None:
    await others_say(server, 120)
    ann, wire = await enter_by_wire('Ann')

    wire.swallow()
    await ann.viewport.evaluate(ASK_FOR_OLDER)
    await wire.cut()
    await wire.mend()
    await ann.is_up_to_date()

    await reads_back(ann, await all_of(server, 120))


async def test_change_of_a_message_that_is_being_loaded_is_not_lost(enter: Arrive, join: Join, server: Server) -> None:
    ben = await join('Ben')
    await ben.post('old text')
    await ben.sees('old text')
    await others_say(server, 60)
    await server.restart_with(SLOW_TO_SEND_OLDER)
    ann, ben = await enter('Ann'), await join('Ben')

    await ann.viewport.evaluate(ASK_FOR_OLDER)
    await ben.send(EditEvent('k', 1, 'new text'))
    await ben.next(ConfirmedEvent)
    await ann.has_more_than(50)

    await ann.shows(await all_of(server, 61))


async def test_quote_is_jumped_to_while_older_messages_are_on_their_way(
    enter: Arrive, join: Join, server: Server
) -> None:
    ben = await join('Ben')
    await ben.post('Who has the key?')
    await ben.sees('Who has the key?')
    await others_say(server, 400)
    await ben.send(PostEvent('k', 'I do', reply_to=1))
    await ben.sees('I do')
    await server.restart_with(SLOW_TO_SEND_OLDER)
    ann = await enter('Ann')

    await ann.viewport.evaluate(ASK_FOR_OLDER)
    await ann.row('I do').locator('.quote').evaluate('quote => quote.click()')

    await ann.row('Who has the key?').and_(ann.page.locator(':focus')).wait_for(timeout=20_000)
    await ann.shows((await all_of(server, 402))[:50])


async def reads_back(person: Person, kept: list[tuple[int, str]]) -> None:
    """Scroll up until there is nothing more, and see all of it."""
    while await person.count() < len(kept):
        await person.goes_back()
    await person.shows(kept)
