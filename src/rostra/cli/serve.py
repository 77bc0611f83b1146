"""`rostra serve`: its flags are made from the table of settings."""

from __future__ import annotations

import os
from pathlib import Path

import click

from rostra.settings import SETTINGS, Setting, values


def _option(setting: Setting) -> click.Option:
    default = setting.default
    shown = "" if default in (None, False, []) else f" [default: {default}]"
    return click.Option(
        [setting.flag, setting.name],
        metavar=setting.shape or None,
        is_flag=not setting.shape,
        default=None if setting.shape else False,
        multiple=setting.default == [],
        help=setting.sentence + shown,
    )


def _serve(config: Path | None, **flags: object) -> int:
    """Run everything on this machine, until SIGTERM or Ctrl-C.

    Every flag may also be given as ROSTRA_… in the environment or in rostra.toml in the data
    folder; `rostra config` prints that file. Prints "ready: URL" when pages, sound and bus answer.
    """
    from rostra.node.serve import serve as run  # noqa: PLC0415 - help must be quick

    return run(values(flags, os.environ, config), click.echo)


_CONFIG = click.Option(
    ["--config"], type=click.Path(path_type=Path), metavar="FILE",
    help="Settings file. [default: rostra.toml in the data folder]",
)  # fmt: skip


def setting_options() -> list[click.Parameter]:
    """An option for every setting, and the one that names the file."""
    return [*(_option(setting) for setting in SETTINGS), _CONFIG]


serve = click.Command(
    "serve",
    callback=_serve,
    params=setting_options(),
    help=_serve.__doc__,
)
