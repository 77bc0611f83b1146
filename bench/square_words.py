"""Words of a believable square: two vocabularies by Zipf and Mandelbrot, names, tags.

The commonest word of all stands in about 30 % of the posts. Rare words are made of syllables, so
that there are as many as a real square has without a dictionary in the repository.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def _several(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_ENGLISH = (
    "the to and of in is it you that for on with this are be have not as at we they from or one "
    "all what so can if about there when more will just like people time now know how new who "
    "good think make our day want some live stage today world right work talk listen question "
    "answer council vote bridge river garden music train city house school morning evening"
)
_FRENCH = (
    "de la le et les des en un est que pour pas une dans ce il qui ne sur au plus par avec tout "
    "faire été être mais nous comme vous ou même très bien aussi leur sans temps où après déjà "
    "voilà français réunion scène écoute question réponse mairie école café forêt rivière élève "
    "matin soirée théâtre garçon naïf août maïs cœur peut-être aujourd'hui l'eau d'abord"
)
_STARTS = _several("b br c ch d dr f fl g gr h j k l m n p pl pr qu r s st t tr v w z")
_HEARTS = {"en": _several("a e i o u ea ee oo ou ai"), "fr": _several("a e i o u é è ê ou ai eau")}
_ENDS = {
    "en": ("", *_several("n r s t l nd st ng ck m p")),
    "fr": ("", *_several("n r s t l x nt ge que me")),
}
FIRST = _several(
    "Ada Amélie André Benoît Chloé Clément Daniel Diego Élise Émile Fatou François Grace Hélène "
    "Inès Ivan Jürgen José Kofi Léa Loïc Lucía Maëlle Marie Mehdi Naomi Noël Olu Omar Pia Raúl "
    "Renée Sofia Søren Théo Tomás Ursula Wei Yann Zoë"
)
LAST = _several(
    "Almeida Bélanger Cohen Côté Dubois Eriksen Fournier García Haddad Ito Jansen Kowalski Lefèvre "
    "Müller Ndiaye Okafor Peña Quiroga Rossi Schmidt Tremblay Usman Vidal Weber Xu Yılmaz Zimmer"
)


@dataclass(frozen=True)
class Vocabulary:
    """Words by rank and how likely each is; the first is the commonest."""

    words: tuple[str, ...]
    cumulated: npt.NDArray[np.float64]

    def drawn(self, dice: np.random.Generator, number: int) -> Ints:
        """Ranks of so many words."""
        return np.searchsorted(self.cumulated, dice.random(number)).astype(np.int64)


def vocabulary(language: str, size: int, dice: np.random.Generator) -> Vocabulary:
    """The words of `en` or `fr`."""
    known = dict.fromkeys((_ENGLISH if language == "en" else _FRENCH).split())
    while len(known) < size:
        known[_made_up(language, dice)] = None
    return Vocabulary(tuple(known), _mandelbrot(size, offset=3.0))


def tags(number: int, dice: np.random.Generator) -> Vocabulary:
    """Hashtags without their sign."""
    known = dict.fromkeys(("rostra", "live", "music", "politique", "café"))
    while len(known) < number:
        known[_made_up("en", dice) + _made_up("fr", dice)] = None
    return Vocabulary(tuple(known), _mandelbrot(number, offset=2.0))


def power_law(size: int, exponent: float) -> npt.NDArray[np.float64]:
    """Cumulated likelihood of ranks 0 to `size`, by 1 / rank ** exponent."""
    weights = 1.0 / np.arange(1, size + 1) ** exponent
    return np.asarray(np.cumsum(weights) / weights.sum(), dtype=np.float64)


def _mandelbrot(size: int, offset: float) -> npt.NDArray[np.float64]:
    weights = 1.0 / (np.arange(1, size + 1) + offset)
    return np.asarray(np.cumsum(weights) / weights.sum(), dtype=np.float64)


def _made_up(language: str, dice: np.random.Generator) -> str:
    kinds = [_STARTS, _HEARTS[language]] * int(dice.integers(2, 5)) + [_ENDS[language]]
    return "".join(of[int(dice.integers(len(of)))] for of in kinds)
