"""WHIP from the speaker's side (RFC 9725): find the address, offer, leave."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote, urljoin

import httpx

from rostra.clients.api import ask_json, problem_of, split, unreachable
from rostra.clients.pinned import Pinned, mounts
from rostra.errors import BadInput, Gone, NotProcessable, Unavailable
from rostra.ice_servers import IceServer, read_links

SDP = "application/sdp"
_LARGEST_ANSWER = 64 * 1024
_WAIT = httpx.Timeout(10.0, connect=3.0)


class Session(NamedTuple):
    """A seat that was taken: where it is, and the stage's answer."""

    url: str
    answer: str


class Door:
    """The WHIP endpoint of one Space, for the holder of `token`."""

    def __init__(self, http: httpx.AsyncClient, whip_url: str, token: str) -> None:
        self._http, self._url = http, whip_url
        self._bearer = {"Authorization": f"Bearer {token}"}

    async def offer(self, sdp: str) -> Session:
        """Take the seat. Raises the RostraError that the answer stands for."""
        headers = {**self._bearer, "Content-Type": SDP, "Accept": f"{SDP}, application/json"}
        try:
            response = await self._http.post(self._url, content=sdp, headers=headers)
        except httpx.HTTPError as error:
            raise unreachable(self._url, error) from None
        if response.status_code != 201:
            raise problem_of(response)
        where = response.headers.get("Location")
        if where is None or len(response.content) > _LARGEST_ANSWER:
            raise NotProcessable(f"What answers at {self._url} is not a WHIP endpoint.")
        return Session(urljoin(self._url, where), response.text)

    async def relay(self) -> IceServer | None:
        """The TURN server that the endpoint names, one over TCP first: that passes most walls.

        Raises Unavailable when the endpoint does not answer.
        """
        try:
            response = await self._http.options(self._url, headers=self._bearer)
        except httpx.HTTPError as error:
            raise unreachable(self._url, error) from None
        servers = read_links(response.headers.get_list("link"))
        relays = [server for server in servers if server.relays]
        return min(relays, key=lambda relay: relay.transport, default=None)

    async def leave(self, session: Session) -> None:
        """Give the seat back. Raises the RostraError that the answer stands for."""
        if split(session.url).netloc != split(self._url).netloc:
            return  # the token is for this server only
        try:
            response = await self._http.delete(session.url, headers=self._bearer)
        except httpx.HTTPError as error:
            raise unreachable(session.url, error) from None
        if response.is_error:
            raise problem_of(response)

    async def check_not_over(self) -> None:
        """Raises Gone when the Space has ended: asking for a seat again would be in vain."""
        origin, slug = _parts(self._url)
        try:
            space = await ask_json(self._http, "GET", f"{origin}/api/spaces/{quote(slug)}")
        except Unavailable:
            return
        if space.get("phase") in ("ended", "removed"):
            raise Gone("This Space is over: its stage takes nobody any more.")


def new_http(pinned: Pinned | None = None) -> httpx.AsyncClient:
    """A client that waits a bounded time and follows no redirects (the token is for one server)."""
    return httpx.AsyncClient(timeout=_WAIT, follow_redirects=False, mounts=mounts(pinned))


async def whip_address(space_url: str, token: str, pinned: Pinned | None = None) -> str:
    """The WHIP address of the Space at `space_url`: its page on either origin, or itself.

    Raises BadInput for an address that is none of these, else as the server answers.
    """
    if split(space_url).path.startswith("/whip/"):
        _parts(space_url)
        return space_url
    async with new_http(pinned) as http:
        origin, slug = _parts(space_url)
        if split(space_url).path.startswith("/s/"):
            origin = await _home_of(http, origin)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        space = await ask_json(http, "GET", f"{origin}/api/spaces/{quote(slug)}", headers=headers)
    address = space.get("urls", {}).get("whip")
    if not isinstance(address, str):
        raise NotProcessable(f"What answers at {origin} is not a Rostra.")
    return address


async def _home_of(http: httpx.AsyncClient, live_origin: str) -> str:
    """The square origin that belongs to a live origin."""
    try:
        response = await http.get(f"{live_origin}/")
    except httpx.HTTPError as error:
        raise unreachable(live_origin, error) from None
    home = response.headers.get("Location", "")
    if response.status_code != 307 or not home.startswith(("http://", "https://")):
        raise BadInput(
            f"{live_origin} does not say where its stage is: give the address of the Space that "
            "ends in /spaces/ and its name."
        )
    return str(home).rstrip("/")


def _parts(url: str) -> tuple[str, str]:
    """Origin and slug of a Space's address. Raises BadInput."""
    found = split(url)
    names = [name for name in found.path.split("/") if name]
    known = len(names) >= 2 and names[0] in ("s", "spaces", "whip")
    if not known:
        raise BadInput(
            f"{url} is not the address of a Space: it looks like https://example.org/spaces/name."
        )
    return f"{found.scheme}://{found.netloc}", names[1]
