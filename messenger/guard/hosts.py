"""By which names a browser may reach the server, and from which pages."""

import ipaddress
import re
import socket
from collections.abc import Collection, Mapping

# nobody can register these on the internet, so no foreign page can have them point here (DNS rebinding)
PRIVATE_SUFFIXES = ('.local', '.localhost', '.localdomain', '.lan', '.home.arpa', '.internal', '.test')
HOST = re.compile(r'(\[[0-9a-f:.]+\]|[^:\[\]/@\s]+)(:\d{1,5})?')


class HostRule:
    """Accepts IP addresses, names that exist in a private network only, this machine's name, and those of the setting.

    A page of another site that has its own name point to this server would be taken for a page of ours by the browser;
    its requests carry that name.
    """

    def __init__(self, names: Collection[str], *, own_name: str = socket.gethostname()) -> None:
        """
        :param names: further names, ``*`` for any
        :param own_name: the name of this machine
        """
        self._names = {name.lower() for name in (*names, own_name)}

    def allows_host(self, host: str) -> bool:
        """Return whether a ``Host`` header, with or without a port, is a name of this server."""
        found = HOST.fullmatch(host.lower())
        if not found:
            return '*' in self._names
        name = found[1].strip('[]').removesuffix('.')
        return (
            '.' not in name.removesuffix('.')
            or name in self._names
            or '*' in self._names
            or name.endswith(PRIVATE_SUFFIXES)
            or _is_address(name)
        )

    def allows_origin(self, headers: Mapping[str, str]) -> bool:
        """Return whether a request comes from a page of this server, or from a program, which sends no ``Origin``."""
        origin = headers.get('origin')
        return origin is None or origin.lower().partition('://')[2] == headers.get('host', '').lower()


def parse_names(text: str) -> tuple[str, ...]:
    """Return the names of a comma-separated list."""
    return tuple(filter(None, (name.strip() for name in text.split(','))))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
