"""Where an application may send people back to, and what is said to it there. Pure.

An address is compared letter by letter with those that were registered (RFC 9700, section 4.1.3).
Apps of phones have schemes of their own; what browsers would run as a script is none.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

from rostra.errors import NotProcessable

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""Not an address: the code is shown, and the person copies it into the application."""

LONGEST = 500
MOST = 10
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,60}")
_HOST = re.compile(r"[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\]")
_NEVER = frozenset(
    {
        "javascript", "data", "vbscript", "file", "about", "blob", "filesystem", "view-source",
        "ws", "wss", "mailto", "tel", "urn", "chrome", "ftp",
    }
)  # fmt: skip


def checked_redirects(given: list[str]) -> list[str]:
    """The addresses, once each. Raises NotProcessable for one that cannot be."""
    found = list(dict.fromkeys(address.strip() for address in given if address.strip()))
    if not found:
        raise NotProcessable("Validation failed: redirect_uris is missing.")
    if len(found) > MOST:
        raise NotProcessable(f"Validation failed: redirect_uris has more than {MOST} addresses.")
    for address in found:
        if address != OUT_OF_BAND and not _may_be(address):
            raise NotProcessable(
                "Validation failed: redirect_uris should be absolute addresses without a fragment."
            )
    return found


def checked_website(address: str) -> str:
    """A web page, or nothing. Raises NotProcessable."""
    if address and not (_may_be(address) and address.startswith(("https://", "http://"))):
        raise NotProcessable("Validation failed: website should begin with https://.")
    if len(address) > 200:
        raise NotProcessable("Validation failed: website has more than 200 characters.")
    return address


def form_source(address: str) -> str | None:
    """What a page's form-action must name (CSP 3) so that its form may lead to `address`."""
    if address == OUT_OF_BAND:
        return None
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"}:
        return f"{parts.scheme}:"
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}"


def shown_place(address: str) -> str:
    """What people are told of the place they go back to: a host, or the scheme of an app."""
    parts = urlsplit(address)
    return (parts.hostname or "") if parts.scheme in {"http", "https"} else f"{parts.scheme}:"


def answer_address(address: str, answer: dict[str, str]) -> str:
    """`address` with `answer` in its query, beside what is in it already."""
    separator = "&" if urlsplit(address).query or address.endswith("?") else "?"
    return f"{address}{separator}{urlencode(answer)}"


def _may_be(address: str) -> bool:
    if len(address) > LONGEST or not address.isascii() or not address.isprintable():
        return False
    if any(each in address for each in " \"'<>\\^`{|}#;,"):
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    if not _SCHEME.fullmatch(parts.scheme) or parts.scheme in _NEVER:
        return False
    if parts.scheme in {"http", "https"}:
        host = parts.netloc.rpartition(":")[0] if port else parts.netloc
        return bool(_HOST.fullmatch(host.lower())) and port != 0
    return len(address) > len(parts.scheme) + 1
