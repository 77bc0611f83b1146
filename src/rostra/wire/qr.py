"""QR codes as paths: an address for phones, drawn by whoever shows it (ISO/IEC 18004)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import segno


@lru_cache(maxsize=64)  # drawing one takes milliseconds
def qr_code(address: str) -> dict[str, Any]:
    """The dark squares of the address as an SVG path (`d`) and how many there are a side."""
    code = segno.make(address, error="m", micro=False)
    path = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                path.append(f"M{x} {y}h{run - x}v1H{x}z")
            x = run + 1
    return {"d": "".join(path), "size": len(code.matrix)}
