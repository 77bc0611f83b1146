"""A QR code says the address, square by square."""

from __future__ import annotations

import re

import segno

from rostra.wire.qr import qr_code

ADDRESS = "https://live.example.org/s/town-hall"


def test_the_qr_code_is_the_address_square_by_square() -> None:
    code = qr_code(ADDRESS)
    dark = set()
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1H\d+z", code["d"]):
        dark |= {(int(x) + n, int(y)) for n in range(int(run))}
    matrix = segno.make(ADDRESS, error="m", micro=False).matrix
    expected = {(x, y) for y, row in enumerate(matrix) for x, cell in enumerate(row) if cell}
    assert dark == expected
    assert code["size"] == len(matrix)
