"""The rules of the guard: names, origins, packets, and what browsers report."""

import pytest
from starlette.types import Message, Receive, Scope, Send

from messenger.guard import middleware
from messenger.guard.browser_log import BrowserLog
from messenger.guard.hosts import HostRule, parse_names
from messenger.guard.packets import PacketError, is_allowed
from messenger.networks import network_of
from tests.support.clock import Clock

RULE = HostRule(['chat.example.org'], own_name='kettle.example.net')


@pytest.mark.parametrize(
    'host',
    [
        *('localhost:8000', 'kettle', 'kettle.local', 'KETTLE.LAN.:8000', 'kettle.example.net', 'chat.example.org:443'),
        *('192.168.1.5:8000', '127.0.0.1', '[::1]:8000', '[fe80::1]'),
    ],
)
def test_own_and_private_names_are_known(host: str) -> None:
    assert RULE.allows_host(host)


@pytest.mark.parametrize(
    'host',
    [
        *(
            'evil.example',
            'kettle.evil.example',
            'local.evil.example:8000',
            '192.168.1.5.evil.example',
            'evil.example.',
        ),
        *('', 'evil.example.', 'a b', 'localhost:x', '[::1', 'localhost@evil.example', 'chat.example.org.evil.example'),
    ],
)
def test_other_names_are_unknown_unless_any_is_allowed(host: str) -> None:
    assert not RULE.allows_host(host)
    assert HostRule(parse_names(' * ')).allows_host(host)


def test_names_are_read_from_a_list() -> None:
    assert parse_names('chat.example.org, b.example ,') == ('chat.example.org', 'b.example')
    assert parse_names('') == ()


def test_origin_is_the_host_or_absent() -> None:
    host = {'host': 'kettle.lan:8000'}

    assert RULE.allows_origin(host)
    assert RULE.allows_origin(host | {'origin': 'http://kettle.lan:8000'})
    assert RULE.allows_origin(host | {'origin': 'https://Kettle.lan:8000'})
    for foreign in ('http://kettle.lan', 'http://kettle.lan:8001', 'http://evil.example', 'null', ''):
        assert not RULE.allows_origin(host | {'origin': foreign})


@pytest.mark.parametrize('packet', ['1', '2probe', '3', '3probe', '5', '40', '40{}', '41', '4312[]'])
def test_packets_of_the_transport_pass(packet: str) -> None:
    assert is_allowed(packet, client_id='c', is_member=False)


def test_events_of_the_chat_pass_after_login_only() -> None:
    packet = '42["chat:post",{"client_message_id":"k","text":"Hello"}]'

    assert is_allowed(packet, client_id='c', is_member=True)
    assert not is_allowed(packet, client_id='c', is_member=False)


def test_member_may_send_more_than_a_stranger() -> None:
    packet = f'42["chat:post",{{"text":"{"x" * 10_000}"}}]'

    assert is_allowed(packet, client_id='c', is_member=True)
    with pytest.raises(PacketError):
        is_allowed(packet, client_id='c', is_member=False)


def test_handshake_with_an_acknowledgement_passes() -> None:
    packet = '420["handshake",{"client_id":"c","tab_id":"t","document_id":"d","next_message_id":0,"old_tab_id":null}]'

    assert is_allowed(packet, client_id='c', is_member=False)
    assert not is_allowed(packet, client_id='another', is_member=False)


def test_browsers_report_a_few_lines_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    log = BrowserLog(clock=clock)

    for _ in range(30):
        log.write('socket', {'message': 'é\n' * 1000})
    assert len(caplog.messages) == 20
    assert caplog.messages[0].isascii()
    assert '\n' not in caplog.messages[0]
    clock.now += 60
    log.write('socket', {'message': 'x'})
    assert len(caplog.messages) == 21


def test_one_network_of_ipv6_counts_as_one() -> None:
    assert network_of('2001:db8::1') == network_of('2001:db8::2')
    assert network_of('192.168.1.5') == '192.168.1.5'
    assert network_of('unknown') == 'unknown'


async def test_pages_that_are_gone_count_no_more() -> None:
    """Nothing is left of these: the program behind the guard makes no page."""
    passed, scope = [], {'type': 'http', 'path': '/', 'query_string': b'', 'client': ('10.0.0.1', 1)}
    headers = [(b'host', b'localhost')]

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        passed.append(scope)

    guard = middleware.Guard(app, hosts=RULE, has_logged_in=lambda _: False)
    for _ in range(3 * middleware.MAX_PAGES):
        await guard({**scope, 'headers': headers}, _receive_nothing, _send_nothing)

    assert len(passed) == 3 * middleware.MAX_PAGES


async def _receive_nothing() -> Message:
    return {'type': 'http.disconnect'}


async def _send_nothing(_: Message) -> None:
    pass
