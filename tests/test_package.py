"""The wheel has everything that a checkout has: it serves, with pages, migrations and the demo."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from rostra.testing.served import serving

pytestmark = pytest.mark.process
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--no-index", "--wheel-dir", str(folder), str(ROOT)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (wheel,) = folder.glob("rostra-*.whl")
    with zipfile.ZipFile(wheel) as content:
        content.extractall(folder / "site")
    return folder / "site"


def test_every_file_of_the_package_is_in_the_wheel(unpacked: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "src/rostra"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    missing = [name for name in tracked if not (unpacked / name.removeprefix("src/")).exists()]
    assert tracked
    assert missing == []


def test_what_was_installed_from_the_wheel_serves_pages_and_sound(
    unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(unpacked))
    where = [sys.executable, "-P", "-c", "import rostra; print(rostra.__file__)"]
    assert str(unpacked) in subprocess.run(where, check=True, capture_output=True, text=True).stdout
    with serving(tmp_path / "data", "--demo") as served:
        served.until_line("ready: ")
        for url in (f"{served.web}/", f"{served.live}/s/demo"):
            with urllib.request.urlopen(url, timeout=5) as page:
                assert page.status == 200
                assert b"<html" in page.read()
