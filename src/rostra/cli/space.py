"""`rostra space …`: Spaces from the shell, through the API that programs use."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rostra.cli.folder import CONFIG, DATA, TOKEN, pinned_of, settings_of, token_of

if TYPE_CHECKING:
    from rostra.clients.api import Api

_URL = click.option(
    "--url", envvar="ROSTRA_URL", metavar="URL",
    help="The server. [default: the one on the data folder, or ROSTRA_URL]",
)  # fmt: skip
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the API's whole answer.")


def _reaching(command: Callable[..., None]) -> Callable[..., None]:
    """The options by which every command finds the server and may use it."""
    for option in (_JSON, CONFIG, DATA, TOKEN, _URL):
        command = option(command)
    return command


@click.group()
def space() -> None:
    """Spaces: create, open, start, pause, end, list; invite speakers."""


@space.command()
@click.argument("title")
@click.option("--slug", metavar="WORD", help="The address. [default: made from the title]")
@click.option("--starts-at", metavar="TIME", help="Such as 2026-11-21T19:30:00+01:00.")
@click.option("--record/--no-record", default=True, help="Keep a recording. [default: record]")
@click.option("--language", metavar="TAG", help="Language spoken, such as en or fr.")
@_reaching
def create(
    title: str,
    slug: str | None,
    starts_at: str | None,
    record: bool,
    language: str | None,
    **reach: Any,
) -> None:
    """Make a Space and print its addresses."""
    fields = {"slug": slug, "starts_at": starts_at, "record": record, "language": language}
    made = _ask(reach, lambda api: api.create(title, **fields))
    _show(reach, made, [f"space: {made['slug']}", *_addresses(made)])


@space.command("list")
@_reaching
def list_(**reach: Any) -> None:
    """Show the Spaces: address word, phase, title."""
    found = _ask(reach, lambda api: api.list())
    _show(reach, found, [f"{one['slug']}\t{one['phase']}\t{one['title']}" for one in found])


@space.command()
@click.argument("slug")
@click.option("--role", default="speaker", metavar="ROLE", help="speaker or cohost.")
@click.option("--name", metavar="NAME", help="Name to be shown on the stage.")
@_reaching
def invite(slug: str, role: str, name: str | None, **reach: Any) -> None:
    """Print a seat on the stage, for somebody without an account."""
    made = _ask(reach, lambda api: api.invite(slug, role, name))
    _show(reach, made, [f"url: {made['url']}", f"token: {made['token']}"])


def _moves() -> None:
    """The commands that only move a Space from one phase to the next."""
    sentences = {
        "open": "Open the lobby.",
        "start": "Go on air; opens the lobby if need be.",
        "pause": "Pause: listeners stay.",
        "resume": "Go on after a pause.",
        "end": "End it for everybody.",
    }
    for move, sentence in sentences.items():
        space.command(move, help=sentence)(click.argument("slug")(_reaching(_moving(move))))


def _moving(move: str) -> Callable[..., None]:
    def run(slug: str, **reach: Any) -> None:
        after = _ask(reach, lambda api: getattr(api, move)(slug))
        _show(reach, after, [f"{after['slug']} is {after['phase']}"])

    return run


_moves()


def _ask(reach: dict[str, Any], work: Callable[[Api], Awaitable[Any]]) -> Any:
    """What `work` answers, with the server and the token that the options name."""
    from rostra.clients.api import Api  # noqa: PLC0415 - help must be quick

    url = reach["url"] or _local_url(reach["data"], reach["config"])
    token = token_of(reach["token"], url, reach["data"], reach["config"])
    pinned = pinned_of(reach["data"], reach["config"])

    async def ask() -> Any:
        async with Api(url, token, pinned) as api:
            return await work(api)

    return asyncio.run(ask())


def _local_url(data: Path | None, config: Path | None) -> str:
    from rostra.node.doors import read_doors  # noqa: PLC0415
    from rostra.programme.places import Places  # noqa: PLC0415

    settings = settings_of(data, config)
    doors = read_doors(Places(settings.data))
    return doors.local_url if doors else settings.web.public_url


def _addresses(made: dict[str, Any]) -> list[str]:
    return [f"{what}: {made['urls'][what]}" for what in ("listen", "stage", "whip", "live")]


def _show(reach: dict[str, Any], answer: Any, lines: list[str]) -> None:
    shown = json.dumps(answer, ensure_ascii=False, indent=2) if reach["as_json"] else lines
    click.echo(shown if isinstance(shown, str) else "\n".join(shown))
