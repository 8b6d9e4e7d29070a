"""Leximin on tiny schools: the best of all plans, level by level, and no bound beyond it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cache
from unittest.mock import patch

import pytest

from scheduler.ledger import best_alone
from scheduler.levels import written
from scheduler.models import Scenario
from scheduler.rules import catalogue
from scheduler.solver import leximin as climbing
from scheduler.solver import model as folding
from scheduler.solver.model import modelled
from tests.property.test_optimum import Tried, drawn
from tests.rules.tiny_schools import School
from tests.solving import base_of, best_of_all, solved_here

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


def test_the_matrix_ranks_plans_as_ids_do():
    ranks = set()
    for number in range(BATCHES):
        for made, best in batch(number):
            model = modelled(made.scenario)
            assert model.ladder is not None
            rank = model.ladder.rank(base_of(model.columns, best.plan))
            assert rank == best.rank, made.seed
            ranks.add(rank[: len(rank) - min(LEVELS, len(rank) - 1)])
    assert len(ranks) > 2


def test_a_choice_of_whom_to_leave_behind_is_proven():
    """Six people, seats for three: three levels are 0 or 1, whoever it is."""
    for levels, reached in ((1, [0]), (3, [0, 0, 0]), (4, [0, 0, 0, 1])):
        certificate = solved_here(scarce(levels)).certificate
        shares = [level for level in certificate.levels if level.name.startswith("share")]
        assert [level.value for level in shares] == reached
        assert [level.bound for level in shares] == reached
        assert certificate.status == "optimal"


def scarce(levels: int) -> Scenario:
    """Six people who all want the same three seats, and a hall for the others."""
    people = [f"p{at}" for at in range(6)]
    return Scenario.model_validate(
        {
            "scenario": {"rules": {"fairness": {"form": "leximin", "levels": levels}}},
            "students": [{"id": person, "grade": "9"} for person in people],
            "bells": [
                {"calendar": "c", "day": "Mon", "block": "f", "kind": "flex"}
                | {"start": "09:00", "end": "10:00"}
            ],
            "activities": [
                {"id": "X", "kind": "flex", "max_size": 3},
                {"id": "hall", "kind": "flex", "fallback": True},
            ],
            "sessions": [
                {"id": "x", "activity": "X", "block": "Mon.f"},
                {"id": "h", "activity": "hall", "block": "Mon.f"},
            ],
            "choices": [{"person": person, "choice": "X", "rank": 1} for person in people],
        }
    )


def test_large_models_are_bounded_truly_and_answered_well():
    """By exchanges and weights alone: no bound is passed, and most levels are reached."""
    reached = tried = 0
    for number in range(BATCHES):
        for made, best in batch(number):
            if best.waived:
                continue
            with patch.object(climbing, "SMALL", 0):
                certificate = solved_here(made.scenario).certificate
            same = True
            for level, rank in zip(certificate.levels, best.rank, strict=True):
                sign = 1 if level.name.startswith("share") else -1
                if same and level.bound is not None:
                    assert sign * level.bound >= written(rank), made.seed
                same &= sign * level.value == written(rank)
            if same and certificate.bound is not None:
                assert certificate.bound >= best.value, made.seed
            tried += 1
            reached += same
    assert reached > 3 / 4 * tried


def test_a_crowd_changes_no_level():
    """Seats that nobody wished earn nothing; the bounds of the folded model hold for all plans."""
    crowds = 0
    for number in range(BATCHES):
        for made, best in batch(number):
            if best.waived:
                continue
            with patch.object(folding, "CROWDED", 0):
                model = modelled(made.scenario)
                certificate = solved_here(made.scenario).certificate
            crowds += not model.exact
            for level, rank in zip(certificate.levels, best.rank, strict=True):
                sign = 1 if level.name.startswith("share") else -1
                if level.bound is not None:
                    assert sign * level.bound >= written(rank), made.seed
                if sign * level.value != written(rank):
                    break
    assert crowds > 20
