"""Who is here: quick to notice, slow to flicker."""

import asyncio

import pytest

from presence import Presence


@pytest.fixture
def presence() -> Presence:
    return Presence(lease=0.1)


@pytest.fixture
def told(presence: Presence) -> list[list[str]]:
    told: list[list[str]] = []
    presence.changed.subscribe(lambda names: told.append(list(names)))
    return told


async def test_who_comes_and_goes_is_told(presence: Presence, told: list[list[str]]) -> None:
    presence.enter('cleo', 'Cleo')
    presence.enter('ann', 'Ann')
    presence.leave('cleo')

    assert told == [['Cleo'], ['Ann', 'Cleo'], ['Ann']]


async def test_coming_back_in_time_makes_nobody_flicker(presence: Presence, told: list[list[str]]) -> None:
    presence.enter('ann', 'Ann')
    presence.lose('ann')
    await asyncio.sleep(0.05)
    presence.enter('ann', 'Ann')
    await asyncio.sleep(0.1)

    assert told == [['Ann']]
    assert presence.names == ['Ann']


async def test_who_stays_away_is_gone_after_the_lease(presence: Presence, told: list[list[str]]) -> None:
    presence.enter('ann', 'Ann')
    presence.lose('ann')
    presence.lose('ann')
    await asyncio.sleep(0.15)

    assert told == [['Ann'], []]


async def test_leaving_twice_or_losing_nobody_is_nothing(presence: Presence, told: list[list[str]]) -> None:
    presence.leave('ann')
    presence.lose('ann')
    presence.enter('ann', 'Ann')
    presence.lose('ann')
    presence.leave('ann')
    presence.leave('ann')
    await asyncio.sleep(0.15)

    assert told == [['Ann'], []]
