"""Who is here: quick to notice, slow to flicker."""

import asyncio

import pytest

from auth import LoginSession
from messenger.presence import Presence
from models import User
from tests.support.clock import Clock

ANN, CLEO = LoginSession('Ann', 'ann'), LoginSession('Cleo', 'cleo')


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
    presence.connect(CLEO)
    presence.connect(ANN)
    presence.remove(CLEO)

    assert told == [['Cleo'], ['Ann', 'Cleo'], ['Ann']]


async def test_coming_back_in_time_makes_nobody_flicker(presence: Presence, told: list[list[str]]) -> None:
    presence.connect(ANN)
    presence.disconnect(ANN)
    await asyncio.sleep(0.05)
    presence.connect(ANN)
    await asyncio.sleep(0.1)

    assert told == [['Ann']]
    assert [person.name for person in presence.users] == ['Ann']


async def test_who_takes_a_name_over_is_shown_as_they_write_it(presence: Presence, told: list[list[str]]) -> None:
    presence.connect(ANN)
    presence.disconnect(ANN)
    presence.connect(LoginSession('ANN', 'ann'))

    assert told == [['Ann'], ['ANN']]


async def test_who_stays_away_is_gone_after_the_lease(presence: Presence, told: list[list[str]]) -> None:
    presence.connect(ANN)
    presence.disconnect(ANN)
    presence.disconnect(ANN)
    await asyncio.sleep(0.15)

    assert told == [['Ann'], []]


async def test_leaving_twice_or_losing_nobody_is_nothing(presence: Presence, told: list[list[str]]) -> None:
    presence.remove(ANN)
    presence.disconnect(ANN)
    presence.connect(ANN)
    presence.disconnect(ANN)
    presence.remove(ANN)
    presence.remove(ANN)
    await asyncio.sleep(0.15)

    assert told == [['Ann'], []]


async def test_who_is_away_stays_listed_and_is_told_once(presence: Presence, told: list[list[str]]) -> None:
    presence.connect(ANN)

    presence.set_away(ANN, True)
    presence.set_away(ANN, True)
    assert [person.away for person in presence.users] == [True]
    presence.set_away(ANN, False)

    assert told == [['Ann']] * 3
    assert [person.away for person in presence.users] == [False]


async def test_signs_of_typing_are_heard_every_few_seconds_at_most(presence: Presence, clock: Clock) -> None:
    typing: list[User] = []
    presence.typed.subscribe(typing.append)
    presence.connect(ANN)

    for clock.now in (0.0, 0.5, 1.9, 3.0):
        presence.set_typing(ANN)

    assert typing == [ANN, ANN]


async def test_who_is_not_here_types_nothing(presence: Presence) -> None:
    typing: list[User] = []
    presence.typed.subscribe(typing.append)

    presence.set_typing(ANN)

    assert typing == []
