"""The web API from outside: Spaces made, read, moved, and people invited. httpx underneath.

Every refusal becomes the `rostra.errors` exception of its status with the server's own sentence.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

import httpx

from rostra import errors
from rostra.clients.pinned import Pinned, mounts
from rostra.errors import BadInput, RostraError, Unavailable

Document = dict[str, Any]

_LARGEST = 4 * 1024 * 1024
_WAIT = httpx.Timeout(15.0, connect=5.0)
_BY_STATUS: dict[int, type[RostraError]] = {
    kind.status: kind
    for kind in reversed(vars(errors).values())  # of several with one status the general one
    if isinstance(kind, type) and issubclass(kind, RostraError) and kind.status != 500
}


class Api:
    """One server's API, for the holder of `token`: `async with Api(url, token) as api: …`.

    Raises BadInput for a `url` that is none. Every method raises the RostraError that the answer
    stands for, Unavailable where none came.
    """

    def __init__(self, url: str, token: str | None = None, pinned: Pinned | None = None) -> None:
        headers = {"Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if not split(url).netloc:
            raise BadInput(f"{url} is not the address of a server: it looks like https://a.org.")
        self._origin = url.rstrip("/")
        self._http = httpx.AsyncClient(headers=headers, timeout=_WAIT, mounts=mounts(pinned))

    async def create(self, title: str, **fields: Any) -> Document:
        """Make a Space; `fields` as slug, starts_at, record, language. Those None are left out."""
        given = {name: value for name, value in fields.items() if value is not None}
        return await self._ask("POST", "", {"title": title, **given})

    async def list(self) -> list[Document]:
        """Every Space: on now, upcoming, recent."""
        answer = await self._ask("GET", "")
        spaces = answer.get("spaces")
        return spaces if isinstance(spaces, list) else []

    async def read(self, slug: str) -> Document:
        return await self._ask("GET", _of(slug))

    async def open(self, slug: str) -> Document:
        """Open the lobby."""
        return await self._ask("POST", _of(slug, "open"))

    async def start(self, slug: str) -> Document:
        """Go on air."""
        return await self._ask("POST", _of(slug, "start"))

    async def pause(self, slug: str) -> Document:
        return await self._ask("POST", _of(slug, "pause"))

    async def resume(self, slug: str) -> Document:
        return await self._ask("POST", _of(slug, "resume"))

    async def end(self, slug: str) -> Document:
        return await self._ask("POST", _of(slug, "end"))

    async def invite(self, slug: str, role: str = "speaker", name: str | None = None) -> Document:
        """A seat for somebody without an account: `token`, `url` and more."""
        body = {"role": role} if name is None else {"role": role, "name": name}
        return await self._ask("POST", _of(slug, "invites"), body)

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Api:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _ask(self, method: str, path: str, body: Document | None = None) -> Document:
        url = f"{self._origin}/api/spaces{path}"
        return await ask_json(self._http, method, url, json=body)


def _of(slug: str, move: str = "") -> str:
    return f"/{quote(slug, safe='')}" + (f"/{move}" if move else "")


async def ask_json(http: httpx.AsyncClient, method: str, url: str, **options: Any) -> Document:
    """The JSON object that answers. Raises the RostraError that a refusal stands for."""
    try:
        response = await http.request(method, url, **options)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise unreachable(url, error) from None
    if not response.is_success:
        raise problem_of(response)
    try:
        answer = response.json() if len(response.content) <= _LARGEST else None
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Unavailable(f"What answers at {_origin_of(url)} is not a Rostra: check the address.")
    return answer


def problem_of(response: httpx.Response) -> RostraError:
    """The error that a refusal stands for, with its own sentence where it has one."""
    status = response.status_code
    sentence = None
    try:
        document = response.json()
        sentence = document.get("sentence") if isinstance(document, dict) else None
    except ValueError:
        sentence = None  # the answer is not ours: a proxy's page, say
    if not isinstance(sentence, str) or not sentence:
        sentence = f"{_origin_of(str(response.url))} answered with status {status}."
    kind = _BY_STATUS.get(status, Unavailable if status >= 500 else RostraError)
    return kind(" ".join(sentence.split())[:500], retry_after=_retry_after(response))


def unreachable(url: str, error: Exception) -> Unavailable:
    """Nobody answers at `url`, for now."""
    late = " in time" if isinstance(error, httpx.TimeoutException) else ""
    return Unavailable(f"{_origin_of(url)} does not answer{late}: check the address, or try again.")


def _retry_after(response: httpx.Response) -> int | None:
    text = response.headers.get("Retry-After", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def split(url: str) -> SplitResult:
    """The parts of a web address; all empty for anything else."""
    try:
        found = urlsplit(url)
    except ValueError:
        return urlsplit("")
    return found if found.scheme in ("http", "https") and found.netloc else urlsplit("")


def _origin_of(url: str) -> str:
    found = split(url)
    return f"{found.scheme}://{found.netloc}"
