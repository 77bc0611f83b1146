"""The listening page as the edge sends it: what it is told of a Space, in which language.

A page is made at most once a second for each Space and language, however many ask.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from rostra.edge.answers import CORS, Answer, Headers
from rostra.edge.page import ListeningPage, PageView, Rendered
from rostra.edge.spaces import Space
from rostra.edge.tail import State
from rostra.programme.manifest import REACTIONS
from rostra.settings import EdgeSettings
from rostra.tls import STRICT_TRANSPORT
from rostra.wire.timing import seconds

LANGUAGES = ("en", "fr")
_FRESH_NS = 1_000_000_000
_MOST_PAGES = 256


class Showing:
    """Makes pages and remembers them for a second."""

    def __init__(self, page: ListeningPage, settings: EdgeSettings) -> None:
        self._page = page
        self._settings = settings
        self._made: OrderedDict[tuple[str, str, bool], tuple[int, Rendered]] = OrderedDict()

    def answer(
        self, slug: str, space: Space | None, state: State | None, duration: int | None,
        language: str, *, embed: bool, gzip: bool, now: int,
    ) -> Answer:  # fmt: skip
        """The page of `space`, or that there is none. `duration` of its recording in samples."""
        key = (slug if space is not None else "", language, embed)
        made = self._made.get(key)
        if made is None or now >= made[0] + _FRESH_NS:
            view = self._view(space, state, duration, embed=embed)
            made = (now, self._page.render(view, language))
            self._made[key] = made
            self._made.move_to_end(key)
            if len(self._made) > _MOST_PAGES:
                self._made.popitem(last=False)
        here = space is not None and space.manifest.phase != "removed"
        answer = _answer(made[1], 200 if here else 404, gzip=gzip)
        return replace(answer, headers=(*answer.headers, *strict_transport(self._settings)))

    def _view(
        self, space: Space | None, state: State | None, duration: int | None, *, embed: bool
    ) -> PageView:
        home = self._settings.home_url
        if space is None:
            return PageView(
                slug="", title="", phase="unknown", host="", starts_at=None, ended_at=None,
                recorded=False, replay=False, reactions=REACTIONS, language="",
                listen_url=self._settings.live_url, home_url=home, state=None, embed=embed,
                duration=None,
            )  # fmt: skip
        manifest = space.manifest
        return PageView(
            slug=space.slug,
            title=manifest.title,
            phase=manifest.phase,
            host=manifest.host,
            starts_at=manifest.starts_at,
            ended_at=manifest.ended_at,
            recorded=manifest.record,
            replay=manifest.replay,
            reactions=manifest.reactions,
            language=manifest.language,
            listen_url=f"{self._settings.live_url}/s/{space.slug}",
            home_url=home,
            state=state,
            embed=embed,
            duration=None if duration is None else seconds(duration),
        )


def strict_transport(settings: EdgeSettings) -> Headers:
    """The header for what people open in a browser, where the address is https."""
    return [STRICT_TRANSPORT] if settings.live_url.startswith("https:") else []


def _answer(made: Rendered, status: int, *, gzip: bool) -> Answer:
    everywhere = {name for name, _ in CORS}
    headers = [(name, value) for name, value in made.headers if name not in everywhere]
    if gzip:
        headers.append(("Content-Encoding", "gzip"))
    return Answer(status, headers, (made.body_gzip if gzip else made.body,))


def language_of(chosen: str | None, accepted: str) -> str:
    """The one of LANGUAGES that was `chosen`, else the best of an Accept-Language header."""
    if chosen in LANGUAGES:
        return chosen
    best, weight = LANGUAGES[0], 0.0
    for part in accepted[:512].split(","):
        tag, _, more = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(more)
        if language in LANGUAGES and quality > weight:
            best, weight = language, quality
    return best


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip."""
    codings = dict((part.partition(";")[::2]) for part in accepted[:512].lower().split(","))
    found = next((more for name, more in codings.items() if name.strip() == "gzip"), None)
    return found is not None and _quality(found) > 0


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, float(value))
    except ValueError:
        return 0.0
