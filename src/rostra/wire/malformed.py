"""The one error of every reader in `wire`: these bytes are not what they should be."""

from __future__ import annotations

from rostra.errors import BadInput


class Malformed(BadInput):
    """Raised by the parsers of boxes, fragments, events and tags, and by nothing else."""

    code = "malformed"
