"""How often members may do things."""

import pytest

from auth import LoginError, LoginService, LoginSession
from messenger.rate_limits import MemberLimits, TokenBucket, in_words
from messenger.throttle import Source
from tests.support.clock import Clock

ANN, BEN = LoginSession('Ann', 'ann', '10.0.0.1'), LoginSession('Ben', 'ben', '10.0.0.2')


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> MemberLimits:
    return MemberLimits(posts_per_second=2, post_burst=10, clock=clock)


def test_ten_posts_at_once_and_then_two_a_second(limits: MemberLimits, clock: Clock) -> None:
    assert [limits.count('post', ANN) for _ in range(11)] == [0] * 10 + [0.5]

    posted = 0
    for _ in range(100):
        clock.advance(0.1)
        posted += not limits.count('post', ANN)
    assert posted == 20


def test_who_waits_as_told_may_post(limits: MemberLimits, clock: Clock) -> None:
    while not (wait := limits.count('post', ANN)):
        pass

    clock.advance(wait)

    assert limits.count('post', ANN) == 0


def test_one_member_does_not_use_up_what_others_may_do(limits: MemberLimits) -> None:
    while not limits.count('post', ANN):
        pass

    assert limits.count('post', BEN) == 0
    assert limits.count('react', ANN) == 0


def test_another_name_from_the_same_address_is_not_another_allowance(limits: MemberLimits) -> None:
    names = [LoginSession(f'Ann {number}', f'ann {number}', '10.0.0.1') for number in range(50)]

    assert sum(not limits.count('post', name) for name in names for _ in range(10)) == 100
    assert limits.count('post', BEN) == 0


def test_another_login_under_the_same_name_is_not_another_allowance(limits: MemberLimits) -> None:
    while not limits.count('post', ANN):
        pass

    assert limits.count('post', LoginSession('Ann', 'ann', '10.9.9.9')) > 0


def test_those_who_have_all_their_tokens_are_forgotten_and_no_others(limits: MemberLimits, clock: Clock) -> None:
    for _ in range(10):
        limits.count('post', ANN)
    for number in range(3000):
        limits.count('post', LoginSession('', f'{number}', f'{number}'))

    assert limits.count('post', ANN) == 0.5


def test_token_that_is_taken_in_advance_is_waited_for(clock: Clock) -> None:
    bucket = TokenBucket(burst=2, interval=3, clock=clock)

    waits = []
    for _ in range(4):
        waits.append(bucket.wait)
        bucket.take()
    bucket.give_back()

    assert waits == [0, 0, 3, 6]
    assert bucket.wait == 6


async def test_one_address_has_so_many_sessions_and_no_more(clock: Clock) -> None:
    logins = LoginService('secret', sessions_per_address=3, clock=clock)
    sessions = [await logins.log_in(name, 'secret', Source('10.0.0.1')) for name in ('Ann', 'Ben', 'Cleo')]
    await logins.log_in('Dora', 'secret', Source('10.0.0.2'))

    with pytest.raises(LoginError, match='Too many logins from your address'):
        await logins.log_in('Eve', 'secret', Source('10.0.0.1'))
    clock.advance(60)
    with pytest.raises(LoginError, match='3 people are here from your address already'):
        await logins.log_in('Eve', 'secret', Source('10.0.0.1'))
    logins.log_out(sessions[0])
    assert (await logins.log_in('Eve', 'secret', Source('10.0.0.1'))).name == 'Eve'


@pytest.mark.parametrize(
    ('seconds', 'words'), [(0.2, '1 second'), (1, '1 second'), (1.01, '2 seconds'), (60, '60 seconds')]
)
def test_wait_is_told_in_whole_seconds(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
