"""All benchmarks, one after the other: one JSON document, and a Markdown table.

`python -m bench` runs all, with names only those. `--quick` is for a look: it keeps its results
apart. `python -m bench table` prints the table of earlier runs. The exit code is 1 when a benchmark
failed or a line was missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.lines import BENCHMARKS
from bench.rig import KEPT_IN, RESULTS, setup
from bench.rows import Benchmark, Row

Results = Mapping[str, dict[str, Any]]


def main() -> int:
    """Run or read, and say. The exit code."""
    asked = _asked()
    chosen = [one for one in BENCHMARKS if not asked.names or one.name in asked.names]
    folder = RESULTS / "quick" if asked.quick else RESULTS
    if asked.names == ["table"]:
        print(_table(BENCHMARKS, _kept(BENCHMARKS, folder)))
        return 0
    failed = [one.name for one in chosen if not _ran(one, folder, quick=asked.quick)]
    results = _kept([one for one in chosen if one.name not in failed], folder)
    missed = [row.what for row, figures in _rows(chosen, results) if not row.holds(figures)]
    document = {"setup": setup(), "results": results, "failed": failed, "missed": missed}
    print(json.dumps(document, indent=1, ensure_ascii=False))
    print(_table(chosen, results))
    return 1 if failed or missed else 0


def _asked() -> argparse.Namespace:
    names = [one.name for one in BENCHMARKS]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"table, or: {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="short runs, for a look")
    asked = parser.parse_args()
    unknown = set(asked.names) - {*names, "table"}
    if unknown or ("table" in asked.names and len(asked.names) > 1):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown or asked.names))}")
    return asked


def _ran(benchmark: Benchmark, folder: Path, *, quick: bool) -> bool:
    """Run it in a process of its own; whether it came to its end and left a result in `folder`."""
    (folder / f"{benchmark.name}.json").unlink(missing_ok=True)
    flags = benchmark.quick if quick else benchmark.flags
    command = [sys.executable, "-m", f"bench.{benchmark.name}", *flags]
    print(" ".join(("python", *command[1:])), file=sys.stderr, flush=True)
    surroundings = {**os.environ, KEPT_IN: str(folder)}
    ran = subprocess.run(command, stdout=subprocess.DEVNULL, env=surroundings, check=False)
    return ran.returncode == 0 and (folder / f"{benchmark.name}.json").exists()


def _kept(benchmarks: Sequence[Benchmark], folder: Path) -> dict[str, dict[str, Any]]:
    """The results in `folder`, by name."""
    paths = {one.name: folder / f"{one.name}.json" for one in benchmarks}
    return {name: json.loads(path.read_text()) for name, path in paths.items() if path.exists()}


def _rows(benchmarks: Sequence[Benchmark], results: Results) -> list[tuple[Row, dict[str, Any]]]:
    return [
        (row, results[one.name]["figures"])
        for one in benchmarks
        if one.name in results
        for row in one.rows
    ]


def _table(benchmarks: Sequence[Benchmark], results: Results) -> str:
    lines = [_setup_line(results), "", "| what | line | measured | command |", "|---|---|---|---|"]
    for one in benchmarks:
        kept = results.get(one.name)
        for row in one.rows:
            measured = _measured(row, kept["figures"]) if kept else "not measured"
            command = kept.get("command", "not kept") if kept else one.command
            lines.append(f"| {row.what} | {row.line} | {measured} | `{command}` |")
    return "\n".join(lines)


def _measured(row: Row, figures: dict[str, Any]) -> str:
    return row.said(figures) if row.holds(figures) else f"**missed:** {row.said(figures)}"


def _setup_line(results: Results) -> str:
    about = next(iter(results.values()))["setup"] if results else setup()
    return (
        f"Rostra {about['rostra']}, {about['cores']} cores, {about['memory_gib']} GiB, "
        f"Linux {about['kernel']}, Python {about['python']}; speakers, listeners and the browser "
        "on the same machine."
    )


if __name__ == "__main__":
    sys.exit(main())
