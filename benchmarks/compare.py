"""What comparing two calendars costs, beside solving one of them.

    python -m benchmarks.compare [PRESET] [--seed N] [--gap FRACTION] [--jobs 1 2]

Writes a generated school with two calendars as CSV files, the second being the first with Mondays
90 minutes shorter, and runs ``flexweave solve`` under the first and ``flexweave compare`` of both,
each as a process of its own, one after the other. ``--jobs`` says how many solves at once to try:
one after another with all cores, or side by side. The target is a ratio of 2.2 at most.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.processes import watched
from scheduler.calendars import shift
from scheduler.generate import PRESETS, generate
from scheduler.writing import write_scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.processes import Ended
    from scheduler.models import Scenario

TARGET = 2.2
BASE, OTHER = "current", "monday-90"


def school(preset: str, seed: int) -> Scenario:
    """A generated school with a second calendar, in which CoPs, if any, meet after school."""
    sizes = PRESETS[preset].model_copy(update={"calendars": 1})
    drawn = generate(sizes, seed)
    pd = "auto" if any(bell.kind == "pd" for bell in drawn.bells) else None
    return shift(drawn, base=BASE, name=OTHER, days=["Mon"], minutes=-90, pd=pd)  # type: ignore[arg-type]


def flexweave(*given: str) -> list[str]:
    """A call of the command."""
    return [sys.executable, "-m", "scheduler.cli", *given]


def measured(
    preset: str, seed: int, gap: float, jobs: Sequence[int]
) -> list[tuple[str, Ended, float]]:
    """What was run, how it ended, and its seconds beside those of one solve."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "school"
        write_scenario(school(preset, seed), folder)
        how = ["--gap", str(gap), "--seed", str(seed), "-q"]
        one = ["solve", str(folder), "--calendar", BASE, "-o", f"{place}/one", *how]
        alone = watched(flexweave(*one))
        rows = [("one solve", alone, 1.0)]
        for number in jobs:
            both = ["compare", str(folder), "--calendar", BASE, "--calendar", OTHER, *how]
            kept = ["--results", f"{place}/kept-{number}", "-o", f"{place}/{number}.html"]
            ended = watched(flexweave(*both, *kept, "--jobs", str(number)))
            rows.append((f"two compared, {number} at once", ended, ended.seconds / alone.seconds))
    return rows


def main() -> int:
    """Measure, print one table, and say whether the target is met."""
    given = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    given.add_argument("preset", nargs="?", default="week-3000", choices=list(PRESETS))
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--gap", type=float, default=0.005)
    given.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    asked = given.parse_args()
    rows = measured(asked.preset, asked.seed, asked.gap, asked.jobs)
    table = Table("run", "seconds", "ratio", "peak MB", "exit")
    for name, ended, ratio in rows:
        cells = (f"{ended.seconds:.1f}", f"{ratio:.2f}", f"{ended.peak_mb:,.0f}", str(ended.code))
        table.add_row(name, *cells)
    Console().print(table)
    best = min(ratio for _, _, ratio in rows[1:])
    print(f"best ratio {best:.2f}, target at most {TARGET}")
    failed = any(ended.code != 0 for _, ended, _ in rows)
    return int(failed or best > TARGET)


if __name__ == "__main__":
    sys.exit(main())
