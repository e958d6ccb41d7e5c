"""Who is online: quick to notice, slow to flicker, and cheap with thousands."""

from collections.abc import Sequence

import pytest

from auth import LoginSession
from messenger.presence import Presence
from models import OnlineUser, User, fold_name
from tests.support.clock import Clock


def user(name: str) -> LoginSession:
    return LoginSession(name, fold_name(name))


ANN, CLEO = user('Ann'), user('Cleo')


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def presence(clock: Clock) -> Presence:
    return Presence(lease=20, clock=clock, call_later=clock.call_later)


@pytest.fixture
def seen(presence: Presence) -> list[list[str]]:
    """The names online after each change."""
    seen: list[list[str]] = []
    presence.changed.subscribe(lambda: seen.append(names(presence.users)))
    return seen


@pytest.fixture
def typing(presence: Presence) -> list[User]:
    """The users of whom it is told that they are typing."""
    typing: list[User] = []
    presence.typed.subscribe(typing.append)
    return typing


def names(users: Sequence[OnlineUser]) -> list[str]:
    return [user.name for user in users]


async def test_users_who_come_and_go_are_listed_in_order(presence: Presence, seen: list[list[str]]) -> None:
    presence.connect(CLEO)
    presence.connect(ANN)
    presence.remove(CLEO)

    assert seen == [['Cleo'], ['Ann', 'Cleo'], ['Ann']]
    assert presence.count == 1


async def test_coming_back_in_time_goes_unnoticed(presence: Presence, clock: Clock, seen: list[list[str]]) -> None:
    presence.connect(ANN)
    presence.disconnect(ANN)
    clock.advance(19)
    presence.connect(ANN)
    clock.advance(60)

    assert seen == [['Ann']]
    assert names(presence.users) == ['Ann']


async def test_name_that_is_taken_over_is_shown_as_typed(presence: Presence, seen: list[list[str]]) -> None:
    presence.connect(ANN)
    presence.disconnect(ANN)
    presence.connect(user('ANN'))

    assert seen == [['Ann'], ['ANN']]


async def test_user_who_stays_away_is_gone_after_the_lease(
    presence: Presence, clock: Clock, seen: list[list[str]]
) -> None:
    presence.connect(ANN)
    presence.disconnect(ANN)
    clock.advance(15)
    presence.disconnect(ANN)
    clock.advance(5)

    assert seen == [['Ann'], []]


async def test_removing_twice_changes_nothing(presence: Presence, clock: Clock, seen: list[list[str]]) -> None:
    presence.remove(ANN)
    presence.disconnect(ANN)
    presence.connect(ANN)
    presence.disconnect(ANN)
    presence.remove(ANN)
    presence.remove(ANN)
    clock.advance(60)

    assert seen == [['Ann'], []]


async def test_user_who_is_away_stays_listed(presence: Presence, seen: list[list[str]]) -> None:
    presence.connect(ANN)

    presence.set_away(ANN, True)
    presence.set_away(ANN, True)
    assert list(presence.users) == [OnlineUser('Ann', 'ann', away=True)]
    presence.set_away(ANN, False)
    presence.set_away(CLEO, True)

    assert seen == [['Ann']] * 3
    assert list(presence.users) == [OnlineUser('Ann', 'ann')]


async def test_typing_is_told_every_two_seconds_at_most(presence: Presence, clock: Clock, typing: list[User]) -> None:
    presence.connect(ANN)

    for pause in (0, 0.5, 1.4, 1.1):
        clock.advance(pause)
        presence.set_typing(ANN)

    assert typing == [OnlineUser('Ann', 'ann')] * 2


async def test_user_who_is_not_online_types_nothing(presence: Presence, typing: list[User]) -> None:
    presence.set_typing(ANN)

    assert typing == []


async def test_first_users_are_those_at_the_beginning_of_the_list(presence: Presence) -> None:
    for name in ('Cleo', 'Émile', 'ann', 'Ben'):
        presence.connect(user(name))

    assert names(presence.first(2)) == ['ann', 'Ben']
    assert names(presence.first(100)) == ['ann', 'Ben', 'Cleo', 'Émile']


@pytest.mark.parametrize(
    ('query', 'found'),
    [
        ('an', ['Ann Lee', 'ANNA']),
        ('LEE', ['Ann Lee', 'Jo Leeds']),
        ('ann le', ['Ann Lee']),
        (' anna ', ['ANNA']),
        ('strasse', ['Uwe Straße']),
        ('ａｎｎａ', ['ANNA']),
        ('eeds', []),
        ('', ['Ann Lee', 'ANNA', 'Jo Leeds', 'Uwe Straße']),
        ('a' * 200, []),
    ],
)
async def test_users_are_found_by_the_beginning_of_a_word(query: str, found: list[str], presence: Presence) -> None:
    for name in ('Uwe Straße', 'ANNA', 'Jo Leeds', 'Ann Lee'):
        presence.connect(user(name))

    assert names(presence.find(query, 10)) == found
    assert names(presence.find(query, 1)) == found[:1]


async def test_arrivals_cost_the_same_however_many_are_online(presence: Presence) -> None:
    class CountedId(str):
        """A ``user_id`` that counts how often it is compared."""

        __slots__ = ()
        compared = 0

        def __lt__(self, other: str) -> bool:
            CountedId.compared += 1
            return super().__lt__(other)

    for number in range(5_000):
        presence.connect(LoginSession(f'User {number}', CountedId(f'user {number}')))
    CountedId.compared = 0

    presence.connect(LoginSession('User 777a', CountedId('user 777a')))

    assert CountedId.compared < 20
    assert presence.count == 5_001
