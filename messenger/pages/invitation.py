"""The way in for others."""

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from nicegui import app

from config import LOOPBACK_HOSTS


def reachable_address(address: str, known: Sequence[str] | None = None) -> str:
    """Return an address as others can use it: for a name of this very machine, one of the network's instead.

    :param known: the addresses that the server listens on; those of the running one by default
    """
    if urlsplit(address).hostname not in LOOPBACK_HOSTS:
        return address
    others = [url for url in (app.urls if known is None else known) if urlsplit(url).hostname not in LOOPBACK_HOSTS]
    return urlunsplit(urlsplit(address)._replace(netloc=urlsplit(others[0]).netloc)) if others else address
