"""The table of settings as a sample file and as a page for people."""

from __future__ import annotations

import json

from rostra.settings import SETTINGS, Setting


def sample() -> str:
    """A settings file with every setting as it is by default, or as an example; all commented."""
    lines = ["# Rostra's settings, as they are by default or as an example: remove a # to set one."]
    for setting in SETTINGS:
        if setting.in_file:
            lines += ["", f"# {setting.sentence}", f"# {setting.name} = {_toml(setting)}"]
    return "\n".join(lines) + "\n"


def _toml(setting: Setting) -> str:
    """The default as TOML, or an example; JSON's texts, numbers and lists are TOML's too."""
    return json.dumps(setting.example if setting.default is None else setting.default)


def document() -> str:
    """docs/settings.md: the table for people, and the sample file."""
    rows = [
        f"| `{s.flag}{' ' + s.shape if s.shape else ''}` | `{s.variable}` "
        f"| {f'`{s.name}`' if s.in_file else '–'} | {_shown_default(s)} | {s.sentence} |"
        for s in SETTINGS
    ]
    return _DOCUMENT.format(rows="\n".join(rows), sample=sample().rstrip())


def _shown_default(setting: Setting) -> str:
    return f"`{setting.default}`" if setting.default not in (None, [], False) else "–"


_DOCUMENT = """# Settings

A setting is looked for in this order: flag of `rostra serve`, environment variable, settings file
(`--config FILE`, else `rostra.toml` in the data folder), default. This page is made from
`src/rostra/settings.py` by `rostra config --document`.

| flag | variable | in the file | default | |
|---|---|---|---|---|
{rows}

Some variables are for commands and for help in trouble:

* `ROSTRA_TOKEN` and `ROSTRA_URL`: the token and the server that `space`, `speak` use.
* `ROSTRA_LIBOPUS`: a libopus to use instead of the one that comes with PyAV.
* `ROSTRA_DEBUG=1`: a traceback instead of the one sentence, when a command broke.

## The file

`rostra config` prints it:

```toml
{sample}
```
"""
