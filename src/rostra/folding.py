"""Words as a search compares them: without case and accents, on every database alike. Pure.

Text becomes tokens here and nowhere else, when it is written and when it is looked for; the
databases get tokens with spaces between and add nothing of their own, so that SQLite and PostgreSQL
find the same. A token is a run of letters, digits and their marks. Writing without spaces between
words (Chinese, Japanese, Thai, Khmer …) gives a token for each character, and so does each picture
sign; somebody who looks for several of them in a row looks for a phrase.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

LONGEST_TOKEN = 64
"""Characters of a token; what is longer is cut, here and there alike."""

_NO_SPACES = (  # the blocks of scripts that put none between words
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x31F0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip
_ACCENTS = (  # marks that readers leave out; those of other scripts are vowels and stay
    (0x0300, 0x036F), (0x0483, 0x0487), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F),
    (0x0670, 0x0670), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
)  # fmt: skip


class _Folds(dict[int, str]):
    """What each character becomes, found out when it is first met; a space parts tokens."""

    def __missing__(self, code: int) -> str:
        made = self[code] = _fold_of(chr(code))
        return made


_FOLDS = _Folds()


def tokens(text: str) -> list[str]:
    """The tokens of `text` in their order."""
    parts = unicodedata.normalize("NFC", text).translate(_FOLDS).split()
    return [part[:LONGEST_TOKEN] for part in parts]


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Each token with where it begins and ends; `text` must be in Unicode's form NFC."""
    token, start = "", 0
    for place, character in enumerate(text):
        fold = _FOLDS[ord(character)]
        if token and fold.startswith(" "):
            yield token[:LONGEST_TOKEN], start, place
            token = ""
        for nth, part in enumerate(fold.split(" ")):
            if nth and token:
                yield token[:LONGEST_TOKEN], start, place + 1
                token = ""
            if part and not token:
                start = place
            token += part
    if token:
        yield token[:LONGEST_TOKEN], start, len(text)


def _fold_of(character: str) -> str:
    code, category = ord(character), unicodedata.category(character)
    if _within(code, _ACCENTS) or code in (0x200C, 0x200D):
        return ""
    if category == "So" or _within(code, _NO_SPACES):
        return f" {character} " if category[0] in "LNMS" else " "
    if category[0] not in "LNM":
        return " "
    # ı is the small letter of I where i is that of İ: whoever writes in capitals means either
    apart = unicodedata.normalize("NFKD", character).casefold().replace("ı", "i")
    bare = "".join(each for each in apart if not _within(ord(each), _ACCENTS))
    whole = unicodedata.normalize("NFC", bare)
    # some signs come apart into words (℡, ½): only letters, digits and marks are of a token
    return "".join(each if unicodedata.category(each)[0] in "LNM" else " " for each in whole)


def _within(code: int, blocks: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in blocks)
