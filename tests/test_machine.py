"""Looking at a machine: this one, and one that is described by files."""

from __future__ import annotations

from pathlib import Path

import pytest

from rostra import machine

MEMINFO = "MemTotal:       24684092 kB\nMemFree: 1 kB\nMemAvailable:   23329088 kB\nHugePages: 0\n"
GIB = 1 << 30


def kernel(root: Path, **files: str) -> Path:
    """A folder in which files say so; __ stands for a slash."""
    for name, text in {"meminfo": MEMINFO, **files}.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_this_machine_can_be_looked_at() -> None:
    found = machine.look()
    assert 0 < found.cores <= 4096
    assert 0 < found.available <= found.memory
    assert found.processor
    assert machine.clock_is_synchronised() in (True, False, None)
    assert machine.disk_free(Path("/no/such/folder")) == machine.disk_free(Path("/"))


def test_numbers_of_the_kernel_are_read(tmp_path: Path) -> None:
    root = kernel(
        tmp_path, cpuinfo="processor : 0\nmodel name\t: AMD EPYC\n",
        sys__net__ipv4__tcp_mem="1\t2\t3\n", sys__net__core__somaxconn="many\n",
    )  # fmt: skip
    found = machine.look(root, tmp_path / "none")
    assert found.processor == "AMD EPYC"
    assert (found.memory, found.available) == (24_684_092 * 1024, 23_329_088 * 1024)
    assert found.sysctls == {"net.ipv4.tcp_mem": (1, 2, 3)}


@pytest.mark.parametrize(
    ("files", "cores", "memory", "available"),
    [
        ({"memory.max": "max", "memory.current": "5", "cpu.max": "max 100000"}, None, 0, 0),
        ({"memory.max": str(2 * GIB), "memory.current": str(GIB), "cpu.max": "50000 100000"},
         0.5, 2 * GIB, GIB),
        ({"memory__memory.limit_in_bytes": str(2 * GIB), "memory__memory.usage_in_bytes": "0",
          "cpu__cpu.cfs_quota_us": "25000", "cpu__cpu.cfs_period_us": "100000"},
         0.25, 2 * GIB, 2 * GIB),
        ({"memory__memory.limit_in_bytes": str((1 << 63) - 4096),
          "memory__memory.usage_in_bytes": "0", "cpu__cpu.cfs_quota_us": "-1",
          "cpu__cpu.cfs_period_us": "100000"}, None, 0, 0),
    ],
)  # fmt: skip
def test_a_container_has_its_own_limits(
    tmp_path: Path, files: dict[str, str], cores: float | None, memory: int, available: int
) -> None:
    whole = machine.look(kernel(tmp_path / "proc"), tmp_path / "none")
    found = machine.look(tmp_path / "proc", kernel(tmp_path / "groups", **files))
    assert found.cores == (cores or whole.cores)
    assert found.memory == (memory or whole.memory)
    assert found.available == (available or whole.available)
