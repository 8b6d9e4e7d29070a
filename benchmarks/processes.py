"""A command in a process of its own: how long it took, and the most memory that it held."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

EVERY = 0.1
"""Seconds between two looks at the memory."""


class Ended(NamedTuple):
    """How a command ended.

    Attributes
    ----------
    seconds : float
        From its start to its end, as the clock on the wall has it.
    peak_mb : float
        The most that each of its processes ever held, added up; 0 where the system does not say.
    code : int or None
        Exit code; ``None`` if it was ended from outside.
    said : str
        The last line on stderr.
    """

    seconds: float
    peak_mb: float
    code: int | None
    said: str


def watched(command: list[str], limit: float | None = None) -> Ended:
    """Run a command to its end, or end it after ``limit`` seconds."""
    peaks: dict[int, float] = {}
    with tempfile.TemporaryFile() as complaints:
        began = time.monotonic()
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            start_new_session=True,
        )
        try:
            code = _watch(child, None if limit is None else began + limit, peaks)
        finally:
            _end(child)
        seconds = time.monotonic() - began
        complaints.seek(0)
        lines = complaints.read().decode(errors="replace").strip().splitlines()
    return Ended(seconds, sum(peaks.values()), code, lines[-1].strip() if lines else "")


def _watch(
    child: subprocess.Popen[bytes], deadline: float | None, peaks: dict[int, float]
) -> int | None:
    while True:
        for process in _tree(child.pid):
            peaks[process] = max(peaks.get(process, 0.0), _peak(process))
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.wait(EVERY)
        if deadline is not None and time.monotonic() > deadline:
            return None


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the command and what it started in its session."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _tree(process: int) -> list[int]:
    """The process and all that descend from it."""
    found = [process]
    for one in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _peak(process: int) -> float:
    """Megabytes that the process ever held at once."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0
