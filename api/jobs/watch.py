"""What a worker and its solver use, and how they are ended."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

PROC = Path("/proc")
PAGE = os.sysconf("SC_PAGE_SIZE")


def family(pid: int) -> list[int]:
    """A process and all that it started, as far as the system tells (Linux)."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError, ValueError):
            for task in (PROC / str(one) / "task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def memory_mb(pids: list[int]) -> float:
    """Resident memory of these processes together, in MB; 0 where the system does not tell."""
    pages = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            pages += int((PROC / str(pid) / "statm").read_text().split()[1])
    return pages * PAGE / 1_000_000


def end(pid: int) -> None:
    """End a process and all that it started, at once."""
    for one in reversed(family(pid)):
        with contextlib.suppress(OSError):
            os.kill(one, signal.SIGKILL)
