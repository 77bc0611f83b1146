"""Whether the rehearsal itself was what failed, in words. Pure."""

from __future__ import annotations

from rostra.rehearsal.figures import Ledger
from rostra.rehearsal.scene import SPENT


def own_limit(ledger: Ledger, *, seconds: float, lost_workers: int) -> str | None:
    """What the workers of `ledger`, who ran for so long, had too little of; None if of nothing."""
    workers = len(ledger.rows)
    lasted = max(1.0, seconds) * workers
    share, longest = ledger.sum("late_seconds") / lasted, ledger.max("late_longest")
    behind, spent = ledger.max("behind_longest"), int(ledger.max("out_of"))
    said = []
    if spent:
        said.append(f"This machine had no more {SPENT[spent - 1]} for listeners.")
    if share > 0.01 or longest > 1.0:
        said.append(
            f"The rehearsal had no CPU left for {share:.0%} of its time, and once for "
            f"{longest:.1f} s: what it says of silence and delay may be its own."
        )
    if behind > 1.0:
        said.append(f"It let listeners come up to {behind:.1f} s later than planned.")
    if ledger.whole("holes"):
        said.append("The listener by which it measures missed a part of the programme.")
    if lost_workers:
        said.append(f"{lost_workers} of its {workers} processes died.")
    return " ".join(said) or None
