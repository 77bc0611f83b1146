"""A crowd of which some are phones that ask for playlists and segments (HLS)."""

from __future__ import annotations

from bench.rehearsed import rehearsed
from bench.rig import arguments, report, server
from rostra.edge.admission import HLS_COSTS


def main() -> None:
    """All of them."""
    asked = arguments(str(__doc__), listeners=60_000, ramp=60.0, hold=180.0, hls=30.0)
    weight = 1 + asked.hls / 100 * (HLS_COSTS - 1)
    most = str(int(asked.listeners * weight * 1.25))
    with server("--demo", "--max-listeners", most) as running:
        figures = rehearsed(
            running, "demo", asked.listeners, asked.ramp, asked.hold, "--hls", str(asked.hls)
        )
    report("crowd_phones", figures)


if __name__ == "__main__":
    main()
