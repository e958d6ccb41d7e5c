"""What visitors see instead of a page: the messenger's look, a way back, and nothing of what went wrong."""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import httpx
import pytest
from nicegui import Client, ui
from nicegui.testing import User

from messenger.elements import app_icon

ICON = (app_icon.FOLDER / 'bubble.svg').read_text().strip()
SECRET = 'cannot open /srv/secret/main.db'
Builder = Callable[[], Awaitable[None] | None]


def fail() -> None:
    ui.label('Half a page')
    raise RuntimeError(SECRET)


async def fail_later() -> None:
    fail()


async def see(user: User, path: str) -> httpx.Response:
    """Open an address like `User.open`, which accepts no other status than 200."""
    response = await user.http_client.get(path)
    found = re.search(r"'client_id': '(.+?)'", response.text)
    assert found, 'this is no page'
    user.client = Client.instances[found[1]]
    return response


async def test_wrong_address_is_our_page_with_a_way_back(user: User) -> None:
    response = await see(user, '/nowhere')

    assert response.status_code == 404
    await user.should_see('There is no page at this address.')
    user.find('Go to the messenger').click()
    await user.should_see('Log in')


@pytest.mark.parametrize('builder', [fail, fail_later])
async def test_failing_page_is_our_page_with_a_way_back(
    builder: Builder, user: User, caplog: pytest.LogCaptureFixture
) -> None:
    ui.page('/failing')(builder)

    response = await see(user, '/failing')

    assert response.status_code == 500
    await user.should_see('Something went wrong.')
    await user.should_not_see('Half a page')
    caplog.clear()  # or NiceGUI's user finds an error in the log
    user.find('Go to the messenger').click()
    await user.should_see('Log in')


@pytest.mark.parametrize('builder', [fail, fail_later])
async def test_what_went_wrong_is_in_the_log_and_not_on_the_page(
    builder: Builder, user: User, caplog: pytest.LogCaptureFixture
) -> None:
    ui.page('/failing')(builder)

    response = await user.http_client.get('/failing')

    for detail in (SECRET, 'RuntimeError', 'Traceback', __file__):
        assert detail in caplog.text
        assert detail not in response.text
    caplog.clear()


@pytest.mark.parametrize('path', ['/', '/nowhere', '/failing'])
async def test_every_page_has_our_title_icon_language_and_description(
    path: str, user: User, caplog: pytest.LogCaptureFixture
) -> None:
    ui.page('/failing')(fail)

    page = (await user.http_client.get(path)).text

    assert '<title>Simple Messenger</title>' in page
    assert '<html lang="en-US">' in page
    assert '<meta name="description" content="A chat for everybody' in page
    assert 'const dark = None;' in page  # light or dark as the browser has it
    assert f'<link href="data:image/svg+xml,{quote(ICON)}" rel="shortcut icon"' in page
    caplog.clear()


async def test_missing_file_costs_no_page(user: User) -> None:
    before = set(Client.instances)

    for path in ('/_nicegui/nowhere', '/_nicegui/3.18.0/components/nowhere', '/healthy'):
        response = await user.http_client.get(path, headers={'Accept': 'text/html'})
        assert (response.status_code, response.text) == (404, 'There is no file at this address.')

    assert set(Client.instances) == before
