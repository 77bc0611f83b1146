"""What a setting's value may be: each reads text, and raises ValueError with what is wrong."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

from rostra.ice_servers import read_ice_server

SHORTEST_SECRET = 16


def text(value: str) -> str:
    """Anything but nothing."""
    if not value.strip():
        raise ValueError("it is empty")
    return value


def secret(value: str) -> str:
    """Long enough that nobody guesses it."""
    if len(value) < SHORTEST_SECRET or not value.isascii() or not value.isprintable():
        raise ValueError(f"it must have at least {SHORTEST_SECRET} plain characters")
    return value


def whole(low: int, high: int) -> Callable[[str], int]:
    """Reads whole numbers from `low` to `high`."""

    def read(text: str) -> int:
        if not text.strip().isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"it must be a whole number from {low} to {high}")
        return int(text)

    return read


def origin(text: str) -> str:
    """Scheme, host and port, in small letters."""
    parts = urlsplit(text.strip())
    plain = parts.scheme in {"http", "https"} and parts.hostname and not parts.username
    _ = parts.port  # raises ValueError when it is none
    if not plain or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("it must look like https://live.example.org, without a path")
    return f"{parts.scheme}://{parts.netloc}".lower()


def smtp(text: str) -> str:
    """A mail server, with name and password where it wants them."""
    parts = urlsplit(text.strip())
    _ = parts.port  # raises ValueError when it is none
    plain = parts.path in {"", "/"} and not parts.query and not parts.fragment
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not plain:
        raise ValueError("it must look like smtps://user:password@mail.example.org:465")
    return text.strip()


def mailbox(text: str) -> str:
    """One e-mail address."""
    box, at, domain = text.strip().rpartition("@")
    if not (box and at and domain and text.isascii() and text.isprintable()) or " " in text.strip():
        raise ValueError("it must look like rostra@example.org")
    return text.strip()


def ports(text: str) -> str:
    """A range of UDP ports, as `A-B`."""
    low, dash, high = (part.strip() for part in text.partition("-"))
    high = high if dash else low
    usual = low.isdecimal() and high.isdecimal() and 1024 <= int(low) <= int(high) <= 65535
    if not usual:
        raise ValueError("it must look like 40000-40199, within 1024 and 65535")
    return f"{int(low)}-{int(high)}"


def public_address(text: str) -> str:
    """An address that the world can reach."""
    address = ipaddress.ip_address(text.strip())
    nobodys = address.is_unspecified or address.is_multicast or address.is_link_local
    if nobodys or address.is_loopback:
        raise ValueError("it must be the address under which the world reaches this machine")
    return str(address)


def ice_servers(text: str) -> list[str]:
    """URLs of STUN and TURN servers, by spaces or commas."""
    servers = [part for part in text.replace(",", " ").split() if part]
    for server in servers:
        read_ice_server(server)
    return servers


def switch(text: str) -> bool:
    """Yes or no."""
    answers = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if text.strip().lower() not in answers:
        raise ValueError("it must be true or false")
    return answers[text.strip().lower()]


def networks(text: str) -> list[str]:
    """Addresses and networks, by spaces or commas."""
    return [str(ipaddress.ip_network(part)) for part in text.replace(",", " ").split()]
