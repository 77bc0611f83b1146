"""What templates need to show posts: their HTML, addresses, and the Spaces that they are about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from rostra.people.profiles import Profile
from rostra.people.queries import Account
from rostra.people.rules import SEEN
from rostra.square.posts import Post, PostView
from rostra.square.text import line_of
from rostra.web.mastodon.entities_account import bio
from rostra.web.mastodon.entities_status import content
from rostra.web.mastodon.showing import spaces_of
from rostra.web.middleware import POLICY, policy
from rostra.web.parts import WebParts, parts_of
from rostra.web.spaces import document
from rostra.web.templates import page

LONGEST_LINE, LONGEST_TITLE = 200, 80
"""Characters of a post where one line must do, and where it is a title."""

PART = "rostra-part"
"""A request header of our own scripts: they want the piece of a page that changed."""


class Sights:
    """Given to templates as `see`."""

    def __init__(self, parts: WebParts, me: Account | None, spaces: dict[str, Any]) -> None:
        self.origins, self.me, self.spaces = parts.origins, me, spaces
        self.now_ms = parts.now_ms()

    def words(self, post: Post) -> Markup:
        """The HTML of a post, which square/text.py made and escaped."""
        return Markup(content(post, self.origins))  # noqa: S704

    def bio(self, text: str) -> Markup:
        """The HTML of what somebody says of themselves."""
        return Markup(bio(text, self.origins))  # noqa: S704

    def avatar(self, person: Profile) -> str:
        if person.avatar and person.state in SEEN:
            return f"/media/{person.avatar}"
        return f"/avatars/{person.handle}.png"

    def header(self, person: Profile) -> str | None:
        return f"/media/{person.header}" if person.header and person.state in SEEN else None

    def address(self, view: PostView) -> str:
        return f"/@{view.author.handle}/{view.post.id}"

    def space(self, post: Post) -> Any:
        """The Space that a post is about, as the API shows it."""
        return self.spaces.get(post.space_slug or "")

    def line(self, text: str) -> str:
        """A text on one line, as lists and other sites show it."""
        return line_of(text, LONGEST_LINE)

    def title(self, view: PostView) -> str:
        """Of the page of a post: who says what."""
        post = view.shown.post
        return line_of(f"{view.shown.author.name}: {post.warning or post.text}", LONGEST_TITLE)

    def picture(self, view: PostView) -> str | None:
        """The first picture of a post that other sites may show without asking."""
        post = view.post
        if post.warning or post.sensitive:
            return None
        shown = (each.preview for each in post.attached.media if each.kind == "image")
        first = next(shown, None)
        return f"/media/{first}" if first else None

    def mine(self, view: PostView) -> bool:
        return self.me is not None and view.post.author_id == self.me.id


async def sights(parts: WebParts, me: Account | None, views: Sequence[PostView]) -> Sights:
    """What is needed to show `views` to `me`."""
    spaces = await spaces_of(parts, views)
    shown = {slug: document(found, parts.origins) for slug, found in spaces.items()}
    return Sights(parts, me, shown)


async def square_page(
    request: Request, name: str, me: Account | None, posts: Sequence[PostView], **values: Any
) -> Response:
    """The page `name` with posts in it; its cards may talk to the sound and play it in place."""
    parts = parts_of(request)
    see = await sights(parts, me, posts)
    if PART in request.headers:
        values["unread"] = 0  # only a piece of a page is wanted
    response = await page(request, name, me=me, see=see, **values)
    response.headers[POLICY] = policy(parts.settings.live_url, framed=parts.settings.live_url)
    return response
