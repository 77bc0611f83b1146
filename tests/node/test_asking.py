"""How an upgrade is asked for and reported, where the server does not do what is hoped."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from rostra.errors import Misconfigured, RostraError
from rostra.node import asking, folder
from rostra.node.asking import Code, Report, ask, asked, forget
from rostra.programme.places import Places
from rostra.testing.patience import until

CODE = Code("/opt/rostra/0.2.0/bin/python3", "/somewhere")
HOLD = """
import sys
from pathlib import Path
from rostra.node import folder
places, _ = folder.take(Path(sys.argv[1]))
print("taken", flush=True)
sys.stdin.readline()
from rostra.node.asking import Report, asked
Report(places, asked(places).id).say("The first step is done.")
sys.stdin.read()
"""


@pytest.fixture
def deaf(places: Places) -> Iterator[subprocess.Popen[str]]:
    """A server that holds the folder; given a line, it says one thing, and no more."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(places.root)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        yield process
        process.kill()


def test_the_holder_of_a_folder_is_known_while_it_lives(
    places: Places, deaf: subprocess.Popen[str]
) -> None:
    assert folder.holder(places) == deaf.pid
    deaf.kill()
    deaf.wait()
    assert folder.holder(places) is None
    assert folder.holder(Places(places.root / "nowhere")) is None


def test_a_server_that_does_not_answer_is_not_waited_for(
    places: Places, deaf: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_PICKED_UP_SECONDS", 0.2)
    with pytest.raises(RostraError, match=rf"process {deaf.pid}\) does not answer"):
        ask(places, CODE, print)
    assert asked(places) is None


def test_a_server_that_ends_meanwhile_is_not_waited_for(
    places: Places, deaf: subprocess.Popen[str]
) -> None:
    said = []

    def hear(sentence: str) -> None:
        said.append(sentence)
        deaf.kill()
        deaf.wait()

    answers = threading.Thread(target=lambda: until(lambda: asked(places), "asked") and nod(deaf))
    answers.start()
    with pytest.raises(RostraError, match="has ended meanwhile"):
        ask(places, CODE, hear)
    answers.join()
    assert said == ["The first step is done."]


def nod(deaf: subprocess.Popen[str]) -> None:
    assert deaf.stdin is not None
    deaf.stdin.write("\n")
    deaf.stdin.flush()


def test_a_request_is_taken_as_it_was_left_and_only_one(places: Places) -> None:
    asking._leave(places, asking.Request("one", CODE))
    with pytest.raises(Misconfigured, match="under way"):
        asking._leave(places, asking.Request("two", CODE))
    assert asked(places) == asking.Request("one", CODE)
    assert len(list(places.run.iterdir())) == 1
    forget(places)
    assert asked(places) is None


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"[]", b'{"id": "a"}', b'{"id": "a", "python": 1}']
)
def test_a_request_that_makes_no_sense_is_removed(
    places: Places, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (places.run / "upgrade.request").write_bytes(content)
    assert asked(places) is None
    assert "cannot be read" in capsys.readouterr().err
    assert list(places.run.iterdir()) == []


def test_a_report_goes_on_in_the_next_version(places: Places) -> None:
    Report(places, "a1").say("One.")
    Report(places, "a1").end(0, "Two.")
    told = asking._read_report(places, "a1")
    assert (told.said, told.code) == (["One.", "Two."], 0)
    assert asking._read_report(places, "b2").said == []
