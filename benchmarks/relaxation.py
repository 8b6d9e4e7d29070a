"""The relaxation as it is, and prepared: seconds and certified bound, side by side.

    python -m benchmarks.relaxation [PRESET ...] [--seed N] [--tolerance T]

Both are PDLP at the same tolerance on the same rows; bounds are recomputed from its multipliers in
whole numbers. See docs/decisions/0007-large-schools.md.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from scheduler.generate import PRESETS, generate
from scheduler.models.points import from_units
from scheduler.solver import certify, elastic, engines, presolve, relaxation
from scheduler.solver.components import components
from scheduler.solver.model import modelled

if TYPE_CHECKING:
    from scheduler.solver.engines import Relaxed
    from scheduler.solver.matrix import Matrix


def largest(preset: str, seed: int) -> Matrix:
    """The largest part of a school's model, narrowed."""
    parts = components(modelled(generate(PRESETS[preset], seed)).matrix)
    part = max(parts, key=lambda part: part.matrix.shape[1])
    narrowed = presolve.propagate(elastic.strict(part.matrix))
    return part.matrix if narrowed is None else presolve.reduce(narrowed).matrix


def timed(name: str, matrix: Matrix, solved: Relaxed | None, began: float) -> tuple[str, str, str]:
    """Name, seconds and bound."""
    seconds = time.monotonic() - began
    bound = "-" if solved is None else f"{from_units(certify.bound(matrix, solved.duals)):,.2f}"
    return name, f"{seconds:.1f}", bound


def main() -> None:
    """Relax what was asked for both ways and print one table."""
    given = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    given.add_argument("presets", nargs="*", default=["week-300", "timetable"], metavar="PRESET")
    given.add_argument("--seed", type=int, default=0)
    given.add_argument("--tolerance", type=float, default=1e-4)
    asked = given.parse_args()
    table = Table("school", "rows", "columns", "way", "seconds", "bound")
    for preset in asked.presets:
        matrix = largest(preset, asked.seed)
        rows, columns = (f"{number:,}" for number in matrix.shape)
        began = time.monotonic()
        ready = relaxation.relaxed(matrix, asked.tolerance)
        table.add_row(preset, rows, columns, *timed("prepared", matrix, ready, began))
        began = time.monotonic()
        plain = engines.relax(matrix, engines.PDLP, asked.tolerance)
        table.add_row("", "", "", *timed("as it is", matrix, plain, began))
    Console().print(table)


if __name__ == "__main__":
    main()
