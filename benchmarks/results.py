"""Tables of what was measured: on the screen, and as a page."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.box import SIMPLE_HEAD
from rich.table import Table as Screen

from benchmarks import anytime
from benchmarks.targets import checked, missed
from scheduler.solver.solve import versions as all_versions
from scheduler.verify import gap

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from benchmarks.rows import Curve, Judged, Results, Row

STAGES = ("columns", "matrix", "start")
"""Stages that come first where they are there; the others follow as the certificate has them."""
NOT = "–"


class Table(NamedTuple):
    """A table with its title; the first column is text, numbers are written already."""

    title: str
    head: tuple[str, ...]
    lines: list[tuple[str, ...]]

    def screen(self) -> Screen:
        """For a terminal."""
        screen = Screen(title=self.title, title_justify="left", box=SIMPLE_HEAD)
        for at, name in enumerate(self.head):
            screen.add_column(name, justify="left" if at == 0 else "right", no_wrap=at == 0)
        for line in self.lines:
            screen.add_row(*line)
        return screen

    def markdown(self) -> str:
        """For a page."""
        lines = [self.head, ("---", *["--:"] * (len(self.head) - 1)), *self.lines]
        said = [f"| {' | '.join(line)} |" for line in lines]
        return "\n".join([f"## {self.title}", "", *said])


def machine() -> str:
    """Cores, memory and kind of processor."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cores} cores, {memory:.0f} GB, {_processor()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())


def versions() -> dict[str, str]:
    """Of Python and of the packages on which seconds and answers depend."""
    every = all_versions()
    return {name: every[name] for name in ("python", "ortools", "numpy", "scipy", "flexweave")}


# ---- tables --------------------------------------------------------------------------------------


def tables(results: Results) -> list[Table]:
    """Everything that was measured."""
    rows = results.rows
    found = [reached(rows), staged(rows), beside(rows), *map(followed, results.curves)]
    return [table for table in found if table.lines]


def reached(rows: list[Row]) -> Table:
    """What we reach, how fast, and whether that is what must be reached."""
    head = "scenario|people × sessions|columns × rows|seconds|MB|value|bound|gap|must reach"
    head += "|unplaced|1st choices"
    return Table("Reached", tuple(head.split("|")), [_reached(row, rows) for row in rows])


def _reached(row: Row, rows: list[Row]) -> tuple[str, ...]:
    ours = row.ours
    checks = "; ".join(check.text for check in checked(row, rows)) or NOT
    return (
        row.name,
        f"{row.people:,} × {row.sessions:,}",
        f"{row.columns:,} × {row.rows:,}",
        f"{ours.seconds:,.1f}{' (limit)' if ours.stopped_by == 'time' else ''}",
        f"{ours.peak_mb:,.0f}",
        _points(ours.value) if ours.value is not None else ours.said or NOT,
        _points(ours.bound),
        _percent(ours.gap),
        checks,
        _count(ours.unplaced),
        _count(ours.first),
    )


def staged(rows: list[Row]) -> Table:
    """Seconds of each stage of our search."""
    names = dict.fromkeys([*STAGES, *(name for row in rows for name in row.ours.stages)])
    used = [name for name in names if any(name in row.ours.stages for row in rows)]
    lines = [
        (row.name, *(_seconds(row.ours.stages.get(name)) for name in used), f"{_rest(row):.1f}")
        for row in rows
        if row.ours.stages
    ]
    return Table("Seconds per stage", ("scenario", *used, "starting, reading, writing"), lines)


def _rest(row: Row) -> float:
    return max(0.0, row.ours.seconds - sum(row.ours.stages.values()))


def beside(rows: list[Row]) -> Table:
    """Rivals, each in the same run as ours, judged by the same checker."""
    head = "scenario|by|seconds|ours ×|value|short of our bound|we gain points"
    head += "|we gain 1st choices|unplaced|how it ended"
    lines: list[tuple[str, ...]] = []
    for row in rows:
        if row.rivals:
            lines.append(_own_line(row))
            lines += [_rival_line(row, rival) for rival in row.rivals]
    return Table("Beside others", tuple(head.split("|")), lines)


def _own_line(row: Row) -> tuple[str, ...]:
    ours = row.ours
    said = (row.name, "Flexweave", f"{ours.seconds:,.1f}", "", _points(ours.value))
    return (*said, _percent(ours.gap), "", "", _count(ours.unplaced), ours.status or ours.said)


def _rival_line(row: Row, rival: Judged) -> tuple[str, ...]:
    ours = row.ours
    gained = first = share = None
    if rival.value is not None and ours.value is not None:
        gained = ours.value - rival.value
        first = (ours.first or 0) - (rival.first or 0)
        share = gap(rival.value, ours.bound)
    return (
        row.name,
        rival.by,
        f"{rival.seconds:,.1f}",
        _number(ours.seconds / rival.seconds) if rival.seconds else NOT,
        _points(rival.value),
        _percent(share),
        _points(gained),
        _count(first),
        _count(rival.unplaced),
        rival.said or "done",
    )


def followed(curve: Curve) -> Table:
    """Value and bound over time beside the trial of a local search."""
    lines = [
        (f"{at} s", *(NOT if n is None else f"{_number(n)} %" for n in numbers))
        for at, *numbers in anytime.read_off(curve)
    ]
    head = ("after", "value, short of the last bound", "bound, above the last value")
    return Table(
        f"Over time: {curve.case} {curve.seed}", (*head, "Java local search, trial, short"), lines
    )


def _points(points: Decimal | None) -> str:
    return NOT if points is None else f"{points:,.2f}"


def _percent(share: Decimal | None) -> str:
    return NOT if share is None else f"{100 * share:.4f} %"


def _number(number: float) -> str:
    """Three digits that count, and no exponent where the number is large."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def _seconds(seconds: float | None) -> str:
    return NOT if seconds is None else f"{seconds:,.1f}"


def _count(number: int | None) -> str:
    return NOT if number is None else f"{number:,}"


# ---- the page ------------------------------------------------------------------------------------


def page(results: Results) -> str:
    """All tables as a page, with date, machine and versions."""
    used = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    parts = [HEAD.format(when=_when(results.rows), machine=results.machine, versions=used)]
    parts += [table.markdown() for table in tables(results)]
    failed = missed(results.rows)
    verdict = "\n".join(f"- {one}" for one in failed) if failed else "Nothing."
    return "\n\n".join([*parts, "## Missed", verdict, NOTES]) + "\n"


def _when(rows: Iterable[Row]) -> str:
    days = sorted({row.measured.isoformat() for row in rows})
    return " to ".join(dict.fromkeys([days[0], days[-1]])) if days else "never"


HEAD = """<!-- Made by `python -m benchmarks.engine --write`; measure again instead. -->

# Results

Measured {when} on {machine}; {versions}. Seconds are those of one run on the wall's clock: read
ratios. A scenario's number is the seed of the generator."""

NOTES = """## How to read this

- **Seconds** and **MB** are those of the whole process: `flexweave solve` from CSV files to the
  written, verified answer, the child process included. Memory is the most that each process ever
  held, added up.
- **Rivals** run one at a time, each in a process of its own, which is ended if it outlives its
  limit: ten times our seconds (at least 30, at most what was asked for). Their seconds include
  reading. What they claim counts for nothing: `scheduler.verify` judges their plans, and a value is
  shown only if the plan is legal and waives nothing that must hold.
- `sign-up`: first come, first served. `nightly`: a fill in a fixed order, block by block: required
  pulls, needs, choices, then any seat. Both work on a timetable that is fixed before, close what
  stays too small, and seat those people once more.
- `highs`: HiGHS on the whole matrix. `cpsat`: a plain CP-SAT model from the same ids, with two
  workers.
- `pdlp`: the certifying LP. PDLP alone on the same matrix, with two threads and presolve
  `use_glop`, at the loosest of 1e-4, 1e-5, 1e-6 whose bound, recomputed in whole numbers, is within
  0.01 % of the best value known. Seconds are those of the relaxation only: no reading, no writing.
- **Over time**: the local search is a trial on an instance of this kind, not on this one and not on
  this machine; its percentages are what it was short of the optimum."""
