"""A post as it is kept, and as somebody sees it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from rostra.people.profiles import Profile

VISIBILITIES = ("public", "unlisted", "private", "direct")


@dataclass(frozen=True)
class Medium:
    """A file that is shown with a post; `measures` may have width, height, seconds."""

    id: int
    kind: str
    state: str
    file: str | None
    preview: str | None
    type: str
    description: str
    focus: tuple[float, float]
    blurhash: str
    measures: Mapping[str, float]


@dataclass(frozen=True)
class Mention:
    """Somebody named in a post, by the handle at which the account stands."""

    id: str
    handle: str


@dataclass(frozen=True)
class Attached:
    """What is shown with a post's text, kept in its row so that showing it asks for no other."""

    mentions: tuple[Mention, ...] = ()
    tags: tuple[str, ...] = ()
    media: tuple[Medium, ...] = ()
    poll: bool = False

    def document(self) -> dict[str, Any]:
        """As the column holds it."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Attached:
        """From what the column holds."""
        if not document:
            return _NOTHING
        return cls(
            mentions=tuple(Mention(**each) for each in document.get("mentions", ())),
            tags=tuple(document.get("tags", ())),
            media=tuple(
                Medium(**{**each, "focus": (each["focus"][0], each["focus"][1])})
                for each in document.get("media", ())
            ),
            poll=bool(document.get("poll", False)),
        )


_NOTHING = Attached()


class Post(NamedTuple):
    """One row. A post without `boost_of` is somebody's own words; with it it only points.

    A tuple, because a page makes forty of them, and a frozen dataclass takes ten times as long.
    """

    id: int
    author_id: str
    visibility: str
    text: str
    warning: str
    sensitive: bool
    sensitized: bool
    language: str
    attached: Attached
    boost_of: int | None
    quote_of: int | None
    quote_revoked: bool
    quotable: str
    reply_to: int | None
    reply_to_author: str | None
    thread_id: int
    space_slug: str | None
    space_moment: str | None
    application_id: str | None
    created_ms: int
    edited_ms: int | None
    deleted_ms: int | None
    removed: bool
    pinned_ms: int | None
    replies: int
    boosts: int
    quotes: int
    favourites: int

    @property
    def is_open(self) -> bool:
        """Whether everybody may see, boost and quote it."""
        return self.visibility in {"public", "unlisted"} and self.deleted_ms is None


@dataclass(frozen=True)
class PollOption:
    title: str
    votes: int


@dataclass(frozen=True)
class Poll:
    """A poll and what the viewer chose in it: positions of options."""

    post_id: int
    options: tuple[PollOption, ...]
    multiple: bool
    hide_totals: bool
    expires_ms: int
    voters: int
    chosen: tuple[int, ...] = ()
    own: bool = False

    def is_over(self, now_ms: int) -> bool:
        return self.expires_ms <= now_ms


@dataclass(frozen=True)
class Mine:
    """What the viewer has to do with a post."""

    favourited: bool = False
    boosted: bool = False
    bookmarked: bool = False
    muted: bool = False


@dataclass(frozen=True)
class FilterHit:
    """A filter of the viewer that a post meets, and the words or the post that met it."""

    filter_id: int
    title: str
    contexts: tuple[str, ...]
    action: str
    expires_ms: int | None
    words: tuple[str, ...] = ()
    by_post: bool = False


@dataclass(frozen=True)
class PostView:
    """A post as one viewer sees it. `boost` and `quote` are views of what it points to."""

    post: Post
    author: Profile
    mine: Mine = Mine()
    boost: PostView | None = None
    quote: PostView | None = None
    poll: Poll | None = None
    filters: tuple[FilterHit, ...] = ()
    application: tuple[str, str] | None = field(default=None)
    """Name and website of the app it was written with, on the author's wish to show it."""

    @property
    def shown(self) -> PostView:
        """What is to be read: the boosted post of a boost, else this one."""
        return self.boost or self

    @property
    def is_sensitive(self) -> bool:
        """Whether its media are covered at first: the author or moderators want it so."""
        return self.post.sensitive or self.post.sensitized or self.author.sensitized
