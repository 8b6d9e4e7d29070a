"""Leximin on tiny schools: the best of all plans, level by level, and no bound beyond it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest

from scheduler.ledger import best_alone
from scheduler.levels import written
from scheduler.rules import catalogue
from tests.property.test_optimum import Tried, drawn
from tests.rules.tiny_schools import School
from tests.solving import best_of_all, solved_here

BATCHES, BATCH = 15, 20
MOST = 700
LEVELS = 3


def leximin(made: School, levels: int = LEVELS) -> School:
    """The same school with another form of fairness."""
    settings = made.scenario.scenario
    fairness = {**settings.rules.get("fairness", {}), "form": "leximin", "levels": levels}
    rules = {**settings.rules, "fairness": fairness}
    settings = settings.model_copy(update={"rules": rules})
    return School(made.seed, made.scenario.model_copy(update={"scenario": settings}))


def ranking(facts, levels=LEVELS):
    """How far a plan comes on each level, written down once more, from ids."""
    scenario = facts.scenario
    earns = catalogue.earnings(facts)
    knobs = catalogue.knobs(scenario, "fairness")
    owed = {row.person: min(row.owed, knobs.cap) for row in scenario.ledger}
    most = {person.id: best_alone(facts, person.id, earns) for person in scenario.people}

    def rank(plan, findings):
        visits = facts.visits(plan)
        shares = []
        for person, best in most.items():
            if best:
                got = sum(earns(person, s) for s in facts.points_due(visits[person], person))
                shares.append(Fraction(got - owed.get(person, Decimal(0))) / Fraction(best))
        counts = [-sum(f.rule == "place" and f.what == "unplaced" for f in findings)]
        if "pulls" in catalogue.speaking(scenario):
            counts.append(-sum(f.rule == "pulls" and f.what == "required" for f in findings))
        return (*map(Fraction, counts), *sorted(shares)[:levels])

    return rank


@cache
def batch(number: int) -> tuple[Tried, ...]:
    """Schools with something to decide and few enough plans."""
    found: list[Tried] = []
    at = 0
    while len(found) < BATCH:
        made = leximin(drawn(f"leximin {number}-{at}", soft=at % 8 > 0))
        at += 1
        if len(made.columns.cand_person) > 1:
            best = best_of_all(made.facts, MOST, ranking(made.facts))
            if best is not None:
                found.append(Tried(made, best))
    return tuple(found)


@pytest.mark.parametrize("number", range(BATCHES))
def test_the_solver_reaches_and_proves_every_level(number):
    for made, best in batch(number):
        solution = solved_here(made.scenario)
        certificate = solution.certificate
        waived = sum(finding.weight == "waived" for finding in solution.findings)
        reached = [level.value for level in certificate.levels]
        signs = [-1 if "share" not in level.name else 1 for level in certificate.levels]
        wanted = [written(sign * rank) for sign, rank in zip(signs, best.rank, strict=True)]
        assert (waived, reached) == (best.waived, wanted), made.seed
        assert certificate.value == best.value, made.seed
        assert (certificate.status == "impossible") == bool(best.waived)
        bounds = [level.bound for level in certificate.levels]
        assert bounds == ([None] * len(bounds) if best.waived else wanted), made.seed
        assert certificate.bound == (None if best.waived else best.value), made.seed
