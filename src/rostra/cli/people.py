"""`rostra people …`: accounts from the shell, straight in the data folder's database."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from rostra.cli.folder import CONFIG, DATA, settings_of

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

Result = TypeVar("Result")


@click.group()
def people() -> None:
    """Accounts: who may host, who may join, passwords, tokens, one-time sign-in links."""


@people.command()
@DATA
@CONFIG
@click.argument("handle")
@click.option("--name", default="", metavar="NAME", help="Shown name. [default: the handle]")
@click.option(
    "--role",
    default="host",
    metavar="ROLE",
    help="admin, moderator, host or member.",
    show_default=True,
)
def add(data: Path | None, config: Path | None, handle: str, name: str, role: str) -> None:
    """Make an account."""
    from rostra.clock import SystemClock  # noqa: PLC0415 - help must be quick
    from rostra.people import actions  # noqa: PLC0415

    now_ms = SystemClock().wall_ms()
    account = _do(
        data, config,
        lambda c: actions.add_person(c, handle, now_ms=now_ms, name=name, role=role),
    )  # fmt: skip
    click.echo(f"@{account.handle} may sign in: rostra people link {account.handle}")


@people.command("list")
@DATA
@CONFIG
def list_(data: Path | None, config: Path | None) -> None:
    """Show everybody: handle, role, name, and the state where it is not active."""
    from rostra.people import actions  # noqa: PLC0415

    for account in _do(data, config, actions.list_people):
        state = "" if account.state == "active" else f"\t{account.state}"
        click.echo(f"@{account.handle}\t{account.role}\t{account.name}{state}")


@people.command()
@DATA
@CONFIG
@click.argument("handle")
@click.argument("new_role", metavar="ROLE")
def role(data: Path | None, config: Path | None, handle: str, new_role: str) -> None:
    """Change what somebody may do: admin, moderator, host or member."""
    from rostra.people import actions  # noqa: PLC0415

    account = _do(data, config, lambda c: actions.set_role(c, handle, new_role))
    click.echo(f"@{account.handle} is {account.role}")


@people.command()
@DATA
@CONFIG
@click.argument("handle")
@click.option("--label", default="shell", metavar="TEXT", help="What the token is for.")
def token(data: Path | None, config: Path | None, handle: str, label: str) -> None:
    """Print a new API token for somebody. It is shown only this once."""
    from rostra.clock import SystemClock  # noqa: PLC0415
    from rostra.people import actions  # noqa: PLC0415

    now_ms = SystemClock().wall_ms()
    click.echo(
        _do(data, config, lambda c: actions.make_token(c, handle, now_ms=now_ms, label=label))
    )


@people.command()
@DATA
@CONFIG
@click.argument("handle")
def link(data: Path | None, config: Path | None, handle: str) -> None:
    """Print a link that signs somebody in, once, within a day."""
    from rostra.clock import SystemClock  # noqa: PLC0415
    from rostra.people import actions  # noqa: PLC0415

    now_ms = SystemClock().wall_ms()
    secret = _do(data, config, lambda c: actions.make_link(c, handle, now_ms=now_ms))
    click.echo(f"{_public_url(data, config)}/sign-in/{secret}")


@people.command()
@DATA
@CONFIG
@click.argument("handle")
def approve(data: Path | None, config: Path | None, handle: str) -> None:
    """Let somebody in who signed up and waits for approval."""
    from rostra.people import signup  # noqa: PLC0415

    account = _do(data, config, lambda c: signup.approve(c, handle))
    click.echo(f"@{account.handle} may sign in now")


@people.command()
@DATA
@CONFIG
@click.option("--uses", default=1, metavar="N", help="For how many people.", show_default=True)
@click.option("--days", type=int, metavar="N", help="For how long, if not as the charter says.")
def invite(data: Path | None, config: Path | None, uses: int, days: int | None) -> None:
    """Print a link with which people may sign up."""
    from rostra.charter.choices import read_charter  # noqa: PLC0415
    from rostra.clock import SystemClock  # noqa: PLC0415
    from rostra.people import actions, signup  # noqa: PLC0415

    now_ms = SystemClock().wall_ms()

    async def make(connection: AsyncConnection) -> str:
        admin, _ = await actions.first_administrator(connection, now_ms=now_ms)
        lasts = (await read_charter(connection)).invitation_days if days is None else days
        made = await signup.make_invite(connection, admin, uses=uses, days=lasts, now_ms=now_ms)
        return made.code

    click.echo(f"{_public_url(data, config)}/sign-up?code={_do(data, config, make)}")


@people.command()
@DATA
@CONFIG
@click.argument("handle")
def password(data: Path | None, config: Path | None, handle: str) -> None:
    """Set somebody's password, asked for or read from standard input; their sessions end."""
    from rostra.clock import SystemClock  # noqa: PLC0415
    from rostra.people import actions, passwords, sessions  # noqa: PLC0415
    from rostra.people.hashing import COST  # noqa: PLC0415
    from rostra.people.password_rules import SHORTEST_ALONE, checked_password  # noqa: PLC0415

    chosen = checked_password(_typed_password(), shortest=SHORTEST_ALONE, about=(handle,))
    hashed, now_ms = COST.hash(chosen), SystemClock().wall_ms()

    async def change(connection: AsyncConnection) -> int:
        account = await actions.person(connection, handle)
        await passwords.set_password(connection, account.id, hashed, now_ms, length=len(chosen))
        return await sessions.end_others(connection, account.id, None)

    ended = _do(data, config, change)
    click.echo(f"@{handle.removeprefix('@')} has a new password; sessions ended: {ended}")


def _typed_password() -> str:
    """Never an argument, which everybody on the machine could read."""
    if sys.stdin.isatty():
        return str(click.prompt("New password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _public_url(data: Path | None, config: Path | None) -> str:
    from rostra.node.doors import read_doors  # noqa: PLC0415
    from rostra.programme.places import Places  # noqa: PLC0415

    settings = settings_of(data, config)
    doors = read_doors(Places(settings.data))
    return doors.public_url if doors else settings.web.public_url


@people.command()
@DATA
@CONFIG
@click.argument("handle")
@click.option("--reason", required=True, metavar="TEXT", help="Why: told to them, and recorded.")
@click.option("--days", type=click.IntRange(1, 3650), metavar="N", help="[default: for good]")
def suspend(
    data: Path | None, config: Path | None, handle: str, reason: str, days: int | None
) -> None:
    """Shut somebody out: sessions and tokens end, posts are hidden, what they have on air ends."""
    from rostra.clock import SystemClock  # noqa: PLC0415
    from rostra.moderation import actions, targets  # noqa: PLC0415
    from rostra.moderation.rules import DAY_MS  # noqa: PLC0415
    from rostra.square.act import Act  # noqa: PLC0415

    now_ms = SystemClock().wall_ms()

    async def work(connection: AsyncConnection) -> None:
        target = await targets.an_account(connection, handle)
        until_ms = now_ms + days * DAY_MS if days else None
        measure = actions.Measure("suspend", reason, until_ms)
        await actions.sanction(Act(connection, now_ms), None, target, measure)

    _do(data, config, work)
    click.echo(
        f"@{handle.removeprefix('@')} is suspended {f'for {days} days' if days else 'for good'}"
    )


@people.command()
@DATA
@CONFIG
@click.argument("handle")
@click.option("--reason", required=True, metavar="TEXT", help="Why: told to them, and recorded.")
def reinstate(data: Path | None, config: Path | None, handle: str, reason: str) -> None:
    """Lift what keeps somebody suspended or limited."""
    from rostra.clock import SystemClock  # noqa: PLC0415
    from rostra.moderation import actions, targets  # noqa: PLC0415
    from rostra.square.act import Act  # noqa: PLC0415

    now_ms = SystemClock().wall_ms()

    async def work(connection: AsyncConnection) -> None:
        target = await targets.an_account(connection, handle)
        await actions.reinstate(Act(connection, now_ms), None, target.subject, reason)

    _do(data, config, work)
    click.echo(f"@{handle.removeprefix('@')} is active")


def _do(
    data: Path | None,
    config: Path | None,
    work: Callable[[AsyncConnection], Awaitable[Result]],
) -> Result:
    """Do `work` in one transaction on the data folder's database."""
    from rostra.cli.folder import in_database  # noqa: PLC0415

    return asyncio.run(in_database(settings_of(data, config), work))
