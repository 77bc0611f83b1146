"""What a post may be, and who may see it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Sequence
from dataclasses import dataclass

from rostra.errors import BadInput, NotProcessable
from rostra.people.rules import SEEN
from rostra.square.posts import VISIBILITIES, Post
from rostra.square.text import length

MOST_MENTIONS = 50
MOST_TAGS = 30
MOST_MEDIA = 4
LONGEST_WARNING = 500
MOST_OPTIONS = 6
LONGEST_OPTION = 100
SHORTEST_POLL_S, LONGEST_POLL_S = 300, 30 * 24 * 3600
MOST_PINS = 5
QUOTERS = ("public", "followers", "nobody")
"""Who may quote a post that is for everybody, beside its author."""

LONGEST_ANYTHING = 100_000
"""Characters of a text that is looked at at all, whatever the operator allows."""

_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[A-Za-z0-9]{2,8})?")
# What turns text around, or is no character, has no place in what others read.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class PollWish:
    """A poll to be: two to MOST_OPTIONS titles, open for `seconds`."""

    options: tuple[str, ...]
    seconds: int
    multiple: bool = False
    hide_totals: bool = False


@dataclass(frozen=True)
class Wish:
    """A post to be. None for what the author's own defaults decide."""

    text: str = ""
    warning: str = ""
    sensitive: bool | None = None
    language: str = ""
    visibility: str | None = None
    reply_to: int | None = None
    quote_of: int | None = None
    quotable: str | None = None
    media: tuple[int, ...] = ()
    poll: PollWish | None = None
    application_id: str | None = None
    space_slug: str | None = None
    space_moment: str | None = None


def checked_text(text: str, longest: int) -> str:
    """The text in composed form, without what cannot be shown. Raises NotProcessable if too long.

    `longest` is in characters as `text.length` counts them.
    """
    if len(text) > LONGEST_ANYTHING:
        raise _too_long(longest)
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(c for c in plain if c in "\n\t" or not _unshowable(c)).strip()
    if length(kept) > longest:
        raise _too_long(longest)
    return kept


def checked_visibility(name: str) -> str:
    """One of VISIBILITIES. Raises BadInput."""
    if name not in VISIBILITIES:
        raise BadInput("The visibility must be public, unlisted, private or direct.")
    return name


def checked_quoters(name: str) -> str:
    """One of QUOTERS. Raises NotProcessable."""
    if name not in QUOTERS:
        raise NotProcessable("A post may be quoted by public, followers or nobody: choose one.")
    return name


def checked_post_language(text: str) -> str:
    """A language tag like `en` or `pt-BR`, or nothing. Raises NotProcessable."""
    if text and not _LANGUAGE.fullmatch(text):
        raise NotProcessable("The language cannot be used: it must look like en, fr or pt-BR.")
    return text


def checked_poll(wish: PollWish) -> PollWish:
    """The poll with its titles trimmed. Raises NotProcessable."""
    options = tuple(checked_text(option, LONGEST_OPTION) for option in wish.options[:100])
    if not 2 <= len(wish.options) <= MOST_OPTIONS:
        raise NotProcessable(f"A poll needs two to {MOST_OPTIONS} options: add or remove some.")
    if any(not option or "\n" in option for option in options):
        raise NotProcessable("An option of the poll is empty: write something, on one line.")
    if len({option.casefold() for option in options}) != len(options):
        raise NotProcessable("Two options of the poll are the same: change one of them.")
    if not SHORTEST_POLL_S <= wish.seconds <= LONGEST_POLL_S:
        raise NotProcessable("A poll may be open for five minutes to thirty days: choose again.")
    return PollWish(options, wish.seconds, wish.multiple, wish.hide_totals)


def check_contents(wish: Wish, mentions: Sequence[str], tags: Sequence[str]) -> None:
    """Whether the parts of a post go together. Raises NotProcessable."""
    if not (wish.text or wish.media or wish.poll):
        raise NotProcessable("The post is empty: write something, or add a picture.")
    if wish.media and wish.poll:
        raise NotProcessable("A post has a poll or pictures, not both: remove one of them.")
    if len(wish.media) > MOST_MEDIA:
        raise NotProcessable(f"A post may have {MOST_MEDIA} files at most: remove some.")
    if len(mentions) > MOST_MENTIONS:
        raise NotProcessable(f"A post may name {MOST_MENTIONS} people at most: name fewer.")
    if len(tags) > MOST_TAGS:
        raise NotProcessable(f"A post may have {MOST_TAGS} hashtags at most: use fewer.")


def may_see(
    post: Post,
    author_state: str,
    viewer_id: str | None,
    following: Container[str],
    blocked_by: Container[str],
) -> bool:
    """Whether somebody who asks for `post` is shown it. `viewer_id` is None for a stranger."""
    if post.deleted_ms is not None or post.author_id == viewer_id:
        return post.deleted_ms is None
    if author_state not in SEEN or post.author_id in blocked_by:
        return False
    if post.is_open or viewer_id is None:
        return post.is_open
    named = any(mention.id == viewer_id for mention in post.attached.mentions)
    return named or (post.visibility == "private" and post.author_id in following)


def may_boost(post: Post, account_id: str) -> bool:
    """Open posts by anybody; those for followers by their author alone."""
    return post.is_open or (post.visibility == "private" and post.author_id == account_id)


def _unshowable(character: str) -> bool:
    if character in _TURNING:
        return True
    return unicodedata.category(character) in {"Cc", "Cs"}


def _too_long(longest: int) -> NotProcessable:
    return NotProcessable(f"The text is too long: {longest} characters at most.")
