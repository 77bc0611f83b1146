"""A believable square, the same for the same seed: people, whom they follow, what they wrote.

One account has nine in ten as followers; follows and posts go by power laws (the median account
follows 50, some follow 2,000, and ten each follow exactly 50, 500 and 5,000 where there are so
many). A post in four is a reply, one in nine a boost. Rows come as tuples in the order of each
table's columns, for both databases alike: see square_load.py.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.square_words import FIRST, LAST, Ints, power_law, tags, vocabulary
from rostra.people.names import words_of
from rostra.square.posts import Attached, Medium, Mention

SEED = 5
DAYS = 730
VIEWERS = (50, 500, 5000)
"""How many accounts the viewers with an exact number of follows follow; `EACH` of each."""

EACH = 10
_VOCABULARY = 60_000
_WORDS = 18  # in the middle post
Row = tuple[Any, ...]


@dataclass
class People:
    """Accounts by index; ids are sorted, so that their rows lie in the order of the key."""

    ids: list[str]
    handles: list[str]
    names: list[str]
    star: int
    viewers: dict[int, list[int]]
    follower: Ints
    followed: Ints

    def __len__(self) -> int:
        return len(self.ids)


@dataclass
class Posts:
    """Posts by index, oldest first. -1 is none."""

    ids: Ints
    author: Ints
    boost_of: Ints
    reply_to: Ints
    visibility: npt.NDArray[np.int8]
    thread: Ints
    replies: Ints
    boosts: Ints
    favourites: Ints


@dataclass
class Square:
    """The whole; what goes with posts into other tables is collected while their rows are made."""

    people: People
    posts: Posts
    end_ms: int
    seed: int
    size: int
    mentions: list[Row] = field(default_factory=list)
    tags: list[Row] = field(default_factory=list)


def square_of(size: int, end_ms: int, seed: int = SEED) -> Square:
    """A square of `size` posts that ends at `end_ms`."""
    dice = np.random.default_rng([seed, size])
    people = _people(max(100, size // 10), dice)
    return Square(people, _posts(size, len(people), end_ms, dice), end_ms, seed, size)


def _people(number: int, dice: np.random.Generator) -> People:
    ids = sorted(
        base64.urlsafe_b64encode(dice.bytes(16)).decode().rstrip("=") for _ in range(number)
    )
    first = [FIRST[n] for n in dice.integers(len(FIRST), size=number)]
    last = [LAST[n] for n in dice.integers(len(LAST), size=number)]
    names = [f"{a} {b}" for a, b in zip(first, last, strict=True)]
    handles = [
        f"{a.encode('ascii', 'ignore').decode().lower() or 'x'}_{n}" for n, a in enumerate(first)
    ]
    popular = dice.permutation(number).astype(np.int64)
    star = int(popular[0])
    handles[star], names[star] = "star", "Étoile du Forum"
    special = popular[-EACH * len(VIEWERS) :]
    viewers = {
        of: [int(n) for n in special[EACH * place : EACH * (place + 1)]]
        for place, of in enumerate(VIEWERS)
    }
    follower, followed = _follows(number, popular, viewers, dice)
    return People(ids, handles, names, star, viewers, follower, followed)


def _follows(
    number: int, popular: Ints, viewers: dict[int, list[int]], dice: np.random.Generator
) -> tuple[Ints, Ints]:
    """Pairs, sorted by follower and then followed; nobody follows the same one twice."""
    wanted = np.minimum(35.4 * (1 - dice.random(number)) ** -0.5, min(2000, number // 2))
    exact = [viewer for group in viewers.values() for viewer in group]
    wanted[exact] = 0
    who = np.repeat(np.arange(number), (wanted * 1.12).astype(np.int64))
    whom = popular[np.searchsorted(power_law(number, 0.7), dice.random(len(who)))]
    fans = dice.permutation(number)[: number * 9 // 10]
    pieces = [who * number + whom, fans * number + popular[0]]
    for many, group in viewers.items():
        for viewer in group:
            some = dice.permutation(popular[1:])[: min(many, number - 2)]
            pieces.append(viewer * number + some)
    keys = np.unique(np.concatenate(pieces))
    follower, followed = keys // number, keys % number
    itself = follower == followed
    # viewers with an exact number do not follow the star besides
    besides = np.isin(follower, exact) & (followed == popular[0])
    keep = ~(itself | besides)
    return follower[keep], followed[keep]


def _posts(size: int, people: int, end_ms: int, dice: np.random.Generator) -> Posts:
    span = DAYS * 86_400_000
    moments = np.sort(end_ms - (span * dice.random(size)).astype(np.int64))
    ids = (moments << 16) | dice.integers(1 << 16, size=size)
    ids = np.unique(ids)
    size = len(ids)
    active = dice.permutation(people).astype(np.int64)
    author = active[np.searchsorted(power_law(people, 0.6), dice.random(size))]
    kind = dice.random(size)
    places = np.arange(size)
    before = np.maximum(places - 1 - dice.geometric(0.002, size=size), -1)
    boost_of = np.where(kind < 0.11, before, -1)
    reply_to = np.where((kind >= 0.11) & (kind < 0.36), before, -1)
    visibility = np.searchsorted([0.8, 0.9, 0.98, 1.0], dice.random(size)).astype(np.int8)
    # only what is open and somebody's own words is boosted, and by each account once
    own = boost_of < 0
    bad = (boost_of >= 0) & ~(own[boost_of] & (visibility[boost_of] < 2))
    boost_of[bad] = -1
    pairs = boost_of * people + author
    first = np.zeros(size, dtype=bool)
    first[np.unique(pairs, return_index=True)[1]] = True
    boost_of[(boost_of >= 0) & ~first] = -1
    visibility[boost_of >= 0] = 0
    reply_to[(reply_to >= 0) & (boost_of[reply_to] >= 0)] = -1
    thread = ids.copy()
    for place in np.flatnonzero(reply_to >= 0):
        thread[place] = thread[reply_to[place]]
    favourites = np.bincount(_liked(size, dice, boost_of), minlength=size)
    return Posts(
        ids, author, boost_of, reply_to, visibility, thread,
        np.bincount(reply_to[reply_to >= 0], minlength=size),
        np.bincount(boost_of[boost_of >= 0], minlength=size), favourites,
    )  # fmt: skip


def _liked(size: int, dice: np.random.Generator, boost_of: Ints) -> Ints:
    """Which posts were favourited, two for each post on average, most of them few and some a lot"""
    drawn = (size * dice.random(size * 2) ** 3).astype(np.int64)
    mixed = dice.permutation(size).astype(np.int64)[drawn]
    return mixed[boost_of[mixed] < 0]


VISIBILITIES = ("public", "unlisted", "private", "direct")


def account_rows(square: Square) -> Iterator[dict[str, Any]]:
    """Rows of `accounts` by column; the rest have defaults."""
    people, posts = square.people, square.posts
    number = len(people)
    followers = np.bincount(people.followed, minlength=number)
    following = np.bincount(people.follower, minlength=number)
    written = np.bincount(posts.author, minlength=number)
    last = np.zeros(number, dtype=np.int64)
    np.maximum.at(last, posts.author, posts.ids)
    began = square.end_ms - (DAYS + 30) * 86_400_000
    for n in range(number):
        yield {
            "id": people.ids[n], "handle": people.handles[n], "name": people.names[n],
            "role": "member", "created_ms": began, "posts": int(written[n]),
            "followers": int(followers[n]), "following": int(following[n]),
            "last_post_id": int(last[n]),
        }  # fmt: skip


def name_rows(square: Square) -> Iterator[Row]:
    """(word, account_id), in the order of the key."""
    people = square.people
    each = zip(people.ids, people.handles, people.names, strict=True)
    yield from sorted((word, id_) for id_, handle, name in each for word in words_of(handle, name))


def follow_rows(square: Square) -> Iterator[Row]:
    """(follower_id, followed_id, id), in the order of the key."""
    people = square.people
    ids = people.ids
    began = (square.end_ms - DAYS * 86_400_000) << 16
    dice = np.random.default_rng([square.seed, square.size, 1])
    numbers = began + dice.permutation(len(people.follower)).astype(np.int64) * 997
    for who, whom, number in zip(
        people.follower.tolist(), people.followed.tolist(), numbers.tolist(), strict=True
    ):
        yield ids[who], ids[whom], number


def favourite_rows(square: Square) -> Iterator[Row]:
    """(account_id, post_id, id): as many for each post as its row counts."""
    posts, ids = square.posts, square.people.ids
    places = np.repeat(np.arange(len(posts.ids)), posts.favourites)
    dice = np.random.default_rng([square.seed, square.size, 2])
    start = dice.integers(len(ids), size=len(posts.ids))[places]
    nth = np.arange(len(places)) - np.repeat(
        np.cumsum(posts.favourites) - posts.favourites, posts.favourites
    )
    who = (start + nth * 7) % len(ids)
    keys = np.unique(who * len(posts.ids) + places)
    who, places = keys // len(posts.ids), keys % len(posts.ids)
    base = posts.ids[places].tolist()
    for n, (account, post) in enumerate(zip(who.tolist(), base, strict=True)):
        yield ids[account], post, post + n + 1


def post_rows(square: Square) -> Iterator[dict[str, Any]]:
    """Rows of `posts` by column, oldest first; fills `square.mentions` and `square.tags`."""
    writer = _Writer(square)
    posts, ids = square.posts, square.people.ids
    for n in range(len(posts.ids)):
        made = writer.words(n)
        reply, boost = int(posts.reply_to[n]), int(posts.boost_of[n])
        post_id = int(posts.ids[n])
        square.mentions += [(post_id, mention.id) for mention in made.attached.mentions]
        square.tags += [(tag, post_id) for tag in made.attached.tags]
        yield {
            "id": post_id, "author_id": ids[posts.author[n]],
            "visibility": VISIBILITIES[posts.visibility[n]], "text": made.text,
            "language": made.language,
            "attached": made.attached,
            "boost_of": None if boost < 0 else int(posts.ids[boost]),
            "reply_to": None if reply < 0 else int(posts.ids[reply]),
            "reply_to_author": None if reply < 0 else ids[posts.author[reply]],
            "thread_id": int(posts.thread[n]), "created_ms": post_id >> 16,
            "replies": int(posts.replies[n]), "boosts": int(posts.boosts[n]),
            "favourites": int(posts.favourites[n]),
        }  # fmt: skip


_NOTHING = Attached()


@dataclass(frozen=True)
class _Words:
    text: str = ""
    language: str = ""
    attached: Attached = _NOTHING


class _Writer:
    """Writes the text of each post, with what hangs on it, drawing words by the ten thousand."""

    def __init__(self, square: Square) -> None:
        self.square = square
        self.dice = np.random.default_rng([square.seed, square.size, 3])
        self.vocabularies = {
            each: vocabulary(each, _VOCABULARY, self.dice) for each in ("en", "fr")
        }
        self.tags = tags(5000, self.dice)
        self.lengths = np.clip(
            self.dice.lognormal(np.log(_WORDS), 0.6, len(square.posts.ids)), 1, 300
        ).astype(np.int64)
        self.chances = self.dice.random((len(square.posts.ids), 4))
        self._drawn: dict[str, list[int]] = {"en": [], "fr": []}
        self._tags: list[int] = []

    def words(self, n: int) -> _Words:
        """The words of post `n`, none for a boost."""
        posts = self.square.posts
        if posts.boost_of[n] >= 0:
            return _Words()
        tongue, with_tag, with_medium, with_link = self.chances[n].tolist()
        language = "en" if tongue < 0.8 else "fr"
        drawn = self._ranks(language, int(self.lengths[n]))
        of = self.vocabularies[language].words
        words = [of[rank] for rank in drawn]
        mentions = self._mentions(n)
        words[:0] = [f"@{each.handle}" for each in mentions]
        chosen = self._chosen(with_tag)
        words += [f"#{tag}" for tag in chosen]
        if with_link < 0.12:
            words.append(f"https://news.example/{drawn[0]}/{n}")
        attached = Attached(mentions, chosen, self._media(n, with_medium), with_link > 0.98)
        return _Words(" ".join(words), language, attached)

    def _ranks(self, language: str, number: int) -> list[int]:
        left = self._drawn[language]
        if len(left) < number:
            left += self.vocabularies[language].drawn(self.dice, 200_000).tolist()
        taken = left[-number:]
        del left[-number:]
        return taken

    def _mentions(self, n: int) -> tuple[Mention, ...]:
        posts, people = self.square.posts, self.square.people
        reply = int(posts.reply_to[n])
        named = [int(posts.author[reply])] if reply >= 0 else []
        if posts.visibility[n] == 3 or n % 25 == 0:
            named.append((n * 7919) % len(people))
        return tuple(
            Mention(people.ids[who], people.handles[who])
            for who in dict.fromkeys(named)
            if who != posts.author[n]
        )

    def _chosen(self, chance: float) -> tuple[str, ...]:
        if chance > 0.2:
            return ()
        if len(self._tags) < 2:
            self._tags = self.tags.drawn(self.dice, 50_000).tolist()
        number = 1 if chance < 0.15 else 2
        return tuple(dict.fromkeys(self.tags.words[self._tags.pop()] for _ in range(number)))

    def _media(self, n: int, chance: float) -> tuple[Medium, ...]:
        if chance > 0.13:
            return ()
        kind = "image" if chance < 0.12 else "audio"
        file = f"{n:032x}.{'webp' if kind == 'image' else 'ogg'}"
        return (
            Medium(
                int(self.square.posts.ids[n]) + 1, kind, "ready", file, None,
                "image/webp" if kind == "image" else "audio/ogg", "What is to be seen",
                (0.0, 0.0), "", {"width": 1200.0, "height": 800.0},
            ),
        )  # fmt: skip


def as_json(attached: Attached) -> str:
    """As the column holds it."""
    return json.dumps(attached.document(), ensure_ascii=False, separators=(",", ":"))
