"""Pictures of the running messenger, for the README and for whoever changes how it looks: ``make screenshots``."""

import asyncio
import os
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.conftest import CHROMIUM
from tests.person import Person
from tests.server import ROOT, Server

FOLDER = ROOT / 'docs' / 'pictures'
DESK = {'viewport': {'width': 1280, 'height': 800}}
PHONE = {'viewport': {'width': 390, 'height': 844}, 'is_mobile': True, 'has_touch': True, 'device_scale_factor': 2}
TALK = [
    ('Mara', 'Morning! The projector in room 3 is **dead** again.'),
    ('Mara', 'I can swap it with the one from the lab, unless somebody needs it before ten?'),
    (
        'Jonas',
        "Take it, we are outside until noon. It's on the cart:\n\n1. cable in the left drawer\n2. remote is *mine*",
    ),
    ('Ann', 'Slides are at http://192.168.0.12/slides, please check that you can open them.'),
    ('Mara', 'Works here. `curl -I` says 200.'),
    ('Ann', 'Perfect, see you at ten ☕'),
]


async def talk(people: dict[str, Person]) -> None:
    for index, (name, text) in enumerate(TALK):
        await people[name].say(text)
        for person in people.values():
            await person.rows.nth(index).wait_for()


async def take(browser: Browser, server: Server, device: str, options: dict[str, object], scheme: str) -> None:
    """One picture of the login and one of the conversation."""
    ann = await Person.arrive(browser, server.url, color_scheme=scheme, **options)
    await ann.page.get_by_label('Name').fill('Ann')
    await ann.page.wait_for_timeout(600)
    await ann.page.screenshot(path=FOLDER / f'login-{device}-{scheme}.png')
    await ann.enter('Ann')
    others = {name: await Person.arrive(browser, server.url) for name in ('Mara', 'Jonas')}
    for name, person in others.items():
        await person.enter(name)
    if await ann.rows.count() == 0:
        await ann.page.screenshot(path=FOLDER / f'empty-{device}-{scheme}.png')
        await talk({'Ann': ann} | others)
    await ann.page.wait_for_timeout(600)
    await ann.page.screenshot(path=FOLDER / f'chat-{device}-{scheme}.png')
    for person in (ann, *others.values()):
        await person.page.close(run_before_unload=True)
    await asyncio.sleep(0.5)


async def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        await server.start()
        async with async_playwright() as playwright:
            arguments = ['--disable-gpu', '--hide-scrollbars'] + ['--no-sandbox'] * (os.geteuid() == 0)
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
            for device, options in {'desk': DESK, 'phone': PHONE}.items():
                for scheme in ('light', 'dark'):
                    await take(browser, server, device, options, scheme)
            await browser.close()
        await server.stop()


if __name__ == '__main__':
    asyncio.run(main())
