"""STUN and TURN servers: how the operator writes them, and what a speaker is given. Pure.

A TURN server wants credentials. With a secret that it shares with us (coturn's `use-auth-secret`)
every speaker is lent a name and a password that expire, and nothing long-lived reaches a browser.
Fixed ones may be written into the address instead: `turn:name:password@turn.example.org`.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import unquote

_ADDRESS = re.compile(
    r"(?P<scheme>stuns?|turns?):"
    r"(?:(?P<username>[^:@?]+):(?P<credential>[^@?]+)@)?"
    r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>\d{1,5}))?"
    r"(?:\?transport=(?P<transport>udp|tcp))?"
)
_PLAIN, _SECURE = 3478, 5349  # ports that RFC 7064 and RFC 7065 name
_LINK = re.compile(
    r'\s*<(?P<url>[^<>\s]+)>(?P<rest>(?:\s*;\s*[\w-]+\s*=\s*(?:"(?:\\.|[^"\\])*"|[\w-]+))*)'
)
_PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([\w-]+))')


@dataclass(frozen=True)
class IceServer:
    """One server. `url` is as RFC 7064 and RFC 7065 have it; a STUN server has no credentials."""

    url: str
    username: str = ""
    credential: str = ""

    @property
    def relays(self) -> bool:
        """Whether it is a TURN server."""
        return self.url.startswith("turn")

    @property
    def secure(self) -> bool:
        """Whether it is spoken with over TLS."""
        return self.url.partition(":")[0] in ("stuns", "turns")

    @property
    def transport(self) -> str:
        """How it is reached: udp or tcp."""
        return _parts(self.url)["transport"] or ("tcp" if self.secure else "udp")

    @property
    def address(self) -> tuple[str, int]:
        """Its host and port."""
        parts = _parts(self.url)
        port = int(parts["port"] or (_SECURE if self.secure else _PLAIN))
        return str(parts["host"]).strip("[]"), port


def read_ice_server(text: str) -> IceServer:
    """The server that an operator wrote. Raises ValueError with a reason."""
    parts = _parts(text)
    relays = str(parts["scheme"]).startswith("turn")
    if not relays and (parts["username"] or parts["transport"]):
        raise ValueError("a STUN server has neither credentials nor a transport")
    if parts["port"] and not 0 < int(parts["port"]) < 65_536:
        raise ValueError("its port must be from 1 to 65535")
    username, credential = (unquote(parts[key] or "") for key in ("username", "credential"))
    if not (username + credential).isascii() or not (username + credential + "x").isprintable():
        raise ValueError("name and password must be plain ASCII")
    userinfo = f"{parts['username']}:{parts['credential']}@"
    return IceServer(text.replace(userinfo, "", 1), username, credential)


def _parts(text: str) -> dict[str, str | None]:
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise ValueError("each must look like stun:stun.example.org:3478 or turn:turn.example.org")
    return found.groupdict()


def lent(
    servers: Iterable[IceServer], secret: str | None, holder: str, expires: int
) -> tuple[IceServer, ...]:
    """`servers` as `holder` is given them: TURN servers without fixed credentials get some of ours.

    They are what coturn expects with `use-auth-secret`: the name is the second since the epoch at
    which it expires, and who holds it; the password is its signature (HMAC-SHA1, base64).
    """
    return tuple(
        _signed(server, secret, f"{expires}:{holder}")
        if server.relays and secret and not server.username
        else server
        for server in servers
    )


def _signed(server: IceServer, secret: str, username: str) -> IceServer:
    signature = hmac.digest(secret.encode(), username.encode(), "sha1")
    return replace(server, username=username, credential=base64.b64encode(signature).decode())


def link(server: IceServer) -> str:
    """The value of a Link header for `server` (RFC 9725, section 4.6)."""
    text = f'<{server.url}>; rel="ice-server"'
    if server.username:
        text += f"; username={_quoted(server.username)}; credential={_quoted(server.credential)}"
        text += '; credential-type="password"'
    return text


def read_links(values: Iterable[str]) -> list[IceServer]:
    """The servers that Link headers name; whatever else they say is passed over."""
    servers = []
    for value in values:
        for found in _LINK.finditer(value):
            said = {
                name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain
                for name, quoted, plain in _PARAMETER.findall(found["rest"])
            }
            if said.get("rel") == "ice-server" and _ADDRESS.fullmatch(found["url"]):
                credentials = said.get("username", ""), said.get("credential", "")
                servers.append(IceServer(found["url"], *credentials))
    return servers


def _quoted(text: str) -> str:
    escaped = re.sub(r'(["\\])', r"\\\1", text)
    return f'"{escaped}"'
