"""Two and three people with real browsers: log in, talk, leave."""


from tests.conftest import Arrive


async def test_what_one_says_everyone_sees(enter: Arrive) -> None:
    ann, ben, cleo = await enter('Ann'), await enter('Ben'), await enter('Cleo')

    await ann.say('The kettle is on')
    await ben.say('Two sugars')

    for person in (ann, ben, cleo):
        await person.sees_only('The kettle is on', 'Two sugars')


async def test_who_comes_later_reads_all_that_was_said(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('Nobody is here yet')
    await ann.sees('Nobody is here yet')

    ben = await enter('Ben')

    await ben.sees_only('Nobody is here yet')
