"""Which engine solves the model exactly? HiGHS and CP-SAT on the same matrix, side by side.

Each engine runs in a process of its own on what `scheduler.solver.presolve` leaves of a scenario's
matrix, all columns whole numbers for CP-SAT. Seconds are those of the solve alone. The value is
recomputed from the columns in whole numbers; the bound is the solver's own.

    python -m benchmarks.exact_engine --limit 60 --json out/engines.json
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.datasets import wpi_iqp
from scheduler.generate import PRESETS, generate
from scheduler.models.points import UNITS_PER_POINT
from scheduler.reading import read
from scheduler.rules import catalogue
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import elastic, presolve
from scheduler.solver.columns import Columns
from scheduler.solver.matrix import assemble, completed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from scheduler.models import Scenario
    from scheduler.solver.matrix import Matrix

    Answer = tuple[NDArray[np.int64] | None, float | None, str]

DEMO = Path(__file__).parents[1] / "fixtures" / "demo"
ENGINES = ("HiGHS", "CP-SAT")
GRACE = 60
"""Seconds that building a model may take, and an engine may outlive its limit, before the end."""


@dataclass(frozen=True)
class Run:
    """What one engine made of one case; ``value`` and ``bound`` in points, ``status`` its own."""

    case: str
    engine: str
    rows: int = 0
    columns: int = 0
    seconds: float | None = None
    value: float | None = None
    bound: float | None = None
    status: str = "ended from outside"

    @property
    def gap(self) -> float | None:
        """(bound − value) / max(1, abs(bound))."""
        if self.value is None or self.bound is None:
            return None
        return max(0.0, self.bound - self.value) / max(1.0, abs(self.bound))


# ---- cases --------------------------------------------------------------------------------------


def cases() -> dict[str, Callable[[], Scenario]]:
    """Scenarios by name, made when asked for; the published years where their data is."""
    found: dict[str, Callable[[], Scenario]] = {
        "demo": lambda: read(DEMO),
        "demo flex": lambda: read(DEMO, kinds=("flex",)),
    }
    years = wpi_iqp.folder()
    if years is not None:
        for year in wpi_iqp.EXPECTED:
            found[f"WPI {year}"] = partial(wpi_iqp.scenario, years / year)
    found["week-300"] = lambda: generate(PRESETS["week-300"], seed=1)
    return found


def reduced(scenario: Scenario) -> tuple[Matrix, presolve.Reduced]:
    """The whole model, its bounds propagated, and what is left of it for both engines."""
    matrix = assemble(Columns(scenario, catalogue.pd_form(scenario)))
    within = presolve.propagate(elastic.strict(matrix))
    if within is None:
        raise SystemExit("this scenario is impossible without waiving something")
    return within, presolve.reduce(within)


def worth(within: Matrix, small: presolve.Reduced, v: NDArray[np.int64]) -> int | None:
    """Units of an engine's answer, recomputed in the whole model; ``None`` if it is illegal."""
    whole = within.floor.copy()
    whole[small.columns] = v
    best = completed(within, whole[within.integer])
    return within.value(best) if _keeps(within, best) else None


def _keeps(within: Matrix, v: NDArray[np.int64]) -> bool:
    """Whether rows and caps hold; floors that propagation raised are only implied."""
    return replace(within, floor=np.zeros_like(within.floor)).allows(v)


# ---- engines ------------------------------------------------------------------------------------


def highs(matrix: Matrix, limit: float, workers: int) -> Answer:
    """HiGHS through MathOpt, as the project calls it, but for the limit. It ignores ``workers``."""
    from ortools.math_opt import (
        callback_pb2,
        model_parameters_pb2,
        parameters_pb2,
        result_pb2,
    )
    from ortools.math_opt.core.python import solver

    from scheduler.solver.engines import HIGHS, proto

    parameters = parameters_pb2.SolveParametersProto()
    parameters.relative_gap_tolerance = parameters.absolute_gap_tolerance = 0.0
    parameters.time_limit.FromMilliseconds(int(limit * 1000))
    answer = solver.solve(
        proto(matrix, integer=True),
        HIGHS,
        parameters_pb2.SolverInitializerProto(),
        parameters,
        model_parameters_pb2.ModelSolveParametersProto(),
        None,
        callback_pb2.CallbackRegistrationProto(),
        None,
        None,
    )
    termination = answer.termination
    status = result_pb2.TerminationReasonProto.Name(termination.reason)
    bound = termination.objective_bounds.dual_bound
    return (
        _columns(answer.solutions, matrix.shape[1]),
        bound if np.isfinite(bound) else None,
        status.removeprefix("TERMINATION_REASON_").lower(),
    )


def _columns(solutions: object, size: int) -> NDArray[np.int64] | None:
    for solution in solutions:  # type: ignore[attr-defined]
        if solution.HasField("primal_solution"):
            values = solution.primal_solution.variable_values
            v = np.zeros(size, dtype=np.int64)
            v[np.asarray(values.ids)] = np.rint(np.asarray(values.values))
            return v
    return None


def cp_sat(matrix: Matrix, limit: float, workers: int) -> Answer:
    """CP-SAT, its model filled from arrays; slacks and segments are whole numbers there."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    made = model.proto
    for floor, cap in zip(matrix.floor.tolist(), matrix.cap.tolist(), strict=True):
        made.variables.add().domain.extend([floor, cap])
    start, column, coefficient = matrix.a.indptr, matrix.a.indices, matrix.a.data
    low = np.where(matrix.lower <= -UNBOUNDED, np.iinfo(np.int64).min, matrix.lower)
    high = np.where(matrix.upper >= UNBOUNDED, np.iinfo(np.int64).max, matrix.upper)
    for row in range(matrix.shape[0]):
        linear = made.constraints.add().linear
        part = slice(start[row], start[row + 1])
        linear.vars.extend(column[part].tolist())
        linear.coeffs.extend(coefficient[part].tolist())
        linear.domain.extend([int(low[row]), int(high[row])])
    priced = np.flatnonzero(matrix.objective)
    made.objective.vars.extend(priced.tolist())
    made.objective.coeffs.extend((-matrix.objective[priced]).tolist())
    made.objective.scaling_factor = -1.0
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limit
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = 0
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    response = solver.response_proto
    return (
        np.array(list(response.solution), dtype=np.int64) if found else None,
        response.best_objective_bound / UNITS_PER_POINT,
        solver.status_name(status).lower(),
    )


def run(case: str, engine: str, limit: float, workers: int) -> Run:
    """Solve one case by one engine, here and now."""
    within, small = reduced(cases()[case]())
    matrix = small.matrix
    call = {"HiGHS": highs, "CP-SAT": cp_sat}[engine]
    began = time.monotonic()
    v, bound, status = call(matrix, limit, workers)
    seconds = time.monotonic() - began
    value = None
    if v is not None:
        units = worth(within, small, v)
        value = None if units is None else units / UNITS_PER_POINT
        status = "illegal answer" if units is None else status
    if bound is not None:
        bound += small.constant / UNITS_PER_POINT
    return Run(case, engine, *matrix.shape, seconds, value, bound, status)


def isolated(case: str, engine: str, limit: float, workers: int) -> Run:
    """Solve one case by one engine in a process of its own, ended if it outlives its limit."""
    command = [sys.executable, "-m", "benchmarks.exact_engine", "--limit", str(limit)]
    command += ["--workers", str(workers), "--case", case, "--engine", engine]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=limit + GRACE, check=True
        )
    except subprocess.TimeoutExpired:
        return Run(case, engine)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("{")]  # not a banner
    return Run(**json.loads(line))


# ---- the table ----------------------------------------------------------------------------------


def table(runs: list[Run]) -> str:
    """The runs as Markdown, a line for each case; ratios are CP-SAT's over HiGHS's."""
    head = ["case", "columns × rows"]
    head += [f"{engine} {what}" for engine in ENGINES for what in ("s", "value", "bound", "gap")]
    head += ["seconds ×", "behind"]
    lines = [head, ["---"] * len(head)]
    by_case: dict[str, dict[str, Run]] = {}
    for one in runs:
        by_case.setdefault(one.case, {})[one.engine] = one
    for case, found in by_case.items():
        both = [found.get(engine, Run(case, engine)) for engine in ENGINES]
        size = max(both, key=lambda one: one.columns)
        cells = [case, f"{size.columns:,} × {size.rows:,}"]
        for one in both:
            cells += [_said(one.seconds, ".1f"), _said(one.value, ",.2f")]
            cells += [_said(one.bound, ",.2f"), _said(one.gap, ".3%")]
        lines.append([*cells, *_ratios(*both)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _said(number: float | None, form: str) -> str:
    return "–" if number is None else format(number, form)


def _ratios(first: Run, second: Run) -> list[str]:
    """Seconds of the second per second of the first, and how far its value falls behind.

    Behind is measured against the better bound, since values may be near 0 or below.
    """
    slower = behind = None
    if first.seconds and second.seconds:
        slower = second.seconds / first.seconds
    bounds = [one.bound for one in (first, second) if one.bound is not None]
    if first.value is not None and second.value is not None and bounds:
        behind = (first.value - second.value) / max(1.0, abs(min(bounds)))
    return [_said(slower, ".2f"), _said(behind, ".3%")]


def main() -> int:
    """Run what is asked for and print the table, or one run as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=float, default=60, help="seconds for each solve")
    parser.add_argument("--workers", type=int, default=2, help="CP-SAT's; HiGHS ignores it")
    parser.add_argument("--case", action="append", help="only this case; may be repeated")
    parser.add_argument("--engine", choices=ENGINES, help="one run, printed as JSON")
    parser.add_argument("--json", type=Path, help="also write the runs there")
    given = parser.parse_args()
    chosen = given.case or list(cases())
    unknown = sorted(set(chosen) - set(cases()))
    if unknown:
        parser.error(f"no case {', '.join(unknown)}; there are {', '.join(cases())}")
    if given.engine:
        for case in chosen:
            print(json.dumps(asdict(run(case, given.engine, given.limit, given.workers))))
        return 0
    runs = []
    for case in chosen:
        for engine in ENGINES:
            runs.append(isolated(case, engine, given.limit, given.workers))
            print(f"{case}, {engine}: {runs[-1].status}", file=sys.stderr)
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in runs], indent=1) + "\n")
    print(table(runs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
