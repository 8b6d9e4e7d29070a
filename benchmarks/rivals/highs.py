"""HiGHS on the whole: the engine's matrix, narrowed, as one MIP, until the time is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.exact_engine import highs
from benchmarks.rivals.contract import Play
from benchmarks.rivals.narrowed import narrowed
from scheduler.solver.model import modelled

if TYPE_CHECKING:
    from benchmarks.rivals.contract import Task


def play(task: Task) -> Play:
    """Solve the whole exactly; the best found in time counts."""
    model = modelled(task.scenario)
    found = narrowed(model.matrix)
    if found is None:
        return Play(said="impossible")
    v, _, status = highs(found.small.matrix, task.left, workers=1)
    said = status.replace("_", " ")
    if v is None:
        return Play(said=f"nothing found ({said})")
    whole = found.within.floor.copy()
    whole[found.small.columns] = v
    return Play(plan=model.plan(whole[: model.base]), said=said)
