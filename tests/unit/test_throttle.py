"""How many wrong passwords are heard, and that the right one is heard within a minute."""

from collections import deque
from collections.abc import Iterable

import pytest

from messenger.throttle import Source, Throttle
from tests.support.clock import Clock

STEP = 1.0
ONE = Source('203.0.113.5', 'guesser')
TWELVE = [Source(f'10.0.0.{number}', 'guesser') for number in range(12)]
TWELVE_ELSEWHERE = [Source(f'{number}.0.0.1', 'guesser') for number in range(20, 32)]
A_REGION = [Source(f'10.0.{number // 250}.{number % 250}', 'guesser') for number in range(1000)]
THE_WORLD = [Source(f'{number % 200 + 1}.{number // 200}.0.1', 'guesser') for number in range(1000)]
NEWCOMER = Source('198.51.100.7', 'newcomer')


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> Throttle:
    return Throttle(clock=clock)


def guess(throttle: Throttle, sources: Iterable[Source]) -> int:
    """Have each source try once, and count those that are heard."""
    heard = 0
    for source in sources:
        if not throttle.wait(source):
            throttle.record(source, right=False)
            heard += 1
    return heard


def seconds_until_in(throttle: Throttle, clock: Clock, newcomer: Source, guessers: Iterable[Source]) -> float:
    """Have somebody with the right password follow the waits that they are told while others guess all the time."""
    start = again = clock.now
    while clock.now < start + 120:
        if clock.now >= again:
            if not (wait := throttle.wait(newcomer)):
                throttle.record(newcomer, right=True)
                return clock.now - start
            again = clock.now + wait
        guess(throttle, guessers)
        clock.advance(STEP)
    return clock.now - start


@pytest.mark.parametrize(
    'guessers', [[ONE], TWELVE, TWELVE_ELSEWHERE, A_REGION, THE_WORLD], ids=['one', '12', '12 far', 'region', 'world']
)
def test_fewer_than_twenty_guesses_are_heard_in_any_minute(
    throttle: Throttle, clock: Clock, guessers: list[Source]
) -> None:
    steps = int(60 / STEP)
    last_minute = deque([0] * steps, maxlen=steps)

    for _ in range(3 * steps):
        last_minute.append(guess(throttle, guessers))
        assert sum(last_minute) < 20
        clock.advance(STEP)


def test_turns_that_are_kept_for_later_are_not_heard_all_at_once(throttle: Throttle, clock: Clock) -> None:
    heard = []
    for _ in range(40):
        heard.append(guess(throttle, THE_WORLD))
        clock.advance(19)  # each turn is used as late as can be

    assert max(sum(heard[start : start + 4]) for start in range(len(heard))) < 20


@pytest.mark.parametrize('lead', [0, 1, 30, 120])
@pytest.mark.parametrize(
    'guessers', [[ONE], TWELVE, TWELVE_ELSEWHERE, A_REGION], ids=['one', 'twelve', 'twelve far', 'a region']
)
def test_newcomer_is_in_within_a_minute(throttle: Throttle, clock: Clock, guessers: list[Source], lead: int) -> None:
    for _ in range(int(lead / STEP)):
        guess(throttle, guessers)
        clock.advance(STEP)
    guess(throttle, guessers)

    assert seconds_until_in(throttle, clock, NEWCOMER, guessers) < 60


@pytest.mark.parametrize('lead', [0, 1, 30, 120])
def test_who_shares_an_address_with_a_guesser_is_in_within_a_minute(
    throttle: Throttle, clock: Clock, lead: int
) -> None:
    for _ in range(int(lead / STEP)):
        guess(throttle, [ONE])
        clock.advance(STEP)
    guess(throttle, [ONE])

    assert seconds_until_in(throttle, clock, Source(ONE.address, 'newcomer'), [ONE]) < 60


def test_neighbour_of_twelve_guessers_is_in_within_a_minute(throttle: Throttle, clock: Clock) -> None:
    guess(throttle, TWELVE)

    assert seconds_until_in(throttle, clock, Source('10.0.0.99', 'newcomer'), TWELVE) < 60


def test_who_comes_back_to_a_known_network_is_in_at_once(throttle: Throttle, clock: Clock) -> None:
    throttle.wait(NEWCOMER)
    throttle.record(NEWCOMER, right=True)
    for _ in range(100):
        guess(throttle, THE_WORLD)
        clock.advance(STEP)

    assert throttle.wait(Source(NEWCOMER.address, 'another page')) == 0


def test_knowing_a_network_is_not_freedom(throttle: Throttle, clock: Clock) -> None:
    known = TWELVE_ELSEWHERE
    for source in known:
        throttle.wait(source)
        throttle.record(source, right=True)

    heard = 0
    for _ in range(120):
        heard += guess(throttle, known)
        clock.advance(STEP)

    assert heard < 20


def test_right_passwords_wait_for_nobody_while_nobody_guesses(throttle: Throttle) -> None:
    for number in range(200):
        source = Source('198.51.100.7', f'page {number}')
        assert throttle.wait(source) == 0
        throttle.record(source, right=True)


def test_right_passwords_of_many_do_not_wait_for_one_guesser(throttle: Throttle, clock: Clock) -> None:
    for _ in range(100):
        guess(throttle, [ONE])
        clock.advance(STEP)

    for number in range(200):
        source = Source(f'198.51.100.{number}', 'a page')
        assert throttle.wait(source) == 0
        throttle.record(source, right=True)


def test_trying_early_does_not_change_the_turn(throttle: Throttle, clock: Clock) -> None:
    guess(throttle, [ONE, ONE])
    assert throttle.wait(ONE) == 20

    clock.advance(5)
    assert throttle.wait(ONE) == 15
    clock.advance(15)
    assert throttle.wait(ONE) == 0


def test_turn_that_is_not_used_is_lost(throttle: Throttle, clock: Clock) -> None:
    guess(throttle, [ONE, ONE, ONE])

    clock.advance(41)

    assert guess(throttle, [ONE]) == 1  # with a token that has come back
    assert throttle.wait(ONE) == 20


def test_one_machine_has_a_whole_ipv6_network(throttle: Throttle) -> None:
    pages = [Source(f'2001:db8::{number}', f'page {number}') for number in range(5)]

    assert guess(throttle, pages) == 2
    assert throttle.wait(Source('2001:db8:0:1::1', 'a page')) == 0


def test_failures_are_forgotten_after_ten_minutes(throttle: Throttle, clock: Clock) -> None:
    guess(throttle, [ONE, ONE, ONE])

    clock.advance(700)

    assert guess(throttle, [ONE, ONE, ONE]) == 2
