"""`python -m rostra.darkroom post|avatar|header FILE PREVIEW`: see the package.

FILE and PREVIEW are numbers of descriptors to write to; they become 3 and 4.
"""

from __future__ import annotations

import fcntl
import os
import sys
from dataclasses import replace

from rostra.darkroom import confinement
from rostra.darkroom.answer import PURPOSES, Developed, Purpose, Refused, line_of, refusal_line
from rostra.darkroom.kinds import ENOUGH, kind_of

SOURCE, FILE, PREVIEW = 0, 3, 4


def main(purpose: Purpose) -> int:
    """Develop one upload; 0 even when it is refused, for that is an answer too."""
    try:
        line = line_of(_developed(purpose))
    except Refused as refused:
        line = refusal_line(refused)
    except MemoryError:
        line = refusal_line(
            Refused("This needs more memory to open than we give: make it smaller.")
        )
    except Exception as error:
        # Decoders fail in every way there is on what is not what it says.
        line = refusal_line(
            Refused("The file cannot be read: it is damaged or cut short.", repr(error))
        )
    os.write(sys.stdout.fileno(), line)
    return 0


def _take(file: int, preview: int) -> None:
    """Put what we were given where it belongs, whatever numbers it came with."""
    # By way of higher numbers, so that neither is on the other's place.
    copies = [fcntl.fcntl(each, fcntl.F_DUPFD, PREVIEW + 1) for each in (file, preview)]
    for copy, place in zip(copies, (FILE, PREVIEW), strict=True):
        os.dup2(copy, place)


def _developed(purpose: Purpose) -> Developed:
    held = confinement.begin()
    kind = kind_of(os.pread(SOURCE, ENOUGH, 0))
    if purpose != "post" and kind.family != "picture":
        raise Refused("This is no picture: send JPEG, PNG, GIF or WebP.")
    with (
        os.fdopen(SOURCE, "rb", closefd=False) as source,
        os.fdopen(FILE, "w+b", closefd=False) as file,
        os.fdopen(PREVIEW, "w+b", closefd=False) as preview,
    ):
        # Each family loads its own library, and that is the last thing that is loaded.
        if kind.family == "picture":
            from rostra.darkroom import pictures  # noqa: PLC0415

            pictures.load()
            held += confinement.finish()
            made = pictures.develop(source, kind, purpose, file, preview)
        else:
            from rostra.darkroom import sound  # noqa: PLC0415

            held += confinement.finish()
            made = sound.develop(source, kind, file)
    return replace(made, sealed=tuple(held))


if __name__ == "__main__":
    purposes = [each for each in PURPOSES if each in sys.argv[1:2]]
    if len(sys.argv) != 4 or not purposes or not "".join(sys.argv[2:]).isdecimal():
        sys.stderr.write("This is started by Rostra for each upload: there is nothing to try.\n")
        sys.exit(2)
    _take(int(sys.argv[2]), int(sys.argv[3]))
    sys.exit(main(purposes[0]))
