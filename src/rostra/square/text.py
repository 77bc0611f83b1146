"""What people write, read as words, links, mentions and hashtags, and shown as HTML. Pure.

A text is kept as it was written. `segments` cuts it into pieces in one pass, so that no text,
however odd, takes longer than its length; `html_of` is the one place where HTML is made of what
people write: every character goes through `escape`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Literal

Kind = Literal["words", "link", "mention", "tag"]

LINK_COUNTS_AS = 23
"""Characters for which any link counts, as in other apps, so that long ones are no burden."""

LONGEST_TAG = 100
_SHOWN_OF_LINK = 30

_PIECE = re.compile(
    r"(?P<link>(?<![\w/@])https?://[^\s<>\"\u0000-\u001f]{1,2000})"
    r"|(?<![\w/@#&.])@(?P<mention>[A-Za-z0-9_]{1,30})(?:@(?P<domain>[A-Za-z0-9.-]{1,253}))?(?![\w@])"
    r"|(?<![\w/@#&])[#\uff03](?P<tag>\w{1,100})(?!\w)"
)
_TRAILING = ".,;:!?'\")]}»…"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_BLANK_LINES = re.compile(r"\n{2,}")


@dataclass(frozen=True)
class Segment:
    """A piece of text as written; `value` is the address, the handle, or the tag as compared."""

    kind: Kind
    text: str
    value: str = ""
    domain: str = ""


def segments(text: str) -> Iterator[Segment]:
    """The pieces of `text` in order; joined they are the text."""
    end = 0
    for match in _PIECE.finditer(text):
        piece = _piece(match)
        if piece is None:
            continue
        if match.start() > end:
            yield Segment("words", text[end : match.start()])
        yield piece
        end = match.start() + len(piece.text)
    if end < len(text):
        yield Segment("words", text[end:])


def tag_key(tag: str) -> str:
    """The form in which hashtags are compared: without #, compatibility forms and case undone."""
    return unicodedata.normalize("NFKC", tag.lstrip("#\uff03")).casefold()[:LONGEST_TAG]


def mentioned_handles(text: str, domain: str = "") -> list[str]:
    """The handles that are named, once each, in order; of those with a domain only ours."""
    found = (
        piece.value
        for piece in segments(text)
        if piece.kind == "mention" and piece.domain in ("", domain.lower())
    )
    return list(dict.fromkeys(found))


def tags_of(text: str) -> list[str]:
    """The hashtags in the form in which they are compared, once each, in order."""
    return list(dict.fromkeys(piece.value for piece in segments(text) if piece.kind == "tag"))


def length(text: str) -> int:
    """Characters that count: a link as LINK_COUNTS_AS, whatever its length."""
    return sum(
        LINK_COUNTS_AS if piece.kind == "link" else len(piece.text) for piece in segments(text)
    )


def html_of(text: str, handles: Iterable[str], origin: str, domain: str = "") -> str:
    """Paragraphs of HTML. `handles` are those of people who are there, and become links to them."""
    known, parts = frozenset(handles), []
    for piece in segments(text):
        if piece.kind == "link":
            parts.append(_link(piece.value))
        elif piece.kind == "tag":
            parts.append(
                f'<a href="{escape(origin)}/tags/{escape(piece.value)}" class="mention hashtag" '
                f'rel="tag">#<span>{escape(piece.text[1:])}</span></a>'
            )
        elif piece.kind == "mention" and piece.value in known and piece.domain in ("", domain):
            parts.append(
                f'<span class="h-card"><a href="{escape(origin)}/@{escape(piece.value)}" '
                f'class="u-url mention">@<span>{escape(piece.value)}</span></a></span>'
            )
        else:
            parts.append(escape(piece.text))
    return _paragraphs("".join(parts))


def line_of(text: str, most: int) -> str:
    """The text on one line, at most `most` characters, for titles and notices."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def bio_of(text: str, origin: str) -> str:
    """HTML of a profile's words: links and hashtags, and whoever is mentioned without looking."""
    return html_of(text, mentioned_handles(text), origin)


def _piece(match: re.Match[str]) -> Segment | None:
    if match["link"]:
        address = _without_trailing(match["link"])
        host = address.partition("://")[2]
        return Segment("link", address, address) if host else None
    if match["mention"]:
        domain = (match["domain"] or "").rstrip(".-").lower()
        written = match[0] if not match["domain"] else match[0].rstrip(".-")
        return Segment("mention", written, match["mention"].lower(), domain)
    tag = match["tag"]
    if not any(character.isalpha() for character in tag):
        return None  # #1 is a number, not a theme
    return Segment("tag", match[0], tag_key(tag))


def _without_trailing(address: str) -> str:
    """Punctuation after an address belongs to the sentence, a bracket only if it was opened."""
    while address and address[-1] in _TRAILING:
        last = address[-1]
        if last in _PAIRS and address.count(_PAIRS[last]) >= address.count(last):
            break
        address = address[:-1]
    return address


def _link(address: str) -> str:
    scheme, _, rest = address.partition("://")
    start = f"{scheme}://"
    if rest.startswith("www."):
        start, rest = start + "www.", rest[4:]
    shown, hidden = rest[:_SHOWN_OF_LINK], rest[_SHOWN_OF_LINK:]
    kind = ' class="ellipsis"' if hidden else ""
    return (
        f'<a href="{escape(address)}" target="_blank" rel="nofollow noopener noreferrer">'
        f'<span class="invisible">{escape(start)}</span><span{kind}>{escape(shown)}</span>'
        f'<span class="invisible">{escape(hidden)}</span></a>'
    )


def _paragraphs(html: str) -> str:
    blocks = (block.strip("\n") for block in _BLANK_LINES.split(html.strip("\n")))
    return "".join(f"<p>{block.replace(chr(10), '<br>')}</p>" for block in blocks if block)
