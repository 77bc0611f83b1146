"""What can go wrong with speak, listen and space: one clear sentence, no traceback, no hang."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from rostra.people.tokens import Invite, sign
from rostra.testing.microphone import silent_wav
from rostra.testing.served import Served, serving

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("bad")
    silent_wav(folder / "good.wav", 0.1)
    (folder / "lie.wav").write_text("this is no sound\n" * 100)
    (folder / "empty.wav").write_bytes(b"")
    with serving(folder / "data") as running:
        running.until_line("ready: ")
        for command in (
            ["create", "Over", "--slug", "over", "--no-record"], ["start", "over"], ["end", "over"],
            ["create", "Soon", "--slug", "soon"],
            ["create", "Open", "--slug", "open"], ["open", "open"],
        ):  # fmt: skip
            done = _rostra(running, "space", *command, "--data", "data")
            assert done.returncode == 0, done.stderr
        yield running


def _rostra(served: Served, *arguments: str, token: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rostra", *arguments], cwd=served.data.parent, check=False,
        capture_output=True, text=True, timeout=40, env={**os.environ, "ROSTRA_TOKEN": token},
    )  # fmt: skip


def _sentence(done: subprocess.CompletedProcess[str], code: int) -> str:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    line = done.stderr.strip().splitlines()[-1]
    assert line.endswith("."), line
    return line


@pytest.mark.parametrize(
    ("file", "space", "code", "words"),
    [
        ("lie.wav", "open", 2, "lie.wav"),
        ("empty.wav", "open", 2, "empty.wav"),
        ("none.wav", "open", 2, "none.wav"),
        ("good.wav", "nowhere", 1, "no Space"),
        ("good.wav", "over", 1, "over"),
    ],
)
def test_what_cannot_be_spoken_is_told(
    served: Served, file: str, space: str, code: int, words: str
) -> None:
    done = _rostra(served, "speak", file, "--space", f"{served.web}/spaces/{space}")
    assert words in _sentence(done, code)


def test_tokens_that_are_forged_expired_or_somebody_elses_are_told(served: Served) -> None:
    secret = (served.data / "secret").read_bytes()
    good = Invite("seat-1", "open", "speaker", "Eve", 4_000_000_000)
    old = Invite("seat-1", "open", "speaker", "Eve", 1_000_000_000)
    elsewhere = Invite("seat-1", "soon", "speaker", "Eve", 4_000_000_000)
    for token, words in (
        (sign(bytes(32), good), "not given out by this server"),
        (sign(secret, old), "has expired"),
        (sign(secret, elsewhere), "not good for"),
        ("nonsense", "token"),
    ):
        url = f"{served.web}/spaces/open"
        done = _rostra(served, "speak", "good.wav", "--space", url, token=token)
        assert words in _sentence(done, 1)


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("/s/nowhere", 1, "no Space"),
        ("/s/over", 1, "over"),
        ("/nothing", 2, "not the address of a Space"),
        ("/s/soon", 1, "No sound came"),
    ],
)
def test_what_cannot_be_heard_is_told(served: Served, address: str, code: int, words: str) -> None:
    done = _rostra(served, "listen", f"{served.live}{address}", "--seconds", "2")
    assert words in _sentence(done, code)


def test_a_server_that_is_away_is_told(served: Served) -> None:
    for command in (
        ("listen", "http://127.0.0.1:9/s/x", "--seconds", "1"),
        ("space", "list", "--url", "http://127.0.0.1:9", "--token", "x"),
    ):
        assert "does not answer" in _sentence(_rostra(served, *command), 1)


def test_our_own_token_is_never_sent_to_another_server(served: Served) -> None:
    done = _rostra(served, "space", "list", "--url", "http://127.0.0.1:9", "--data", "data")
    assert "needs a token" in _sentence(done, 2)


def test_what_the_server_refuses_is_told_in_its_words(served: Served) -> None:
    for command, code, words in (
        (["create", "Open", "--slug", "open"], 1, "choose another"),
        (["create", "X", "--slug", "Not A Slug"], 2, "address"),
        (["start", "over"], 1, "over"),
        (["end", "nowhere"], 1, "no Space"),
    ):
        done = _rostra(served, "space", *command, "--data", "data")
        assert words in _sentence(done, code)
