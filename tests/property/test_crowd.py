"""With the crowd folded in: never below the best in the bound, nearly always the best itself."""

from unittest.mock import patch

import numpy as np
import pytest

from scheduler.generate import Sizes, generate
from scheduler.rules import catalogue
from scheduler.solver import model
from scheduler.solver.model import modelled
from scheduler.verify import verify
from tests.property.test_optimum import BATCHES, batch
from tests.solving import solved_here


@pytest.fixture(autouse=True)
def everywhere():
    """However small the school."""
    with patch.object(model, "CROWDED", 0):
        yield


def folds(scenario):
    made = modelled(scenario)
    return made.fold is not None and len(made.fold.anywhere) > 0


def test_a_bound_with_a_crowd_holds_for_every_plan():
    """What is dealt may be worth less where seats are scarce; the bound is a bound all the same."""
    crowds = 0
    for made, plan in (one for number in range(BATCHES) for one in batch(number)):
        if plan.waived or not folds(made.scenario):
            continue
        solution = solved_here(made.scenario)
        certificate = solution.certificate
        assert certificate.value <= plan.value <= certificate.bound, made.seed
        crowds += 1
    assert crowds


SMALL = Sizes(
    students=40,
    staff=12,
    flex_blocks=3,
    sessions_per_block=12,
    advisory_groups=3,
    cops=2,
    choices=3,
    knows=3,
    pairs=2,
    min_size=2,
    seat_ratio=1.6,
    needs=0.1,
    helpers=0.0,
)


def test_a_crowd_is_worth_what_everyone_listed_is():
    school = generate(SMALL, 3)
    with patch.object(model, "CROWDED", 10**9):
        assert modelled(school).exact
        listed = solved_here(school).certificate
    solution = solved_here(school)
    assert verify(school, solution) == []
    assert solution.certificate.value == listed.value
    assert solution.certificate.bound >= listed.value


def test_a_crowd_is_smaller():
    school = generate(SMALL, 3)
    made = modelled(school)
    with patch.object(model, "CROWDED", 10**9):
        listed = modelled(school)
    assert len(made.columns.cand_person) < 0.9 * len(listed.columns.cand_person)
    assert made.fold.matrix.integer[: made.base].all()
    assert not made.fold.matrix.integer[made.base :].any()


def test_what_a_rule_touches_is_listed():
    made = modelled(generate(SMALL, 3))
    columns = made.columns
    for rule, settings in catalogue.speaking(columns.scenario).values():
        if hasattr(rule, "touches"):
            touched = rule.touches(columns, settings)
            assert touched.shape == (len(columns.people), len(columns.sessions))
            person, _ = np.nonzero(touched & made.crowd.plain)
            assert not len(person), rule.__name__


def test_nobody_is_a_crowd_where_a_soft_rule_is_hard():
    school = generate(SMALL, 3)
    hard = {"rules": {"needs": {"mode": "hard"}}}
    settings = school.scenario.model_copy(update=hard)
    assert modelled(school.model_copy(update={"scenario": settings})).exact
