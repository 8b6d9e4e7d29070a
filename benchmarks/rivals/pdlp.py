"""The certifying LP: PDLP alone on the engine's matrix, as loose as it may be to prove enough.

Its seconds are the yardstick for those of the whole engine. The bound is not PDLP's own: it is
recomputed in whole numbers from its dual values.
"""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.rivals.contract import Play
from benchmarks.rivals.narrowed import narrowed
from scheduler.models.points import from_units
from scheduler.solver import certify, engines
from scheduler.solver.components import components
from scheduler.solver.model import modelled

if TYPE_CHECKING:
    from benchmarks.rivals.contract import Task
    from scheduler.solver.presolve import Reduced

TOLERANCES = (1e-4, 1e-5, 1e-6)
NEAR = Decimal("0.0001")
"""How far the bound may be above the best value known, as a share of the bound."""


def play(task: Task) -> Play:
    """Relax every part at one tolerance after another, until the bound is near the best value.

    Seconds are those of the relaxations at that tolerance alone: from arrays to dual values.
    """
    parts = [narrowed(part.matrix) for part in components(modelled(task.scenario).matrix)]
    found = [part.small for part in parts if part is not None]
    if len(found) < len(parts):
        return Play(said="impossible")
    best = Play(said="no dual values")
    for tolerance in TOLERANCES:
        one = _relaxed(found, tolerance)
        if one is None:
            continue
        seconds, bound = one
        near = task.best is not None and _short(bound, task.best) <= NEAR
        said = _said(tolerance, bound, task.best)
        best = Play(seconds=seconds, bound=bound, near=near, said=said)
        if near:
            break
        task.keep(best)
    return best


def _relaxed(parts: list[Reduced], tolerance: float) -> tuple[float, Decimal] | None:
    """Seconds and certified bound of all parts together."""
    seconds, units = 0.0, 0
    for part in parts:
        if part.matrix.shape[0] == 0:
            units += part.bounded(certify.bound(part.matrix, np.zeros(0)))
            continue
        began = time.monotonic()
        relaxed = engines.relax(part.matrix, engines.PDLP, tolerance)
        seconds += time.monotonic() - began
        if relaxed is None:
            return None
        units += part.bounded(certify.bound(part.matrix, relaxed.duals))
    return seconds, from_units(units)


def _short(bound: Decimal, best: Decimal) -> Decimal:
    return (bound - best) / max(Decimal(1), abs(bound))


def _said(tolerance: float, bound: Decimal, best: Decimal | None) -> str:
    if best is None:
        return f"at {tolerance:.0e}"
    above = _short(bound, best)
    said = f"at {tolerance:.0e}, bound {100 * above:.4f} % above the best value"
    return said if above <= NEAR else f"{said}: none was within 0.01 %"
