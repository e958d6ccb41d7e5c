"""A page that has been in the chat for a while is still a page of NiceGUI: what the server changes in it, changes."""

from playwright.async_api import expect

from tests.conftest import Arrive, EnterByWire
from tests.support.person import Person
from tests.support.wire import Wire


async def test_after_a_while_dialogs_notices_and_labels_still_work(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')

    await talk(ann, ben)

    await dialogs_open_and_close(ann)
    await a_label_changes(ann)
    await a_notice_appears(ann, ben)


async def test_after_a_cut_dialogs_notices_and_labels_still_work(enter_by_wire: EnterByWire, enter: Arrive) -> None:
    (ann, wire), ben = await enter_by_wire('Ann'), await enter('Ben')
    await talk(ann, ben)

    await cut_for_a_moment(ann, wire)
    await ben.say('Still there?')
    await ann.sees('Still there?')

    await dialogs_open_and_close(ann)
    await a_label_changes(ann)
    await a_notice_appears(ann, ben)


async def talk(ann: Person, ben: Person) -> None:
    await ann.say('Hello')
    await ben.say('And hello to you')
    await ann.sees_only('Hello', 'And hello to you')
    await ann.page.wait_for_timeout(2500)  # longer than NiceGUI waits for anything in a new page


async def cut_for_a_moment(person: Person, wire: Wire) -> None:
    await wire.cut()
    await expect(person.offline).to_be_visible()
    await wire.mend()
    await person.is_up_to_date()


async def dialogs_open_and_close(person: Person) -> None:
    for item in ('Help', 'Settings', 'Help'):
        dialog = await person.open(item)
        await dialog.get_by_role('button', name='Close').click()
        await expect(dialog).to_have_count(0)


async def a_label_changes(person: Person) -> None:
    await person.act('Reply', 'And hello to you')
    await expect(person.page.get_by_text('Replying to Ben: And hello to you')).to_be_visible()
    await person.page.get_by_role('button', name='Cancel').click()
    await expect(person.page.get_by_text('Replying to')).to_be_hidden()


async def a_notice_appears(person: Person, other: Person) -> None:
    """Have the server refuse to delete what another one has written."""
    await person.claim('And hello to you', by='Hello')
    await person.act('Delete', 'And hello to you')
    await person.dialog.get_by_role('button', name='Delete').click()

    await person.is_told('That message cannot be changed: it is deleted, or not yours.')
    await other.sees('And hello to you')
