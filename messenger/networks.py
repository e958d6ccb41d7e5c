"""Whom an IP address belongs to."""

import ipaddress


def network_of(address: str) -> str:
    """Return the address itself, or the /64 network of an IPv6 address, since one machine has all of that."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else address
