"""Pictures of the running messenger, for the README and for whoever changes how it looks: ``make screenshots``."""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright, expect

from messenger.elements import app_icon
from tests.conftest import CHROMIUM
from tests.support.person import Person
from tests.support.server import ROOT, Server

FOLDER = ROOT / 'docs' / 'pictures'
DESK: dict[str, Any] = {'viewport': {'width': 1280, 'height': 800}}
PHONE: dict[str, Any] = {
    'viewport': {'width': 390, 'height': 844},
    'is_mobile': True,
    'has_touch': True,
    'device_scale_factor': 2,
}
TALK = [
    ('Mara', 'Morning! The projector in room 3 is **dead** again.'),
    ('Mara', 'I can swap it with the one from the lab, unless somebody needs it before ten?'),
    ('Jonas', 'Take it, we are outside until noon. The remote is on the cart.'),
    ('Ann', 'Slides are at http://192.168.0.12/slides, please check that you can open them.'),
    ('Mara', '@Ann works here:\n```sh\ncurl -sI http://192.168.0.12/slides | head -1\n```'),
]


async def talk(people: dict[str, Person]) -> None:
    """A conversation with a bit of everything."""
    for index, (name, text) in enumerate(TALK):
        await people[name].say(text)
        for person in people.values():
            await person.rows.nth(index).wait_for()
    for name in ('Ann', 'Mara'):
        await people[name].act('React with 🙏', TALK[2][1])
    await people['Ann'].act('Reply', TALK[2][1])
    await people['Ann'].say('Perfect, see you at ten ☕')
    await people['Mara'].say(':tada:')
    await people['Ann'].sees('🎉')
    await people['Ann'].page.mouse.move(5, 5)


async def take(browser: Browser, server: Server, device: str, options: dict[str, Any], scheme: str) -> None:
    """Pictures of every state on one device."""
    ann = await Person.arrive(browser, server.url, color_scheme=scheme, **options)

    async def picture(name: str) -> None:
        await ann.page.wait_for_timeout(600)
        await ann.page.screenshot(path=FOLDER / f'{name}-{device}-{scheme}.png')

    await ann.page.get_by_label('Name').fill('Ann')
    await picture('login')
    await ann.enter('Ann')
    others = {name: await Person.arrive(browser, server.url) for name in ('Mara', 'Jonas')}
    for name, person in others.items():
        await person.enter(name)
    if await ann.rows.count() == 0:
        await picture('empty')
        await talk({'Ann': ann} | others)
    await others['Jonas'].box.press_sequentially('Hm')
    await picture('chat')
    await ann.show_tools(TALK[0][1].replace('*', '') if 'has_touch' in options else '🎉')
    await picture('tools')
    await ann.page.keyboard.press('Escape')
    await ann.page.get_by_role('button', name='Menu').click()
    await picture('menu')
    await ann.page.keyboard.press('Escape')
    await expect(ann.menu).to_have_count(0)
    for item in ('Invite others', 'Settings', 'Help'):
        await ann.open(item)
        await picture(item.split()[0].lower())
        await ann.page.keyboard.press('Escape')
        await expect(ann.dialog).to_have_count(0)
    for person in (ann, *others.values()):
        await person.page.close(run_before_unload=True)
    await asyncio.sleep(0.5)


async def draw_icons(browser: Browser) -> None:
    """The icons for home screens, from the SVG."""
    bubble = (app_icon.FOLDER / 'bubble.svg').read_text()
    for size in app_icon.SIZES:
        page = await browser.new_page(viewport={'width': size, 'height': size})
        await page.set_content(f'<body style="margin:0;background:#0b6e69">{bubble}')
        await page.screenshot(path=app_icon.FOLDER / f'{size}.png')
        await page.close()


async def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        await server.start()
        async with async_playwright() as playwright:
            arguments = ['--disable-gpu', '--hide-scrollbars'] + ['--no-sandbox'] * (os.geteuid() == 0)
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
            await draw_icons(browser)
            for device, options in {'desk': DESK, 'phone': PHONE}.items():
                for scheme in ('light', 'dark'):
                    await take(browser, server, device, options, scheme)
            await browser.close()
        await server.stop()


if __name__ == '__main__':
    asyncio.run(main())
