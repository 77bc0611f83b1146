"""What stands in the place to write: from a form, from a draft, as a wish for a post. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from rostra import moments
from rostra.errors import BadInput, NotProcessable
from rostra.square.rules import PollWish, Wish
from rostra.web.mastodon.paging import id_of

DAYS = (1, 3, 7, 30)
_DAYS = frozenset(str(each) for each in DAYS)
_DAY_S = 24 * 3600
_LONGEST_TIME = 40


@dataclass(frozen=True)
class Sheet:
    """The fields of the form, as they were written; `due` is a local time of UTC, or nothing.

    `do` is the button: post, draft, or files (a draft to which files are to be added).
    """

    text: str = ""
    warning: str = ""
    sensitive: bool = False
    language: str = ""
    visibility: str = ""
    options: tuple[str, ...] = ()
    days: int = 1
    multiple: bool = False
    media: tuple[int, ...] = ()
    reply_to: int | None = None
    quote_of: int | None = None
    due: str = ""
    draft: int | None = None
    back: str = ""
    key: str = ""
    do: str = "post"

    @property
    def has_poll(self) -> bool:
        return any(option.strip() for option in self.options)

    def wish(self) -> Wish:
        """What is to be posted."""
        poll = None
        if self.has_poll:
            titles = tuple(option for option in self.options if option.strip())
            poll = PollWish(titles, self.days * _DAY_S, multiple=self.multiple)
        return Wish(
            text=self.text,
            warning=self.warning,
            sensitive=True if self.sensitive else None,
            language=self.language,
            visibility=self.visibility or None,
            reply_to=self.reply_to,
            quote_of=self.quote_of,
            media=self.media,
            poll=poll,
        )

    def due_ms(self) -> int | None:
        """When it is to be posted; None for at once. Raises NotProcessable."""
        return moment_ms(self.due) if self.due else None


def sheet_of(fields: Sequence[tuple[str, str]]) -> Sheet:
    """From the fields of the form. Raises BadInput for what the form cannot say."""
    if dict(fields).get("poll_days", "1") not in _DAYS:
        raise BadInput("Choose how long the poll is open: 1, 3, 7 or 30 days.")
    return as_typed(fields)


def as_typed(fields: Sequence[tuple[str, str]]) -> Sheet:
    """The same, whatever the fields say: what is shown again where they are refused."""
    form = dict(fields)
    days = form.get("poll_days", "1")
    return Sheet(
        text=form.get("text", ""),
        warning=form.get("warning", ""),
        sensitive=form.get("sensitive") == "yes",
        language=form.get("language", ""),
        visibility=form.get("visibility", ""),
        options=tuple(value for name, value in fields if name == "option"),
        days=int(days) if days in _DAYS else DAYS[0],
        multiple=form.get("multiple") == "yes",
        media=tuple(id_of(value) for name, value in fields if name == "media_ids"),
        reply_to=_number(form, "reply_to"),
        quote_of=_number(form, "quote_of"),
        due=form.get("due", "")[:_LONGEST_TIME],
        draft=_number(form, "draft"),
        back=form.get("back", ""),
        key=form.get("key", ""),
        do=form.get("do", "post"),
    )


def sheet_of_wish(wish: Wish, **more: Any) -> Sheet:
    """From what was kept: a draft, or a post for later."""
    poll = wish.poll
    whole_days = [each for each in DAYS if poll is not None and each * _DAY_S <= poll.seconds]
    return Sheet(
        text=wish.text,
        warning=wish.warning,
        sensitive=bool(wish.sensitive),
        language=wish.language,
        visibility=wish.visibility or "",
        options=poll.options if poll else (),
        days=whole_days[-1] if whole_days else 1,
        multiple=poll.multiple if poll else False,
        media=wish.media,
        reply_to=wish.reply_to,
        quote_of=wish.quote_of,
        **more,
    )


def moment_ms(text: str) -> int:
    """A time of a form, in milliseconds since the epoch: UTC where it names no zone, as the form
    says. Raises NotProcessable."""
    try:
        return moments.read(text[:_LONGEST_TIME], UTC)
    except ValueError:
        raise NotProcessable(
            "The time cannot be read: it must look like 2026-11-21T19:30."
        ) from None


def local(ms: int) -> str:
    """A moment as a field for local times holds it, in UTC."""
    return moments.shown(ms, "minutes").removesuffix("Z")


def _number(form: dict[str, str], name: str) -> int | None:
    return id_of(form[name]) if form.get(name) else None
