"""The road of large models, on small ones."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from scheduler.generate import Sizes, generate
from scheduler.solver import certify, elastic, presolve, relaxation
from scheduler.solver import search as searching
from scheduler.solver.components import components
from scheduler.solver.engines import HIGHS, Relaxed, relax
from scheduler.solver.fill import filled
from scheduler.solver.isolate import Answer, Bound, Done, Stage, Task
from scheduler.solver.matrix import completed
from scheduler.solver.model import modelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from scheduler.models import Scenario
    from scheduler.solver.certify import Proof
    from scheduler.solver.isolate import Event
    from scheduler.solver.matrix import Matrix
    from scheduler.solver.presolve import Reduced

SIZES = {
    "students": 24,
    "staff": 8,
    "flex_blocks": 2,
    "sessions_per_block": 5,
    "advisory_groups": 2,
    "cops": 2,
    "choices": 3,
    "knows": 3,
    "pairs": 3,
    "min_size": 3,
    "must_close": 1,
    "floating": 0,
    "needs": 0.4,
    "locks": 0.1,
}


@contextmanager
def large_road() -> Iterator[None]:
    """Nothing is small: PDLP, links left out first, a dive, plans and neighbourhoods; no MIP."""
    with ExitStack() as patched:
        for module, name in (
            (relaxation, "LARGE"),
            (relaxation, "MANY_LINKS"),
            (searching, "SMALL"),
            (searching, "LARGE"),
        ):
            patched.enter_context(patch.object(module, name, 0))
        yield


@cache
def school(seed: int = 0, **sizes: Any) -> Scenario:
    """A generated school of some two dozen students."""
    return generate(Sizes(**SIZES | sizes), seed)


class Ready(NamedTuple):
    """The largest part of a school: propagated, relaxed, priced, and filled by hand."""

    strict: Matrix
    matrix: Matrix
    small: Reduced
    relaxed: Relaxed
    v: NDArray[np.float64]
    proof: Proof
    base: NDArray[np.int64]
    start: NDArray[np.int64]


@cache
def ready(seed: int = 0, **sizes: Any) -> Ready:
    """What the stages after pricing start from."""
    made = modelled(school(seed, **sizes))
    part = max(components(made.matrix), key=lambda part: len(part.columns))
    strict = elastic.strict(part.matrix)
    resting = made.resting(part)
    matrix = presolve.propagate(strict)
    assert resting is not None and matrix is not None
    base = filled(strict, resting.base)
    assert base is not None
    small = presolve.reduce(matrix)
    relaxed = relax(small.matrix, HIGHS)
    assert relaxed is not None
    v = matrix.floor.astype(float)
    v[small.columns] = relaxed.v
    proof = small.proven(certify.prove(small.matrix, relaxed.duals))
    return Ready(strict, matrix, small, relaxed, v, proof, base, resting.base)


class Road(NamedTuple):
    """What a search reported: its value and bound in units, its answers, stages and ends.

    ``value`` and ``bound`` are ``None`` where a part has none.
    """

    value: int | None
    bound: int | None
    answers: list[Answer]
    stages: list[str]
    ends: list[str]


def road(scenario: Scenario, **given: Any) -> Road:
    """Search a scenario in this process; every answer must be legal and worth what it says."""
    made = modelled(scenario)
    parts = tuple(components(made.matrix))
    resting = [made.resting(part) for part in parts]
    starts = tuple(None if answer is None else answer.base for answer in resting)
    events: list[Event] = []
    searching.search(Task(parts, starts, **given), events.append)
    bounds: list[int | None] = [None] * len(parts)
    values: list[int | None] = [None] * len(parts)
    for event in events:
        if isinstance(event, Bound):
            bounds[event.part] = event.units
        elif isinstance(event, Answer):
            loose = parts[event.part].matrix
            matrix = loose if event.waived else elastic.strict(loose)
            whole = completed(matrix, event.base)
            assert matrix.allows(whole)
            assert matrix.value(whole) == event.units
            values[event.part] = event.units
    return Road(
        None if None in values else sum(value or 0 for value in values),
        None if None in bounds else sum(bound or 0 for bound in bounds),
        [event for event in events if isinstance(event, Answer)],
        [event.name for event in events if isinstance(event, Stage)],
        [event.reason for event in events if isinstance(event, Done)],
    )
