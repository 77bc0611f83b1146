"""Errands: an answer, a refusal, a fault, silence."""

from __future__ import annotations

import sys

import pytest

from rostra.errors import Misconfigured
from rostra.node.child import Recipe
from rostra.node.errand import Answer, Errand
from rostra.testing.patience import until


def errand(code: str, seconds: float = 20.0) -> Errand:
    return Errand(Recipe("ask", [sys.executable, "-c", code]), seconds)


def stepped(sent: Errand) -> Answer:
    """The answer, by as many looks as it takes."""
    steps, found = sent.steps(), []

    def look() -> bool:
        try:
            next(steps)
        except StopIteration as end:
            found.append(end.value)
        return bool(found)

    until(look, "the answer")
    return found[0]


def test_the_answer_is_the_same_waited_for_and_looked_for() -> None:
    code = "print('{\"a\": \"' + 'x' * 200_000 + '\"}')"  # more than a pipe holds
    assert errand(code).wait() == stepped(errand(code)) == {"a": "x" * 200_000}


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ('print(\'{"error": "It is full."}\')', r"^It is full\.$"),
        ("import sys; print('{}'); sys.exit('No such flag: --x.')", r"`ask` failed \(No such flag"),
        ("raise OSError('a fault')", r"`ask` failed \(OSError: a fault\)"),
        ("print('no JSON')", r"`ask` failed \(it says nothing\)"),
        ("print('[]')", "`ask` failed"),
    ],
)
def test_what_is_no_answer_is_said_in_a_sentence(code: str, sentence: str) -> None:
    with pytest.raises(Misconfigured, match=sentence):
        errand(code).wait()
    with pytest.raises(Misconfigured, match=sentence):
        stepped(errand(code))


def test_silence_is_ended_in_time() -> None:
    with pytest.raises(Misconfigured, match=r"within 0\.2 seconds"):
        errand("import signal; signal.pause()", 0.2).wait()


def test_one_that_is_given_up_is_ended() -> None:
    sent = errand("import signal; signal.pause()")
    steps = sent.steps()
    next(steps)
    steps.close()
    assert sent._process.returncode is not None


def test_a_program_that_is_not_there_is_told() -> None:
    with pytest.raises(Misconfigured, match="/nowhere/python cannot be run"):
        Errand(Recipe("ask", ["/nowhere/python"]), 1.0)
