"""Whom an IP address belongs to."""

import ipaddress
from functools import lru_cache


@lru_cache(maxsize=4096)
def network_of(address: str, *, ipv4: int = 32, ipv6: int = 64) -> str:
    """Return the network of an address, or of a smaller network.

    It is the address itself by default, or the /64 of an IPv6 address, since one machine has all of that.

    :param ipv4: length of an IPv4 network's prefix, in bits
    :param ipv6: length of an IPv6 network's prefix, in bits
    """
    try:
        ip = ipaddress.ip_interface(address)
    except ValueError:
        return address
    length = ipv4 if ip.version == 4 else ipv6
    network = ipaddress.ip_network((ip.ip, length), strict=False)
    return str(network.network_address if length == network.max_prefixlen else network)
