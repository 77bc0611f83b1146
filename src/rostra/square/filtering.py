"""Word filters: which of somebody's filters a post meets. Pure.

Texts and words are compared in one form (`folded`): compatibility forms, case and invisible
characters undone. A whole word ends where letters, digits and their marks end; scripts that are
written without spaces have no such ends, and there any place in the text will do.

A post is cut into its words once, and a filter's single words are looked up among them, so that a
thousand words cost little more than one. Phrases and parts of words are searched one by one, but
only those whose first characters stand in the post somewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import groupby

from rostra.square.posts import FilterHit, Poll, Post, PostView

CONTEXTS = ("home", "notifications", "public", "thread", "account")
ACTIONS = ("warn", "hide", "blur")


@dataclass(frozen=True)
class Keyword:
    """Words to look for; `whole` unless they may also stand inside of others."""

    id: int
    text: str
    whole: bool = True


@dataclass(frozen=True)
class FilteredPost:
    """One post that is filtered whatever it says."""

    id: int
    post_id: int


@dataclass(frozen=True)
class Filter:
    """A filter as its owner made it: where it counts (CONTEXTS) and what it does (ACTIONS)."""

    id: int
    title: str
    contexts: tuple[str, ...]
    action: str
    expires_ms: int | None = None
    keywords: tuple[Keyword, ...] = ()
    posts: tuple[FilteredPost, ...] = ()

    def is_over(self, now_ms: int) -> bool:
        return self.expires_ms is not None and self.expires_ms <= now_ms


@dataclass(frozen=True)
class FilterSet:
    """All filters of one person, made ready when first used."""

    filters: tuple[Filter, ...] = ()

    def on(self, view: PostView, now_ms: int) -> PostView:
        """The view with what it meets; a boost meets what the boosted post does."""
        shown, own = view.shown, view.shown.post
        if not self.filters:
            return view
        found = matches(self, texts_of(own, shown.poll), {own.id, view.post.id}, now_ms)
        boost = None if view.boost is None else replace(view.boost, filters=found)
        return replace(view, filters=found, boost=boost)

    def may_hide(self, context: str, now_ms: int) -> bool:
        """Whether there is one that does not show what it meets in `context`."""
        return any(
            each.action == "hide" and context in each.contexts and not each.is_over(now_ms)
            for each in self.filters
        )

    @cached_property
    def _by_word(self) -> dict[str, list[tuple[int, Keyword]]]:
        """Whole single words, by their folded form, with the number of their filter."""
        found: dict[str, list[tuple[int, Keyword]]] = {}
        for number, keyword, text in self._keywords():
            if _is_one_word(keyword, text):
                found.setdefault(text, []).append((number, keyword))
        return found

    @cached_property
    def _by_start(self) -> dict[int, dict[str, list[_Part]]]:
        """All others, by how many first characters of their folded form are looked up, and these.

        That is _GRAM of them, or all of a shorter one.
        """
        found: dict[int, dict[str, list[_Part]]] = {}
        for number, keyword, text in self._keywords():
            if text and not _is_one_word(keyword, text):
                start, part = text[:_GRAM], _Part(text, number, keyword)
                found.setdefault(len(start), {}).setdefault(start, []).append(part)
        return found

    @cached_property
    def _by_post(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for number, each in enumerate(self.filters):
            for post in each.posts:
                found.setdefault(post.post_id, []).append(number)
        return found

    def _keywords(self) -> Iterator[tuple[int, Keyword, str]]:
        for number, each in enumerate(self.filters):
            for keyword in each.keywords:
                yield number, keyword, folded(keyword.text)


NO_FILTERS = FilterSet()


def matches(
    filters: FilterSet, texts: Iterable[str], post_ids: Iterable[int], now_ms: int
) -> tuple[FilterHit, ...]:
    """The filters that one of `texts` or `post_ids` meets, in the order in which they were made."""
    if not filters.filters:
        return ()
    found: dict[int, dict[str, None]] = {}
    for text in texts:
        for number, keyword in _found_in(filters, text):
            found.setdefault(number, {})[keyword.text] = None
    by_post = {number for each in post_ids for number in filters._by_post.get(each, ())}
    return tuple(
        _hit(filters.filters[number], tuple(found.get(number, ())), number in by_post)
        for number in sorted(found.keys() | by_post)
        if not filters.filters[number].is_over(now_ms)
    )


def hides(hits: Sequence[FilterHit], context: str) -> bool:
    """Whether one of `hits` says not to show the post at all in `context`."""
    return any(hit.action == "hide" and context in hit.contexts for hit in hits)


def texts_of(post: Post, poll: Poll | None) -> tuple[str, ...]:
    """Everything of a post that is read: words, warning, options of its poll, alt texts."""
    options = () if poll is None else tuple(option.title for option in poll.options)
    alt = (medium.description for medium in post.attached.media)
    return tuple(text for text in (post.text, post.warning, *options, *alt) if text)


def folded(text: str) -> str:
    """The form in which texts are compared: on one line, without case and invisible characters."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).casefold()
    return " ".join(unicodedata.normalize("NFKC", plain).split())


@dataclass(frozen=True)
class _Part:
    text: str
    number: int
    keyword: Keyword

    def stands_in(self, line: str) -> bool:
        found = self.text in line
        return found and (not self.keyword.whole or _stands_alone(self.text, line))


@dataclass(frozen=True)
class _Read:
    """A text in its folded form, cut in the ways in which it is searched."""

    line: str
    _runs: dict[int, set[str]] = field(default_factory=dict)

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(_words_of(self.line))

    def runs(self, length: int) -> set[str]:
        """All that stands in it of so many characters."""
        if length not in self._runs:
            line = self.line
            self._runs[length] = {line[n : n + length] for n in range(len(line))}
        return self._runs[length]


def _found_in(filters: FilterSet, text: str) -> Iterator[tuple[int, Keyword]]:
    read, by_word, by_start = _read(text), filters._by_word, filters._by_start
    for word in read.words & by_word.keys() if by_word else ():
        yield from by_word[word]
    for characters, parts in by_start.items():
        for start in read.runs(characters) & parts.keys():
            for part in parts[start]:
                if part.stands_in(read.line):
                    yield part.number, part.keyword


@lru_cache(2048)
def _read(text: str) -> _Read:
    # The same few hundred posts are shown to everybody, again and again.
    return _Read(folded(text))


def _hit(each: Filter, words: tuple[str, ...], by_post: bool) -> FilterHit:
    return FilterHit(
        each.id, each.title, each.contexts, each.action, each.expires_ms, words, by_post
    )


def _is_one_word(keyword: Keyword, text: str) -> bool:
    return keyword.whole and _words_of(text) == [text] and not any(map(_is_unspaced, text))


def _stands_alone(text: str, line: str) -> bool:
    """Whether `text` is somewhere in `line` where no word goes on at its ends."""
    starts, ends = _has_end(text[0]), _has_end(text[-1])
    place = line.find(text)
    while place >= 0:
        after = place + len(text)
        free_before = not starts or place == 0 or not _is_letter(line[place - 1])
        free_after = not ends or after == len(line) or not _is_letter(line[after])
        if free_before and free_after:
            return True
        place = line.find(text, place + 1)
    return False


def _words_of(line: str) -> list[str]:
    if line.isascii():
        return _ASCII_WORD.findall(line)
    return ["".join(run) for letters, run in groupby(line, _is_letter) if letters]


@lru_cache(8192)
def _is_letter(character: str) -> bool:
    """Part of a word: letters, digits, their marks (which `\\w` leaves out), and joiners."""
    joins = character in "_\u200c\u200d"
    return joins or character.isalnum() or unicodedata.category(character)[0] == "M"


def _has_end(character: str) -> bool:
    return _is_letter(character) and not _is_unspaced(character)


def _is_unspaced(character: str) -> bool:
    """Of a script that is written without spaces between words."""
    return any(first <= character <= last for first, last in _UNSPACED)


_INVISIBLE = dict.fromkeys(
    (0x00AD, 0x034F, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF,
     *range(0xFE00, 0xFE10), *range(0x202A, 0x202F), *range(0x2061, 0x206A))
)  # fmt: skip
"""Characters that are not seen and could be put into a word to slip past a filter."""

_UNSPACED = (
    ("\u0e00", "\u0eff"),  # Thai, Lao
    ("\u1000", "\u109f"),  # Myanmar
    ("\u1780", "\u17ff"),  # Khmer
    ("\u2e80", "\u2fdf"),  # parts of Han
    ("\u3005", "\u3007"),
    ("\u3021", "\u312f"),  # kana, bopomofo
    ("\u31a0", "\u31ff"),
    ("\u3400", "\u4dbf"),  # Han
    ("\u4e00", "\u9fff"),
    ("\ua9e0", "\ua9ff"),
    ("\uaa60", "\uaa7f"),
    ("\uf900", "\ufaff"),
    ("\U0001b000", "\U0001b16f"),
    ("\U00020000", "\U0003ffff"),
)
_ASCII_WORD = re.compile(r"[a-z0-9_]+")
_GRAM = 4
