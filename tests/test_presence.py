"""Who is here: quick to notice, slow to flicker."""

import asyncio

import pytest

from auth import Session
from messenger.presence import Presence
from models import User

ANN, CLEO = Session('Ann', 'ann'), Session('Cleo', 'cleo')


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def presence(clock: Clock) -> Presence:
    return Presence(lease=0.1, clock=clock)


@pytest.fixture
def told(presence: Presence) -> list[list[str]]:
    told: list[list[str]] = []
    presence.changed.subscribe(lambda people: told.append([person.name for person in people]))
    return told


async def test_who_comes_and_goes_is_told(presence: Presence, told: list[list[str]]) -> None:
    presence.enter(CLEO)
    presence.enter(ANN)
    presence.leave(CLEO)

    assert told == [['Cleo'], ['Ann', 'Cleo'], ['Ann']]


async def test_coming_back_in_time_makes_nobody_flicker(presence: Presence, told: list[list[str]]) -> None:
    presence.enter(ANN)
    presence.lose(ANN)
    await asyncio.sleep(0.05)
    presence.enter(ANN)
    await asyncio.sleep(0.1)

    assert told == [['Ann']]
    assert [person.name for person in presence.people] == ['Ann']


async def test_who_takes_a_name_over_is_shown_as_they_write_it(presence: Presence, told: list[list[str]]) -> None:
    presence.enter(ANN)
    presence.lose(ANN)
    presence.enter(Session('ANN', 'ann'))

    assert told == [['Ann'], ['ANN']]


async def test_who_stays_away_is_gone_after_the_lease(presence: Presence, told: list[list[str]]) -> None:
    presence.enter(ANN)
    presence.lose(ANN)
    presence.lose(ANN)
    await asyncio.sleep(0.15)

    assert told == [['Ann'], []]


async def test_leaving_twice_or_losing_nobody_is_nothing(presence: Presence, told: list[list[str]]) -> None:
    presence.leave(ANN)
    presence.lose(ANN)
    presence.enter(ANN)
    presence.lose(ANN)
    presence.leave(ANN)
    presence.leave(ANN)
    await asyncio.sleep(0.15)

    assert told == [['Ann'], []]


async def test_who_is_away_stays_listed_and_is_told_once(presence: Presence, told: list[list[str]]) -> None:
    presence.enter(ANN)

    presence.be_away(ANN, True)
    presence.be_away(ANN, True)
    assert [person.away for person in presence.people] == [True]
    presence.be_away(ANN, False)

    assert told == [['Ann']] * 3
    assert [person.away for person in presence.people] == [False]


async def test_signs_of_typing_are_heard_every_few_seconds_at_most(presence: Presence, clock: Clock) -> None:
    typing: list[User] = []
    presence.typed.subscribe(typing.append)
    presence.enter(ANN)

    for clock.now in (0.0, 0.5, 1.9, 3.0):
        presence.type(ANN)

    assert typing == [ANN, ANN]


async def test_who_is_not_here_types_nothing(presence: Presence) -> None:
    typing: list[User] = []
    presence.typed.subscribe(typing.append)

    presence.type(ANN)

    assert typing == []
