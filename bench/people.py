"""Voices for what is measured of sound: the demo's two, and as many as espeak-ng speaks.

Each of the `CAST` has a voice, a language and a text of its own, with the pauses of somebody who
thinks while talking. A `crowd` are others than the cast, all talking at once: babble.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rostra.node.demo import VOICES
from rostra.testing.decode import decoded
from rostra.wire.timing import RATE

Floats = npt.NDArray[np.float64]

_THINKING = (0.35, 0.9)  # seconds between two sentences, at least and at most
_PACE = (140, 180)  # words a minute of the crowd
_PITCH = (25, 75)  # of espeak-ng's 0 to 99
_BEFORE = RATE // 5  # samples of silence before the first word
_QUIET = 0.004  # of full scale: what espeak-ng leaves at both ends of a sentence

ENGLISH = (
    "The council met on Tuesday and could not agree on a single thing.",
    "We asked for the budget three times, and three times we were told to wait.",
    "Nobody in this valley remembers a winter as warm as the last one.",
    "If the bridge is closed again, the school bus needs forty minutes more.",
    "I would rather hear it from the people who work there every day.",
    "She measured the well herself, and the water had fallen by two metres.",
    "That is a fair question, and I do not have a good answer yet.",
    "Let us come back to the vote, because the clock is running.",
    "The first thing they teach you is to listen before you speak.",
    "My neighbour keeps bees, and he says that they came back late this spring.",
    "Thank you. Could the next speaker tell us where she is calling from?",
    "We have room for two more questions before the music begins.",
)
FRENCH = (
    "La réunion de mardi a duré plus longtemps que prévu, et rien n'est décidé.",
    "Nous avons demandé trois fois le budget, et trois fois on nous a dit d'attendre.",
    "Personne dans cette vallée ne se souvient d'un hiver aussi doux.",
    "Si le pont reste fermé, le car scolaire mettra quarante minutes de plus.",
    "Je préfère l'entendre de la bouche de ceux qui y travaillent chaque jour.",
    "Elle a mesuré le puits elle-même, et l'eau a baissé de deux mètres.",
    "C'est une bonne question, et je n'ai pas encore de bonne réponse.",
    "Revenons au vote, car l'heure tourne et la salle ferme à minuit.",
)
TEXTS = {"en-us": ENGLISH, "en-gb": ENGLISH, "en-gb-scotland": ENGLISH, "fr-fr": FRENCH}


@dataclass(frozen=True)
class Person:
    """An espeak-ng language and variant, its pitch (0 to 99), words a minute, first sentence."""

    language: str
    variant: str
    pitch: int
    pace: int
    first: int


CAST = {
    "woman, en": Person("en-us", "f2", 55, 165, 0),
    "man, en": Person("en-gb", "m3", 40, 155, 6),
    "woman, fr": Person("fr-fr", "f4", 60, 160, 0),
    "man, fr": Person("fr-fr", "m7", 35, 150, 4),
}
_CROWD = (*(f"f{n}" for n in (1, 3, 5)), *(f"m{n}" for n in (1, 2, 4, 5, 6, 8)))


def demo(name: str, seconds: float) -> Floats:
    """One of the demo's two voices, from where it begins to talk."""
    sound = decoded((VOICES / f"{name}.opus").read_bytes()).astype(np.float64)
    first = max(0, int(np.argmax(np.abs(sound) > _QUIET)) - _BEFORE)
    return sound[first : first + round(seconds * RATE)]


def spoken(person: Person, seconds: float) -> Floats:
    """So much of a person talking, in -1..1 at 48 kHz; the same every time."""
    texts, length = TEXTS[person.language], round(seconds * RATE)
    dice = np.random.default_rng([person.first, person.pitch, person.pace])
    pieces, got, number = [np.zeros(_BEFORE)], 0, person.first
    while got < length:
        pieces += [
            _sentence(person, texts[number % len(texts)]),
            np.zeros(round(dice.uniform(*_THINKING) * RATE)),
        ]
        got, number = sum(map(len, pieces)), number + 1
    return np.concatenate(pieces)[:length]


def crowd(people: int, seconds: float, seed: int) -> Floats:
    """So many others talking at once, all equally loud, each from somewhere in a text."""
    dice = np.random.default_rng(seed)
    variants = [_CROWD[number % len(_CROWD)] for number in dice.permutation(len(_CROWD))]
    babble = np.zeros(round(seconds * RATE))
    for number in range(people):
        language = str(dice.choice(sorted(TEXTS)))
        person = Person(
            language,
            variants[number % len(variants)],
            int(dice.integers(*_PITCH)),
            int(dice.integers(*_PACE)),
            int(dice.integers(len(TEXTS[language]))),
        )
        voice = np.roll(spoken(person, seconds), int(dice.integers(len(babble))))
        babble += voice / np.sqrt(np.mean(voice**2))
    return babble


def _sentence(person: Person, text: str) -> Floats:
    command = ["espeak-ng", "-v", f"{person.language}+{person.variant}", "-p", str(person.pitch)]
    command += ["-s", str(person.pace), "--stdout", text]
    done = subprocess.run(command, capture_output=True, check=True)
    sound = decoded(done.stdout).astype(np.float64)
    loud = np.flatnonzero(np.abs(sound) > _QUIET)
    return sound[loud[0] : loud[-1] + 1]
