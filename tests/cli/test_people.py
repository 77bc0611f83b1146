"""`rostra people …` on a data folder, without a server."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from rostra.__main__ import main
from rostra.node.doors import Doors, read_doors, write_doors
from rostra.programme.places import Places
from rostra.settings import resolve


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "node.json").write_text('{"layout": 1}')
    (tmp_path / "run").mkdir()
    return tmp_path


def _people(data: Path, *arguments: str) -> int:
    return main(["people", *arguments, "--data", str(data)])


def test_people_are_added_listed_and_given_roles(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _people(data, "add", "ada", "--name", "Ada L.") == 0
    assert _people(data, "role", "ada", "admin") == 0
    capsys.readouterr()
    assert _people(data, "list") == 0
    assert capsys.readouterr().out == "@ada\tadmin\tAda L.\n"


def test_a_token_is_printed_alone_so_that_scripts_can_take_it(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _people(data, "add", "ada")
    capsys.readouterr()
    tokens = []
    for _ in range(2):
        assert _people(data, "token", "ada") == 0
        tokens.append(capsys.readouterr().out)
    assert all(token.startswith("rsta_") and token.count("\n") == 1 for token in tokens)
    assert tokens[0] != tokens[1]


def test_a_link_leads_to_the_server_that_runs_on_the_folder(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _people(data, "add", "ada")
    capsys.readouterr()
    _people(data, "link", "ada")
    assert capsys.readouterr().out.startswith("http://127.0.0.1:8000/sign-in/")
    served = resolve({"data": data, "port": 8123, "public_url": "https://r.example"}, {})
    write_doors(Places(data), served, "127.0.0.1")
    _people(data, "link", "ada")
    assert capsys.readouterr().out.startswith("https://r.example/sign-in/")
    assert read_doors(Places(data)) == Doors(
        "http://127.0.0.1:8123", "https://r.example", "http://127.0.0.1:8001",
        "http://127.0.0.1:8001",
    )  # fmt: skip


def test_somebody_is_suspended_and_reinstated_while_the_web_is_down(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _people(data, "add", "ada")
    assert _people(data, "suspend", "ada", "--reason", "Calm down.", "--days", "3") == 0
    assert "@ada is suspended for 3 days" in capsys.readouterr().out
    assert _people(data, "reinstate", "ada", "--reason", "We were wrong.") == 0
    assert _people(data, "reinstate", "ada", "--reason", "Again.") == 1
    assert "neither suspended nor limited" in capsys.readouterr().err


def test_people_are_invited_and_approved(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _people(data, "list")
    capsys.readouterr()
    assert _people(data, "invite", "--uses", "3") == 0
    link = capsys.readouterr().out
    assert link.startswith("http://127.0.0.1:8000/sign-up?code=") and link.count("\n") == 1
    _people(data, "add", "ada")
    assert _people(data, "approve", "ada") == 1
    assert "waits for approval" in capsys.readouterr().err
    assert _people(data, "role", "ada", "moderator") == 0


def test_a_password_is_read_and_never_an_argument(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _people(data, "add", "ada")
    for typed, code in (("too short\n", 2), ("seven brown owls at noon\n", 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert _people(data, "password", "ada") == code
    assert "@ada has a new password" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["add", "Ada Lovelace"], 2, "handle"),
        (["role", "nobody", "host"], 1, "nobody called @nobody"),
        (["role", "ada", "queen"], 2, "no role"),
        (["add", "ada"], 1, "There is a @ada already"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    data: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    words: str,
) -> None:
    _people(data, "add", "ada")
    capsys.readouterr()
    assert _people(data, *arguments) == code
    shown = capsys.readouterr().err
    assert words in shown
    assert shown.count("\n") == 1


def test_a_folder_without_rostra_is_named_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _people(tmp_path, "list") == 2
    assert str(tmp_path) in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
