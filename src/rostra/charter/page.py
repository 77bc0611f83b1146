"""The table of choices as a page for people: docs/charter.md."""

from __future__ import annotations

from rostra.charter.choices import CHOICES


def document() -> str:
    """What `rostra config --charter` prints."""
    rows = [
        f"| `{choice.name}` | {_shown(choice.default)} | {choice.metadata['sentence']} |"
        for choice in CHOICES
    ]
    return _DOCUMENT.format(rows="\n".join(rows))


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return "yes" if default else "no"
    return "–" if default in ("", ()) else f"`{default}`"


_DOCUMENT = """# The charter

What an administrator chooses for the square while it runs, on the page `/admin/charter`. It is
kept in the database with who changed it and when, and holds everywhere within two seconds. What a
machine needs before it can start (ports, certificates, the address of the database) is in
[settings](settings.md). This page is made from `src/rostra/charter/choices.py` by
`rostra config --charter`.

| choice | default | |
|---|---|---|
{rows}
"""
