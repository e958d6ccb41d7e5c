"""The door: names, the password, the throttle, names in use."""

import pytest

from auth import Denied, Door, Session, clean_name
from models import fold_name

HERE = '192.168.0.7'


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(clock: Clock) -> Door:
    return Door('secret', clock=clock)


def denial(door: Door, name: str, password: str = 'secret', address: str = HERE) -> str:
    with pytest.raises(Denied) as caught:
        door.admit(name, password, address)
    return str(caught.value)


def test_any_name_and_the_shared_password_let_in(door: Door) -> None:
    session = door.admit('Ann', 'secret', HERE)

    assert (session.name, session.connected, session.ended) == ('Ann', True, False)


@pytest.mark.parametrize(
    ('typed', 'shown'),
    [
        ('  Ann ', 'Ann'),
        ('Ann\t', 'Ann'),
        ('Ann   Lee', 'Ann Lee'),
        ('Ａｎｎ', 'Ann'),
        ('Zoe\u0308', 'Zoë'),
        ('\u00a0Ann\u2003Lee\u00a0', 'Ann Lee'),
        ('李雷', '李雷'),
        ('عمر', 'عمر'),
        ('🐙 Octo', '🐙 Octo'),
        ('x' * 32, 'x' * 32),
        ("O'Neil <b>", "O'Neil <b>"),
    ],
)
def test_names_are_trimmed_and_normalised(typed: str, shown: str) -> None:
    assert clean_name(typed) == shown


@pytest.mark.parametrize('name', ['', ' ', '\u3000\t '])
def test_a_name_is_needed(name: str) -> None:
    with pytest.raises(Denied, match='Please type your name'):
        clean_name(name)


@pytest.mark.parametrize('name', ['x' * 33, '\ufdfa' * 3, 'ab' * 50_000])
def test_a_name_has_at_most_32_characters_once_it_is_normalised(name: str) -> None:
    with pytest.raises(Denied, match='at most 32 characters'):
        clean_name(name)


@pytest.mark.parametrize(
    'name',
    [
        'A\0nn', 'A\nnn', 'A\x1bnn', 'A\x7fnn', 'Ann\u200b', 'A\u200dnn', '\u202eAnn', 'A\u2066nn', 'Ann\ufeff',
        'Ann\u00ad', 'Ann\u2060', 'Ann\u034f', 'Ann\u115f', 'Ann\u3164', 'Ann\uffa0', 'Ann\u2800', 'Ann\ufe0f',
        'Ann\U000e0041', 'Ann\U000e0100', 'Ann\ue000', 'Ann\u2028x', 'Ann\ud800',
    ],
)  # fmt: skip
def test_nothing_invisible_is_in_a_name(name: str) -> None:
    with pytest.raises(Denied, match='control or invisible'):
        clean_name(name)


@pytest.mark.parametrize('twin', ['Ann', 'ann', 'ANN', ' ann ', 'Ａnn'])
def test_a_name_in_use_is_refused_whatever_its_case(door: Door, twin: str) -> None:
    door.admit('Ann', 'secret', HERE)

    assert denial(door, twin) == 'Ann is already here. Please choose another name.'


def test_case_is_folded_as_unicode_says() -> None:
    assert fold_name('Straße') == fold_name('STRASSE')
    assert fold_name('ΣΊΣΥΦΟΣ') == fold_name('Σίσυφος')
    assert fold_name('Ann') != fold_name('Anna')


def test_a_name_is_free_again_after_the_session(door: Door) -> None:
    first = door.admit('Ann', 'secret', HERE)
    door.dismiss(first)

    second = door.admit('Ann', 'secret', HERE)

    assert first.ended
    assert not second.ended


def test_who_has_lost_the_connection_can_be_replaced_and_is_told(door: Door) -> None:
    lost = door.admit('Ann', 'secret', HERE)
    lost.connected = False

    back = door.admit('ann', 'secret', HERE)

    assert lost.ended
    assert not back.ended
    assert denial(door, 'ANN').startswith('ann is already here')


def test_the_end_of_a_replaced_session_does_not_end_the_new_one(door: Door) -> None:
    lost = door.admit('Ann', 'secret', HERE)
    lost.connected = False
    door.admit('Ann', 'secret', HERE)

    door.dismiss(lost)

    assert 'already here' in denial(door, 'Ann')


def test_a_name_in_use_is_not_told_to_who_does_not_know_the_password(door: Door) -> None:
    door.admit('Ann', 'secret', HERE)

    assert denial(door, 'Ann', 'guess') == 'That is not the password. Please try again.'


@pytest.mark.parametrize('wrong', ['', 'Secret', 'secret ', 'secre', 'secrets', 'sécret', '\ud800', 'x' * 100_000])
def test_a_wrong_password_is_a_sentence(door: Door, wrong: str) -> None:
    assert denial(door, 'Ann', wrong) == 'That is not the password. Please try again.'


def guess_for_a_minute(door: Door, clock: Clock, addresses: list[str]) -> int:
    """Try wrong passwords as fast as can be, and count how many are compared at all."""
    heard = 0
    end = clock.now + 60
    while clock.now < end:
        for address in addresses:
            heard += denial(door, 'Eve', 'guess', address).startswith('That is not the password')
        clock.now += 0.05 * len(addresses)
    return heard


@pytest.mark.parametrize('count', [1, 3, 200])
def test_guessing_at_full_speed_stays_below_twenty_tries_a_minute(door: Door, clock: Clock, count: int) -> None:
    addresses = [f'10.0.0.{number}' for number in range(count)]

    tries = [guess_for_a_minute(door, clock, addresses) for _ in range(5)]

    assert 0 < tries[0] < 20
    assert all(later <= tries[0] for later in tries[1:])


def test_one_machine_has_a_whole_ipv6_network(door: Door, clock: Clock) -> None:
    for number in range(5):
        denial(door, 'Eve', 'guess', f'2001:db8::{number}')

    assert 'Too many wrong passwords' in denial(door, 'Eve', 'guess', '2001:db8::ffff')
    door.admit('Ann', 'secret', '2001:db8:0:1::1')


def test_the_wait_grows_with_the_failures(door: Door, clock: Clock) -> None:
    waits = []
    for _ in range(8):
        start = clock.now
        while denial(door, 'Eve', 'guess').startswith('Too many'):
            clock.now += 0.5
        waits.append(clock.now - start)

    assert waits[:5] == [0, 0, 0, 0, 0]
    assert waits[5] < waits[6] < waits[7]


def test_a_right_password_works_after_the_wait_and_not_before(door: Door, clock: Clock) -> None:
    for _ in range(5):
        denial(door, 'Ann', 'guess')

    assert denial(door, 'Ann') == 'Too many wrong passwords. Please try again in 2 seconds.'

    clock.now += 2
    assert isinstance(door.admit('Ann', 'secret', HERE), Session)


def test_guessing_elsewhere_does_not_lock_out_where_people_come_from(door: Door, clock: Clock) -> None:
    door.admit('Ann', 'secret', HERE)
    for number in range(50):
        denial(door, 'Eve', 'guess', f'10.0.0.{number}')

    door.admit('Ben', 'secret', HERE)
    assert 'Too many' in denial(door, 'Cleo', 'secret', '10.9.9.9')


def test_failures_are_forgotten_after_a_quiet_time(door: Door, clock: Clock) -> None:
    for _ in range(5):
        denial(door, 'Eve', 'guess')
    clock.now += 3600
    denial(door, 'Eve', 'guess', '10.0.0.1')

    assert denial(door, 'Eve', 'guess') == 'That is not the password. Please try again.'
