"""Servers of this machine, known by their very certificate; all others by what the system trusts.

A certificate that nobody signed, or that has another name, is good enough within one machine, where
the file itself says which one it must be. Towards strangers nothing is switched off.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True)
class Pinned:
    """Origins such as https://127.0.0.1:8000, and the file of the certificate they answer with."""

    origins: tuple[str, ...]
    certificate: Path


def mounts(pinned: Pinned | None) -> dict[str, httpx.AsyncBaseTransport | None]:
    """For `httpx.AsyncClient(mounts=…)`. Raises Misconfigured when the file cannot be read."""
    import httpx  # noqa: PLC0415 - who only knows what is pinned stays small

    from rostra.tls import pinned_context  # noqa: PLC0415

    if pinned is None:
        return {}
    context = pinned_context(pinned.certificate)
    return {origin: httpx.AsyncHTTPTransport(verify=context) for origin in pinned.origins}
