"""On tiny schools, the best of all legal plans: the solver finds it, and no bound is below it."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple, get_args

import numpy as np
import pytest

from scheduler.models import Scenario
from scheduler.models.points import units
from scheduler.rules.catalogue import rules
from scheduler.solver import certify, elastic, presolve
from scheduler.solver.matrix import completed
from scheduler.verify import judge
from tests.rules.tiny_schools import School, document
from tests.solving import Best, base_of, best_of_all, scenario_matrix, solved_here

BATCHES, BATCH = 10, 20
MOST = 700
"""Plans that are tried at most in one school."""


class Tried(NamedTuple):
    """A school, and the best of all its plans."""

    school: School
    best: Best


def drawn(seed: str, soft: bool) -> School:
    """A tiny school; ``soft`` ones have no locks ``in`` and nothing that could be hard is."""
    made = document(seed)
    if soft:
        for name, knobs in made["scenario"]["rules"].items():
            if "soft" in get_args(rules()[name].Settings.model_fields["mode"].annotation):
                knobs["mode"] = "off" if knobs.get("mode") == "off" else "soft"
        made["locks"] = [lock for lock in made["locks"] if lock["state"] == "out"]
        made["pairs"] = [pair | {"hard": False} for pair in made["pairs"]]
    return School(seed, Scenario.model_validate(made))


@cache
def batch(number: int) -> tuple[Tried, ...]:
    """Schools with something to decide and few enough plans."""
    found: list[Tried] = []
    at = 0
    while len(found) < BATCH:
        made = drawn(f"optimum {number}-{at}", soft=at % 4 > 0)
        at += 1
        if len(made.columns.cand_person) > 1:
            best = best_of_all(made.facts, MOST)
            if best is not None:
                found.append(Tried(made, best))
    return tuple(found)


@pytest.fixture(params=range(BATCHES))
def tried(request):
    return batch(request.param)


def test_the_solver_finds_the_best_of_all_and_proves_it(tried):
    for made, best in tried:
        solution = solved_here(made.scenario)
        certificate = solution.certificate
        waived = sum(finding.weight == "waived" for finding in solution.findings)
        assert (waived, certificate.value) == (best.waived, best.value), made.seed
        assert (certificate.status == "impossible") == bool(best.waived)
        if not best.waived:
            assert certificate.bound == best.value, made.seed
            assert certificate.status == "optimal"


def test_the_best_of_all_is_what_the_checker_says(tried):
    for made, best in tried:
        judged = judge(made.scenario, best.plan)
        assert not judged.illegal
        assert (len(judged.waived), judged.value) == (best.waived, best.value)


def test_no_duals_bound_below_it_and_no_presolve_cuts_it_off(tried):
    rng = np.random.default_rng(11)
    for made, best in tried:
        columns, loose = scenario_matrix(made.scenario)
        matrix = loose if best.waived else elastic.strict(loose)
        v = completed(matrix, base_of(columns, best.plan))
        assert matrix.allows(v)
        assert matrix.value(v) == units(best.value)
        within = presolve.propagate(matrix)
        assert within is not None
        base = within.integer
        assert ((v >= within.floor) & (v <= within.cap))[base].all()
        small = presolve.reduce(within)
        for scale in (0, 1e3, 1e5, 1e7):
            duals = rng.normal(0, scale, len(small.rows)) * (rng.random(len(small.rows)) < 0.5)
            proof = small.proven(certify.prove(small.matrix, duals))
            assert proof.units >= units(best.value), made.seed
            floor, cap = certify.fixed(within, proof, proof.spare(units(best.value)))
            assert ((v >= floor) & (v <= cap))[base].all(), made.seed


def test_some_schools_are_impossible_and_some_are_not():
    waived = [best.waived for number in range(BATCHES) for _, best in batch(number)]
    assert {0, 1} < set(waived)
    assert waived.count(0) > len(waived) / 2
    assert len(waived) - waived.count(0) >= 10
