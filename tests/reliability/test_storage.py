"""The disk may fail and the server may be killed; what anybody saw is kept, and nobody's text is lost."""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing

import pytest
from playwright.async_api import expect

from tests.conftest import Arrive
from tests.support.faults import SENTENCE, database_locked, database_moved, database_read_only, disk_full
from tests.support.person import Person
from tests.support.server import Server


@pytest.mark.parametrize(
    ('trouble', 'logged'),
    [
        (disk_full, 'Messages can be stored again.'),  # there was no room in the log for the reason either
        (database_locked, 'is locked. End the program that holds it'),
        (database_read_only, 'is read-only. Make it and its folder writable'),
        (database_moved, 'has been moved away, deleted or replaced while the messenger uses it. Put it back'),
    ],
)
async def test_what_cannot_be_stored_stays_with_its_writer(
    trouble: Callable[[Server], AbstractContextManager[None]], logged: str, enter: Arrive, server: Server
) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await ann.say('before')
    await ben.sees('before')

    with trouble(server):
        await ann.say('Can you read this?')
        await expect(ann.page.get_by_role('alert')).to_contain_text(SENTENCE, timeout=30_000)
        await expect(ann.box).to_have_value('Can you read this?')
        await expect(ann.held).to_have_count(0)
        cleo = await enter('Cleo')
        for person in (ann, ben, cleo):
            await person.sees_only('before')
            await person.sees_people('Ann', 'Ben', 'Cleo')
    await ann.box.press('Enter')

    for person in (ann, ben, cleo):
        await person.sees_only('before', 'Can you read this?')
    assert [text for _, text in server.kept()] == ['before', 'Can you read this?']
    assert is_sound(server)
    assert server.output.read_text().count(logged) == 1
    assert 'Messages can be stored again.' in server.output.read_text()


async def test_disk_that_fills_up_keeps_all_that_anybody_saw(enter: Arrive, server: Server) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    words = [f'word {index}' for index in range(300)]

    await ann.say_at_once(words[:150])
    await ben.has_more_than(0)
    with disk_full(server):
        refused = await gets_back(ann)
        await ann.say_at_once(words[150:250])
        refused += await gets_back(ann)
    await ann.say_at_once(words[250:])
    await expect(ann.held).to_have_count(0)

    kept = server.kept()
    await ann.shows(kept)
    await ben.shows(kept)
    assert len(refused) >= 100
    assert sorted([text for _, text in kept] + refused) == sorted(words)


async def test_killed_server_keeps_all_that_anybody_saw_once(enter: Arrive, server: Server) -> None:
    ann, ben, cleo = people = await enter('Ann'), await enter('Ben'), await enter('Cleo')
    for person in people:
        await person.returns_quickly()
    chance = random.Random(1)
    seen: set[tuple[int, str]] = set()

    for round_ in range(4):
        talking = [asyncio.create_task(talk(person, f'{round_}{name}')) for person, name in ((ann, 'a'), (ben, 'b'))]
        await cleo.has_more_than(await cleo.count())
        await asyncio.sleep(chance.uniform(0, 0.5))
        await server.kill()
        for task in talking:
            task.cancel()
        for person in people:
            seen |= {*await person.shown()}

        assert is_sound(server)
        kept = server.kept()
        assert seen <= {*kept}
        assert len({text for _, text in kept}) == len(kept)
        await server.start()
        for person, name in zip(people, ('Ann', 'Ben', 'Cleo'), strict=True):
            await person.sees_login()
            await person.enter(name)
            await person.returns_quickly()
            await expect(person.held).to_have_count(0)  # what had not been stored is sent now
        assert server.kept()[: len(kept)] == kept

    texts = [text for _, text in server.kept()]
    assert len(set(texts)) == len(texts)
    assert len(seen) > 10


async def gets_back(person: Person) -> list[str]:
    """What somebody finds in the box again, which they take out of it."""
    await expect(person.held).to_have_count(0)
    lines = (await person.box.input_value()).splitlines()
    await person.box.fill('')
    return lines


async def talk(person: Person, what: str) -> None:
    index = 0
    while True:
        await person.say_at_once([f'{what} {index + place}' for place in range(3)])
        index += 3


def is_sound(server: Server) -> bool:
    with closing(sqlite3.connect(server.database)) as database:
        return bool(database.execute('PRAGMA integrity_check').fetchall() == [('ok',)])
