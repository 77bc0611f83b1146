"""Who asks, where proxies stand in front. Pure.

A proxy that the operator trusts tells the address of who asked it, at the end of X-Forwarded-For.
What stands before that, the client may have written itself; nobody else's word is taken at all.
"""

from __future__ import annotations

import ipaddress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def who_asks(peer: str, forwarded: str | None, trusted: tuple[Network, ...]) -> str:
    """The address of who asks; `peer` is who is connected, `forwarded` what it says of others.

    It is the last address that is no trusted proxy's; where what is said makes no sense, the last
    one that did.
    """
    asker = peer
    steps = reversed(forwarded.split(",")) if forwarded is not None else ()
    for step in steps:
        if not _is_among(asker, trusted):
            break
        try:
            asker = str(ipaddress.ip_address(step.strip()))
        except ValueError:
            break
    return asker


def _is_among(address: str, networks: tuple[Network, ...]) -> bool:
    if not networks:
        return False
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if found.version == 6 else None
    return any((mapped or found) in network for network in networks)
