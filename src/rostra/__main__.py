"""`rostra` and `python -m rostra`: one sentence for people, no traceback; exit 0, 1 or 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

FAILED, WRONG_USE = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 1 it failed, 2 it was used wrongly."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["_part"]:
        from rostra.node.parts import run_part  # noqa: PLC0415 - each start loads only its part

        return run_part(given[1:])
    from rostra.cli import rostra  # noqa: PLC0415

    try:
        result = rostra.main(given, prog_name="rostra", standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:
        return _refuse(error)
    return result if isinstance(result, int) else 0


def _refuse(error: BaseException) -> int:
    """The exit code for what went wrong, which people are told in one sentence."""
    import click  # noqa: PLC0415

    from rostra.errors import BadInput, Misconfigured, RostraError  # noqa: PLC0415

    code = WRONG_USE if isinstance(error, BadInput | Misconfigured) else FAILED
    if isinstance(error, click.ClickException):
        error.show()
        code = error.exit_code
    elif isinstance(error, RostraError):
        _tell(error.sentence)
    elif isinstance(error, click.Abort | KeyboardInterrupt):
        _tell("Stopped.")
    elif isinstance(error, BrokenPipeError):
        # Whoever read us has gone; the interpreter's own last flush must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    elif os.environ.get("ROSTRA_DEBUG"):
        raise error
    else:
        kind = type(error).__name__
        _tell(f"Something in Rostra broke ({kind}: {error}); ROSTRA_DEBUG=1 shows where.")
    return code


def _tell(sentence: str) -> None:
    sys.stderr.write(" ".join(sentence.split()) + "\n")


if __name__ == "__main__":
    sys.exit(main())
