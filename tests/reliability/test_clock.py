"""The clock of the server's machine may be set back: it says when something was said, and decides nothing."""

from pathlib import Path

import pytest

from messenger.realtime.protocol import TypingEvent
from tests.conftest import Join
from tests.support.crowd import all_of
from tests.support.server import Server
from tests.support.socket_client import SocketClient

SET_BACK = 'clock-is-set-back'
CLOCK = f"""
import datetime
import pathlib
import time
from messenger import chat

def seconds_back():
    return 7200 if pathlib.Path({SET_BACK!r}).exists() else 0

class Clock(datetime.datetime):
    @classmethod
    def now(cls, zone=None):
        return datetime.datetime.now(zone) - datetime.timedelta(seconds=seconds_back())

right_time = time.time
chat.datetime = Clock
time.time = lambda: right_time() - seconds_back()
"""


@pytest.mark.parametrize('server', [CLOCK], ids=['clock'], indirect=True)
async def test_clock_that_is_set_back_changes_no_order_and_ends_nothing(
    join: Join, server: Server, house: Path
) -> None:
    ann, ben = await join('Ann'), await join('Ben')
    await ann.post('one')
    await ben.sees('one')

    (house / SET_BACK).touch()
    await ann.post('two', 'three')
    await ben.sees('three')
    await ann.act('keydown', props={'aria-label': 'Message'})
    await ben.next(TypingEvent)
    await ben.connection.close()
    await ann.post('four')
    await ann.sees('four')
    await ben.reconnect()
    await ben.post('five')
    await ann.sees('five')

    for client in (ann, ben):
        await client.shows(await all_of(server, 5))
    assert continuing(ben) == ['three', 'four']
    await server.stop()
    await server.start()
    cleo = await join('Cleo')
    await cleo.post('six')
    await cleo.sees('six')
    await cleo.shows(await all_of(server, 6))
    assert [text for _, text in server.kept()] == ['one', 'two', 'three', 'four', 'five', 'six']


def continuing(client: SocketClient) -> list[str]:
    """The texts of the messages that stand below the header of the one before."""
    rows = client.model.rows
    return [text for id_, text in client.model.shown if ' continuation' in rows[id_].html]
