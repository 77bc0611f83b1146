"""What stands in the fields of a form: what was typed if it was refused, else what is there."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request


@dataclass(frozen=True)
class Said:
    """`fields` of the form that was sent to the path `at`, and why it was refused."""

    fields: tuple[tuple[str, str], ...] = ()
    at: str = ""
    sentence: str = ""

    def of(self, action: str) -> Said:
        """For the form with that action: nothing was said where another one was refused."""
        return self if self.at == action else NOTHING_SAID

    def text(self, name: str, present: object = "") -> str:
        """The field of that name."""
        typed = [value for each, value in self.fields if each == name]
        return typed[-1] if typed else str(present)

    def all(self, name: str) -> list[str]:
        """All fields of that name."""
        return [value for each, value in self.fields if each == name]

    def chose(self, name: str, value: object, present: object = False) -> bool:
        """Whether a box or an option is chosen; `present` where nothing was refused."""
        return (name, str(value)) in self.fields if self.at else bool(present)


NOTHING_SAID = Said()


def said_of(request: Request) -> Said:
    """What was refused while this request is answered, if anything was."""
    found = getattr(request.state, "said", NOTHING_SAID)
    assert isinstance(found, Said)
    return found
