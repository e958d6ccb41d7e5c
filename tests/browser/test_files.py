"""Files and pictures as people send and see them."""

import re
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Locator, expect

from tests.conftest import Arrive, EnterByWire
from tests.support.files import PDF, on_disk, photo, picture
from tests.support.person import Person
from tests.support.server import Server
from tests.support.waiting import until

PHOTO: FilePayload = {'name': 'Tea time.jpg', 'mimeType': 'image/jpeg', 'buffer': photo((400, 200))}
REPORT: FilePayload = {'name': 'Grüße.pdf', 'mimeType': 'application/pdf', 'buffer': PDF}
HAND_OVER = """([type, name, content]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(content), (char) => char.charCodeAt(0))], name));
    const field = document.querySelector('.box textarea');
    if (type === 'paste') {
        field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
    } else {
        for (const each of ['dragover', 'drop'])
            field.dispatchEvent(new DragEvent(each, {dataTransfer: data, bubbles: true, cancelable: true}));
    }
}"""


async def attach(person: Person, *files: FilePayload) -> None:
    async with person.page.expect_file_chooser() as chooser:
        await person.page.get_by_role('button', name='Attach files').click()
    await (await chooser.value).set_files(files)


def tray(person: Person) -> Locator:
    return person.page.get_by_role('list', name='Files that go with the message').get_by_role('listitem')


def last_picture(person: Person) -> Locator:
    return person.rows.last.locator('.picture img')


async def is_loaded(picture: Locator) -> None:
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property('complete', True)
    assert await picture.evaluate('image => image.naturalWidth') > 0


async def test_a_picture_and_a_text_are_one_message_for_everybody(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')

    await attach(ann, PHOTO)
    await expect(tray(ann)).to_have_count(1)
    await ann.say('Look at this')

    for person in (ann, ben):
        await person.sees('Look at this')
        await is_loaded(last_picture(person))
    await expect(tray(ann)).to_have_count(0)
    await expect(ann.rows).to_have_count(1)
    assert ann.trouble == ben.trouble == []


async def test_files_alone_are_a_message_and_can_be_saved(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')

    await attach(ann, REPORT, PHOTO)
    await expect(tray(ann).locator('progress')).to_have_count(0)
    await ann.page.get_by_role('button', name='Send').click()

    card = ben.rows.last.get_by_role('link', name=re.compile('Grüße.pdf'))
    await expect(card).to_contain_text('1.01 kB')
    async with ben.page.expect_download() as download:
        await card.click()
    saved = await download.value
    assert saved.suggested_filename == 'Grüße.pdf'
    assert Path(await saved.path()).read_bytes() == PDF
    await is_loaded(last_picture(ben))


@pytest.mark.parametrize('how', ['paste', 'drop'])
async def test_what_is_pasted_or_dropped_is_attached(how: str, enter: Arrive) -> None:
    import base64

    ann = await enter('Ann')

    await ann.page.evaluate(HAND_OVER, [how, 'cat.png', base64.b64encode(picture('PNG')).decode()])
    await expect(tray(ann)).to_have_text([re.compile('cat.png')])
    await ann.page.get_by_role('button', name='Send').click()

    await is_loaded(last_picture(ann))


async def test_nothing_jumps_when_a_picture_loads(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await ben.page.route('**/files/**', lambda route: route.abort())

    await attach(ann, PHOTO)
    await ann.say('Look')
    await ben.sees('Look')

    height = await last_picture(ben).evaluate('image => image.getBoundingClientRect().height')
    await is_loaded(last_picture(ann))
    assert height == await last_picture(ann).evaluate('image => image.getBoundingClientRect().height') > 100


async def test_a_click_shows_a_picture_large(enter: Arrive) -> None:
    ann = await enter('Ann')
    await attach(ann, PHOTO)
    await ann.say('Look')

    await last_picture(ann).click()

    await is_loaded(ann.dialog.get_by_role('img', name='Tea time.jpg'))
    await ann.page.keyboard.press('Escape')
    await expect(ann.dialog).to_have_count(0)


async def test_a_file_can_be_taken_out_again(enter: Arrive) -> None:
    ann = await enter('Ann')
    await attach(ann, REPORT, PHOTO)

    await ann.page.get_by_role('button', name='Remove Grüße.pdf').click()
    await ann.say('One')

    await is_loaded(last_picture(ann))
    await expect(ann.rows.last.locator('.file')).to_have_count(0)


async def test_what_is_too_large_or_too_many_is_told_at_once(enter: Arrive) -> None:
    ann = await enter('Ann')

    await attach(ann, {'name': 'film.mov', 'mimeType': 'video/quicktime', 'buffer': b'x' * 25_000_001})
    await ann.is_told('A file can have at most 25 MB.')
    await ann.say('Look')
    await ann.is_told('Remove the file that cannot be sent, and send again.')
    await attach(ann, *[REPORT] * 10)
    await ann.is_told('A message can have at most 10 files. Send the others in another one.')

    await expect(tray(ann)).to_have_count(10)
    await expect(ann.rows).to_have_count(0)


async def test_an_upload_goes_on_after_a_lost_connection(enter_by_wire: EnterByWire, house: Path) -> None:
    ann, wire = await enter_by_wire('Ann')
    await wire.cut()

    await attach(ann, PHOTO)
    await ann.box.fill('Look')
    await ann.is_told('The connection is lost. It is tried again.')
    await ann.box.press('Enter')
    await ann.is_told('This is sent as soon as its files are there.')
    await wire.mend()

    await ann.sees('Look')
    await is_loaded(last_picture(ann))
    await expect(ann.rows).to_have_count(1)
    assert len(on_disk(house / 'files')) == 1


async def test_a_deleted_message_takes_its_files_along(enter: Arrive, server: Server) -> None:
    ann = await enter('Ann')
    await attach(ann, PHOTO)
    await ann.say('Look')
    await is_loaded(last_picture(ann))

    await ann.act('Delete', 'Look')
    await ann.dialog.get_by_role('button', name='Delete').click()

    await ann.sees('message deleted')
    await expect(ann.rows.last.locator('.files')).to_have_count(0)
    await until(lambda: not on_disk(server.database.parent / 'files'))
