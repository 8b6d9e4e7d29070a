"""A sketch: legal wherever there is one, and nearer to the best than a first filling."""

import pytest

from scheduler.generate import PRESETS, generate
from scheduler.solver import certify, elastic, presolve, relaxation
from scheduler.solver.components import components
from scheduler.solver.fill import filled
from scheduler.solver.matrix import completed
from scheduler.solver.model import modelled
from scheduler.solver.sketch import TOLERANCE, sketched
from tests.property.test_optimum import BATCHES, batch


def sketches(scenario):
    """Each part's strict model, its start and its sketch."""
    made = modelled(scenario)
    for part in components(made.matrix):
        start = made.resting(part)
        within = presolve.propagate(elastic.strict(part.matrix))
        if start is None or within is None:
            continue
        small = presolve.reduce(within)
        rough = relaxation.rough(small.matrix, TOLERANCE) if len(small.columns) else None
        if rough is not None:
            proof = small.proven(certify.prove(small.matrix, rough.duals))
            yield within, start.base, sketched(within, small, rough, proof, start.base, 0)


@pytest.mark.parametrize("number", range(BATCHES))
def test_whatever_is_sketched_is_legal(number):
    for made, _ in batch(number):
        for matrix, _, base in sketches(made.scenario):
            if base is not None:
                assert matrix.allows(completed(matrix, base)), made.seed


def test_a_sketch_is_nearer_to_the_best_than_a_filling():
    found = list(sketches(generate(PRESETS["week-300"], seed=2)))
    assert found
    for matrix, start, base in found:
        first = filled(matrix, start)
        assert base is not None
        worth = [matrix.value(completed(matrix, one)) for one in (first, base)]
        assert worth[1] > 1.1 * worth[0]
