"""OR-Tools behind two verbs: relax (an LP) and exact (a MIP), fed in bulk.

Runs only inside the child process: HiGHS prints to stdout even when silenced, and a solve can
outlive its own limits. Work is limited by counts (nodes), never by seconds, so that the same input
gives the same answer; seconds are the parent's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ortools.math_opt import (
    callback_pb2,
    model_parameters_pb2,
    model_pb2,
    model_update_pb2,
    parameters_pb2,
    result_pb2,
    solution_pb2,
)
from ortools.math_opt.core.python import solver as core
from ortools.pdlp import solve_log_pb2, solvers_pb2
from ortools.pdlp.python import pdlp
from scipy import sparse

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

GLOP = parameters_pb2.SOLVER_TYPE_GLOP
HIGHS = parameters_pb2.SOLVER_TYPE_HIGHS
PDLP = parameters_pb2.SOLVER_TYPE_PDLP


class Relaxed(NamedTuple):
    """An LP answer: columns, and one multiplier per row in units (positive prices upper sides).

    ``cheap`` says whether clamped costs were good enough for it (see `relaxation`).
    """

    v: Floats
    duals: Floats
    cheap: bool = True


class Vertex(NamedTuple):
    """An LP answer at a vertex: as `Relaxed`, with the columns and the rows of its basis."""

    v: Floats
    duals: Floats
    columns: Ints
    rows: Ints


def proto(
    matrix: Matrix, *, integer: bool, scales: tuple[Floats, Floats] | None = None
) -> model_pb2.ModelProto:
    """``matrix`` as a MathOpt model, filled from arrays; objective in points.

    With ``scales``, rows are divided by the first and columns counted in units of the second.
    """
    rows, columns = matrix.shape
    by_row, by_column = scales or (np.ones(rows), np.ones(columns))
    model = model_pb2.ModelProto()
    variables = model.variables
    variables.ids.extend(range(columns))
    variables.lower_bounds.extend(matrix.floor / by_column)
    variables.upper_bounds.extend(matrix.cap / by_column)
    variables.integers.extend((matrix.integer & integer).tolist())
    model.objective.maximize = True
    priced = np.flatnonzero(matrix.objective)
    model.objective.linear_coefficients.ids.extend(priced)
    worth = matrix.objective[priced] * by_column[priced] / UNITS_PER_POINT
    model.objective.linear_coefficients.values.extend(worth)
    model.linear_constraints.ids.extend(range(rows))
    model.linear_constraints.lower_bounds.extend(_side(matrix.lower) / by_row)
    model.linear_constraints.upper_bounds.extend(_side(matrix.upper) / by_row)
    entries = matrix.a.tocoo()
    order = np.lexsort((entries.col, entries.row))
    model.linear_constraint_matrix.row_ids.extend(entries.row[order].astype(np.int64))
    model.linear_constraint_matrix.column_ids.extend(entries.col[order].astype(np.int64))
    coefs = entries.data * by_column[entries.col] / by_row[entries.row]
    model.linear_constraint_matrix.coefficients.extend(coefs[order])
    return model


def _side(side: Ints) -> Floats:
    floats = side.astype(float)
    floats[side >= UNBOUNDED] = np.inf
    floats[side <= -UNBOUNDED] = -np.inf
    return floats


def relax(
    matrix: Matrix,
    engine: int = GLOP,
    tolerance: float = 1e-4,
    scales: tuple[Floats, Floats] | None = None,
    start: Relaxed | None = None,
) -> Relaxed | None:
    """Solve the LP relaxation once, by GLOP, HiGHS or PDLP (at a relative ``tolerance``).

    The answer is in the scaled rows and columns where ``scales`` are given. PDLP may ``start`` from
    an answer of a model like this one, scaled in the same way: then it skips its own presolve.
    """
    if engine == PDLP:
        return _descended(matrix, tolerance, scales, start)
    parameters = parameters_pb2.SolveParametersProto()
    return _relaxed(
        _solved(proto(matrix, integer=False, scales=scales), engine, parameters), matrix
    )


def _descended(
    matrix: Matrix,
    tolerance: float,
    scales: tuple[Floats, Floats] | None,
    start: Relaxed | None,
) -> Relaxed | None:
    """By PDLP's own interface: unlike MathOpt's, it takes a start."""
    parameters = solvers_pb2.PrimalDualHybridGradientParams()
    parameters.presolve_options.use_glop = start is None
    parameters.num_threads = 2
    optimal = parameters.termination_criteria.simple_optimality_criteria
    optimal.eps_optimal_relative = tolerance
    optimal.eps_optimal_absolute = tolerance
    first = None
    if start is not None:
        first = pdlp.PrimalAndDualSolution()
        first.primal_solution = start.v
        first.dual_solution = -start.duals / UNITS_PER_POINT
    answer = pdlp.primal_dual_hybrid_gradient(_program(matrix, scales), parameters, first)
    if answer.solve_log.termination_reason != solve_log_pb2.TERMINATION_REASON_OPTIMAL:
        return None
    return Relaxed(answer.primal_solution, -answer.dual_solution * UNITS_PER_POINT)


def _program(matrix: Matrix, scales: tuple[Floats, Floats] | None) -> pdlp.QuadraticProgram:
    """``matrix`` as PDLP wants it: minimised, in points."""
    rows, columns = matrix.shape
    by_row, by_column = scales or (np.ones(rows), np.ones(columns))
    program = pdlp.QuadraticProgram()
    program.objective_vector = -matrix.objective * by_column / UNITS_PER_POINT
    a = sparse.csc_array(matrix.a, dtype=float)
    a.data *= (np.repeat(by_column, np.diff(a.indptr))) / by_row[a.indices]
    program.constraint_matrix = sparse.csc_matrix(a)
    program.constraint_lower_bounds = _side(matrix.lower) / by_row
    program.constraint_upper_bounds = _side(matrix.upper) / by_row
    program.variable_lower_bounds = matrix.floor / by_column
    program.variable_upper_bounds = matrix.cap / by_column
    return program


def vertex(matrix: Matrix) -> Vertex | None:
    """Solve the LP relaxation by HiGHS's simplex method; ``None`` where there is no answer."""
    parameters = parameters_pb2.SolveParametersProto()
    answer = _solved(proto(matrix, integer=False), HIGHS, parameters)
    relaxed = _relaxed(answer, matrix)
    if relaxed is None or not answer.solutions[0].HasField("basis"):
        return None
    basis = answer.solutions[0].basis
    basic = [
        np.asarray(status.ids)[np.asarray(status.values) == solution_pb2.BASIS_STATUS_BASIC]
        for status in (basis.variable_status, basis.constraint_status)
    ]
    return Vertex(relaxed.v, relaxed.duals, *basic)


class Simplex:
    """An LP that GLOP keeps, so that columns can join and the last basis stands."""

    def __init__(self, matrix: Matrix) -> None:
        self.rows, self.columns = matrix.shape
        model = proto(matrix, integer=False)
        self._solver = core.new(GLOP, model, parameters_pb2.SolverInitializerProto())

    def solve(self) -> Relaxed | None:
        """Solve it as it is now."""
        answer = self._solver.solve(
            parameters_pb2.SolveParametersProto(),
            model_parameters_pb2.ModelSolveParametersProto(),
            None,
            callback_pb2.CallbackRegistrationProto(),
            None,
            None,
        )
        return _first(answer, self.rows, self.columns)

    def fix(self, columns: Ints, lower: Floats, upper: Floats) -> None:
        """Give columns other bounds; the last basis stands."""
        order = np.argsort(columns)
        update = model_update_pb2.ModelUpdateProto()
        for bounds, values in (
            (update.variable_updates.lower_bounds, lower),
            (update.variable_updates.upper_bounds, upper),
        ):
            bounds.ids.extend(columns[order])
            bounds.values.extend(values[order])
        self._solver.update(update)

    def add(self, entries: sparse.csr_array, objective: Ints) -> None:
        """Let 0/1 columns join, with these entries (rows, columns) and units each."""
        count = len(objective)
        update = model_update_pb2.ModelUpdateProto()
        ids = self.columns + np.arange(count)
        update.new_variables.ids.extend(ids)
        update.new_variables.lower_bounds.extend(np.zeros(count))
        update.new_variables.upper_bounds.extend(np.ones(count))
        update.new_variables.integers.extend([False] * count)
        worth = update.objective_updates.linear_coefficients
        worth.ids.extend(ids)
        worth.values.extend(objective / UNITS_PER_POINT)
        a = entries.tocoo()
        order = np.lexsort((a.col, a.row))
        changed = update.linear_constraint_matrix_updates
        changed.row_ids.extend(a.row[order].astype(np.int64))
        changed.column_ids.extend(ids[a.col[order]])
        changed.coefficients.extend(a.data[order].astype(float))
        self._solver.update(update)
        self.columns += count


def exact(
    matrix: Matrix, *, seed: int = 0, nodes: int | None = None, gap: float = 0.0
) -> tuple[Floats | None, bool]:
    """Solve the MIP by HiGHS.

    Returns
    -------
    columns : float array or None
        The best found, if any.
    done : bool
        Whether HiGHS ended by itself (optimal within ``gap``, or infeasible), not by ``nodes``.
    """
    parameters = parameters_pb2.SolveParametersProto()
    parameters.random_seed = seed
    parameters.relative_gap_tolerance = gap
    parameters.absolute_gap_tolerance = 0.0
    if nodes is not None:
        parameters.node_limit = nodes
    answer = _solved(proto(matrix, integer=True), HIGHS, parameters)
    reason = answer.termination.reason
    done = reason in (
        result_pb2.TERMINATION_REASON_OPTIMAL,
        result_pb2.TERMINATION_REASON_INFEASIBLE,
    )
    relaxed = _relaxed(answer, matrix)
    return (None if relaxed is None else relaxed.v), done


def _solved(
    model: model_pb2.ModelProto, engine: int, parameters: parameters_pb2.SolveParametersProto
) -> result_pb2.SolveResultProto:
    return core.solve(
        model,
        engine,
        parameters_pb2.SolverInitializerProto(),
        parameters,
        model_parameters_pb2.ModelSolveParametersProto(),
        None,
        callback_pb2.CallbackRegistrationProto(),
        None,
        None,
    )


def _relaxed(answer: result_pb2.SolveResultProto, matrix: Matrix) -> Relaxed | None:
    return _first(answer, *matrix.shape)


def _first(answer: result_pb2.SolveResultProto, rows: int, columns: int) -> Relaxed | None:
    for solution in answer.solutions:
        if solution.HasField("primal_solution"):
            v = _dense(solution.primal_solution.variable_values, columns)
            duals = _dense(solution.dual_solution.dual_values, rows) * UNITS_PER_POINT
            return Relaxed(v, duals)
    return None


def _dense(sparse_vector: object, size: int) -> Floats:
    found = np.zeros(size)
    found[np.asarray(sparse_vector.ids, dtype=np.int64)] = np.asarray(sparse_vector.values)  # type: ignore[attr-defined]
    return found
