"""What of a post is found, as one document of tokens for both databases. Pure.

Words come in their order, so that phrases are found. Behind them stand *marks*: tokens with a colon
in them, which nobody's text can hold, for whatever operators ask (who wrote it, what is attached,
who may see it). So an operator costs as much as a word, and a rare one makes a common word cheap.

    v:public  v:unlisted  v:private  v:direct      who may see it
    a:<account>  m:<account>                       who wrote it, who is mentioned
    h:media h:image h:audio h:video h:poll h:link h:space h:quote
    i:reply i:sensitive  l:<language>  t:<tag>
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from rostra.folding import tokens
from rostra.square.posts import Attached

MOST_WORDS = 4000
"""Tokens of one post that are found."""

_LINK = re.compile(r"https?://", re.IGNORECASE)


class Searchable(Protocol):
    """What a search looks at of a post: a posts.Post has it."""

    @property
    def author_id(self) -> str: ...
    @property
    def visibility(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def warning(self) -> str: ...
    @property
    def sensitive(self) -> bool: ...
    @property
    def language(self) -> str: ...
    @property
    def attached(self) -> Attached: ...
    @property
    def reply_to(self) -> int | None: ...
    @property
    def quote_of(self) -> int | None: ...
    @property
    def space_slug(self) -> str | None: ...


def words_of(post: Searchable) -> list[str]:
    """Its words in their order: of the warning, the text, the descriptions of what is attached."""
    described = (medium.description for medium in post.attached.media)
    return tokens("\n".join((post.warning, post.text, *described)))[:MOST_WORDS]


def marks_of(post: Searchable) -> list[str]:
    """Its marks, each once."""
    return list(dict.fromkeys(_marks(post)))


def by_author(account_id: str) -> str:
    return f"a:{account_id.lower()}"


def mentioning(account_id: str) -> str:
    return f"m:{account_id.lower()}"


def tagged(tag: str) -> str:
    """The mark of a hashtag, however it is written."""
    return "t:" + "".join(tokens(tag))


def in_language(tag: str) -> str:
    """The mark of a language: `pt` for pt-BR too."""
    return "l:" + tag.lower().partition("-")[0]


def _marks(post: Searchable) -> Iterator[str]:
    yield f"v:{post.visibility}"
    yield by_author(post.author_id)
    yield from (mentioning(mention.id) for mention in post.attached.mentions)
    yield from (tagged(tag) for tag in post.attached.tags)
    if post.language:
        yield in_language(post.language)
    if post.attached.media:
        yield "h:media"
    yield from (f"h:{medium.kind}" for medium in post.attached.media)
    asked = {
        "h:poll": post.attached.poll, "h:link": _LINK.search(post.text) is not None,
        "h:space": post.space_slug is not None, "h:quote": post.quote_of is not None,
        "i:reply": post.reply_to is not None, "i:sensitive": post.sensitive,
    }  # fmt: skip
    yield from (mark for mark, there in asked.items() if there)


def sqlite_document(words: list[str], marks: list[str]) -> str:
    """As the FTS5 table holds it."""
    return " ".join((*words, *marks))


def postgresql_document(words: list[str], marks: list[str]) -> str:
    """As PostgreSQL reads a tsvector: each token with its places."""
    places: dict[str, list[str]] = {}
    for place, word in enumerate(words, 1):
        places.setdefault(word, []).append(str(place))
    parts = [f"{_quoted(word)}:{','.join(at)}" for word, at in places.items()]
    return " ".join((*parts, *map(_quoted, marks)))


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
