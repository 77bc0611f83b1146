"""Documents of rehearsals that went well, and not."""

from __future__ import annotations

import math
from typing import Any

LISTENERS = 120_000


def document(**changes: Any) -> dict[str, Any]:
    """A crowd that came within a minute and stayed for five, with `changes`."""
    return {
        "asked": LISTENERS, "joined": LISTENERS, "held": LISTENERS, "refused": 0, "failed": 0,
        "join": {"p50": 0.04, "p99": 0.21, "max": 0.6},
        "first_audio": {"p50": 0.11, "p99": 0.4, "max": 0.93},
        "ear_latency": {"p50": 6.1, "p99": 9.2},
        "silence": {"listeners": 0, "p99": 0, "max": 0, "total": 0},
        "verified": {"listeners": 1_200, "bytes": 10**9, "mismatches": 0},
        "server": {"cores": 0.61, "us_per_listener_second": 2.3, "rss_mib": 812.4,
                   "stage_tick_p99_ms": 11.2},
        "client": {"cores": 0.22, "rss_mib": 402.2},
        "classes": {"calm": 2_000, "busy": 8_000, "crowd": 110_000, "throng": 0},
        "network": {"mbit_s_peak": 2_900.0},
        "stopped": None, "limit": None,
        "series": [moment(t) for t in range(361)],
        "setup": {"url": "http://127.0.0.1:8001/s/demo", "shape": "linear", "cores": 2,
                  "sysctls": {"net.core.somaxconn": 4096, "ip_local_port_range": [32768, 60999]}},
        "rostra": "0.1.0",
        **changes,
    }  # fmt: skip


def moment(t: int, **changes: Any) -> dict[str, Any]:
    """Second `t` of it."""
    here = min(LISTENERS, LISTENERS * t // 60)
    busy = 0.15 + here / LISTENERS * 0.45 + 0.2 * (t < 60) + 0.02 * math.sin(t)
    return {"t": t, "listeners": here, "joins": 2_000 * (t < 60), "silent": 0,
            "cores": round(busy, 3), **changes}  # fmt: skip


def troubled() -> dict[str, Any]:
    """One of everything that can go wrong."""
    series = [
        moment(t, silent=round(2_310 * math.sin((t - 72) / 32 * math.pi)) if 72 < t < 104 else 0,
               client_cores=0.4, asked=min(150_000, 2_500 * t))
        for t in range(361)
    ]  # fmt: skip
    made = document(
        asked=150_000, joined=131_000, held=127_000, refused=15_000, failed=4_000, series=series,
        first_audio={"p50": 0.9, "p99": 4.2, "max": 9},
        silence={"listeners": 2_310, "p99": 1, "max": 4.12, "total": 6_120.5},
        verified={"listeners": 1_200, "bytes": 10**9, "mismatches": 3},
        hls={"listeners": 40_000, "held": 39_990, "silent": 7}, missing={"seconds": 812.3},
        cut={"times": 12_000, "rejoined": 11_990}, slow={"listeners": 100, "closed": 90},
        refusals={"answers": 20_000, "p50": 0.001, "p99": 0.04},
        limit="the rehearsal had no CPU left for 3 % of its time", stopped="Ctrl-C",
    )  # fmt: skip
    made["server"]["stage_tick_p99_ms"] = 41
    return made
