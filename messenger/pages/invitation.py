"""The way in for others: an address and its QR code."""

from io import BytesIO
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import segno
from nicegui import Client, app

from config import LOOPBACK_HOSTS
from messenger.pages import audience, browser

LONGEST_ADDRESS = 300


class Invitation:
    """Answers the page that asks how others get here; ``sent`` is the address that it was opened with."""

    def __init__(self, client: Client) -> None:
        self._client = client
        audience.hear('invite', self._answer)

    async def _answer(self, sent: Any) -> None:
        if isinstance(sent, str) and sent.startswith(('http://', 'https://')):
            address = reachable(sent[:LONGEST_ADDRESS], list(app.urls))
            await audience.tell(self._client, browser.call('invite', address, code(address)))


def reachable(address: str, known: list[str]) -> str:
    """The address as others can use it: where a page was opened by a name of its own machine, one of the network's."""
    if urlsplit(address).hostname not in LOOPBACK_HOSTS:
        return address
    others = [url for url in known if urlsplit(url).hostname not in LOOPBACK_HOSTS]
    return urlunsplit(urlsplit(address)._replace(netloc=urlsplit(others[0]).netloc)) if others else address


def code(address: str) -> str:
    """The QR code of an address, as an SVG with the quiet zone that ISO/IEC 18004 asks for."""
    picture = BytesIO()
    segno.make(address, micro=False).save(
        picture, kind='svg', xmldecl=False, svgclass=None, lineclass=None, light='#fff', omitsize=True, title='QR code'
    )
    return picture.getvalue().decode()
