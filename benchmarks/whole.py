"""Our whole process: ``flexweave solve`` on a folder of CSV files, watched from outside."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks.processes import watched
from benchmarks.rows import Ours
from scheduler.reading import read_solution
from scheduler.verify import judge, verify

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.models import Scenario, Solution

GRACE = 900.0
"""Seconds beyond the search's limit for reading, checking and writing, before it is ended."""


def solved(scenario: Scenario, folder: Path, out: Path, limit: float | None = None) -> Ours:
    """Solve the scenario in ``folder``, and hold the written answer against ``scenario``.

    Raises
    ------
    RuntimeError
        When the checker does not confirm what was written.
    """
    command = [sys.executable, "-m", "scheduler.cli", "solve", str(folder), "-o", str(out), "-q"]
    if limit is not None:
        command += ["--time-limit", str(limit)]
    ended = watched(command, None if limit is None else limit + GRACE)
    if ended.code not in (0, 1) or not (out / "certificate.json").exists():
        why = "ended from outside" if ended.code is None else f"exit code {ended.code}"
        said = f"{why}: {ended.said}" if ended.said else why
        return Ours(seconds=ended.seconds, peak_mb=ended.peak_mb, said=said)
    solution = read_solution(out)
    _hold(scenario, solution)
    certificate = solution.certificate
    below = [float(level.bound - level.value) for level in certificate.levels if level.bound]
    return Ours(
        seconds=ended.seconds,
        peak_mb=max(ended.peak_mb, certificate.peak_memory_mb),
        stages=certificate.seconds_per_stage,
        value=certificate.value,
        bound=certificate.bound,
        status=certificate.status,
        stopped_by=certificate.stopped_by,
        unplaced=certificate.counts["unplaced"],
        first=certificate.counts.get("rank_1", 0),
        findings=certificate.findings_per_rule,
        levels=max(below, default=None),
    )


def _hold(scenario: Scenario, solution: Solution) -> None:
    wrong = verify(scenario, solution)
    if wrong or judge(scenario, solution.plan).value != solution.certificate.value:
        raise RuntimeError(f"the checker does not confirm the answer: {wrong[:3]}")
