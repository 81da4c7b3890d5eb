"""Facts of the machine and figures of a process, from /proc."""

from __future__ import annotations

import os
import platform
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def facts() -> str:
    """One line that says where the figures come from."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    total = _field(Path("/proc/meminfo"), "MemTotal") // 1024
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    return f"{model}, {os.cpu_count()} cores, {total:,} MiB, Linux {platform.release()}, load {load}"


def _field(file: Path, name: str) -> int:
    for line in file.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0


def cpu_seconds(process: int) -> float:
    """User and system time of a process so far."""
    after_name = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS


def resident_mib(process: int) -> float:
    """Resident memory now."""
    return _field(Path(f"/proc/{process}/status"), "VmRSS") / 1024


def peak_mib(process: int) -> float:
    """Highest resident memory since forget_peak."""
    return _field(Path(f"/proc/{process}/status"), "VmHWM") / 1024


def forget_peak(process: int) -> None:
    """Starts the record of the peak anew."""
    Path(f"/proc/{process}/clear_refs").write_text("5")


def threads(process: int) -> int:
    """Number of threads."""
    return len(os.listdir(f"/proc/{process}/task"))


def table(rows: list[list[str]]) -> str:
    """Sets columns: the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if column else cell.ljust(width) for column, (cell, width) in enumerate(zip(row, widths))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
