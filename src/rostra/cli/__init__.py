"""The commands. Each parses, calls and prints; each is loaded only when it is used."""

from __future__ import annotations

from importlib import import_module

import click

from rostra import __version__

COMMANDS = {
    "serve": "Run everything on this machine.",
    "upgrade": "Let the running server go over to this version.",
    "backup": "Write all that a server keeps into one file, while it runs.",
    "restore": "Put a backup back into an empty data folder.",
    "speak": "Send a sound file into a Space as a speaker.",
    "listen": "Listen to a Space in the terminal.",
    "space": "Create, start, end, list Spaces; invite speakers.",
    "rehearse": "Find out what crowd a server bears, before the event.",
    "doctor": "Say what this machine can hold, and what is in the way.",
    "people": "Accounts from the shell.",
    "config": "Print a settings file with every setting explained.",
}


class _Lazy(click.Group):
    """A group whose commands live in modules of the same names; help is known without them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"rostra.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rostra")
def rostra() -> None:
    """Rostra: live audio for unlimited audiences, self-hosted.

    Begin with: rostra serve --demo
    """
