"""The door to all commands: quick help, one sentence for every error, exit codes 0, 1 and 2."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import click
import pytest

from rostra import __main__, __version__
from rostra.cli import COMMANDS, rostra
from rostra.errors import BadInput, Misconfigured, RostraError, Unavailable


def _rostra(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rostra", *arguments], capture_output=True, text=True, check=False
    )


def test_help_lists_every_command_in_less_than_300_ms() -> None:
    times = []
    for _ in range(3):
        begun = time.monotonic()
        done = _rostra("--help")
        times.append(time.monotonic() - begun)
    assert done.returncode == 0
    assert all(command in done.stdout for command in COMMANDS)
    assert min(times) < 0.3


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_that_loads_without_its_work(command: str) -> None:
    code = (
        "import sys; from rostra.__main__ import main; result = main(sys.argv[1:]);"
        "sys.exit(result or str({'av', 'numpy', 'sqlalchemy', 'httpx'} & set(sys.modules) or ''))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, command, "--help"], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith(f"Usage: rostra {command}")
    assert done.stderr.strip() == ""


def test_the_version_is_told() -> None:
    assert _rostra("--version").stdout.strip().endswith(__version__)


@pytest.mark.parametrize(
    "arguments", [["dance"], ["serve", "--dance"], ["speak"], ["serve", "--port"], ["people", "x"]]
)
def test_wrong_use_is_exit_2_without_a_traceback(arguments: list[str]) -> None:
    done = _rostra(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr != ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unavailable("The server is away: try again."), 1),
        (BadInput("That is no sound file: name another."), 2),
        (Misconfigured("The port is taken: give another."), 2),
    ],
)
def test_our_errors_are_their_sentence_alone(
    error: RostraError,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _failing(error, monkeypatch) == code
    assert capsys.readouterr().err == error.sentence + "\n"


def test_what_nobody_thought_of_is_still_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ROSTRA_DEBUG", raising=False)
    assert _failing(RuntimeError("boom\nand bust"), monkeypatch) == 1
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert "RuntimeError: boom and bust" in shown


def test_a_developer_may_ask_for_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSTRA_DEBUG", "1")
    with pytest.raises(RuntimeError):
        _failing(RuntimeError("boom"), monkeypatch)


def test_control_c_is_no_accident(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _failing(KeyboardInterrupt(), monkeypatch) == 1
    assert capsys.readouterr().err.strip() == "Stopped."


def test_a_reader_that_goes_away_is_no_accident() -> None:
    done = subprocess.run(
        f"{sys.executable} -m rostra config | true; exit ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode in (0, 1)


def _failing(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    def fail() -> None:
        raise error

    stand_in: Callable[..., click.Command | None] = lambda *_: click.Command("serve", callback=fail)  # noqa: E731
    monkeypatch.setattr(type(rostra), "get_command", stand_in)
    return __main__.main(["serve"])
