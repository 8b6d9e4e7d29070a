"""How people were treated, and who is told what."""

from decimal import Decimal

import pytest

from scheduler.explain.treatment import sentences, treated
from tests.rules.worlds import table, world
from tests.solving import solved_here

CHOICES = table(
    "person,choice,rank", "ada,x,1", "ada,y,2", "ben,x,1", "ben,y,2", "cy,x,1", "cy,y,2"
)
SCENARIO = world(
    "choices",
    activities=table("id,kind,max_size", "X,flex,1", "Y,flex,1"),
    students=table("id,grade,tags", "ada,9,band", "ben,9,band", "cy,10,"),
    ledger=table("person,owed", "cy,20"),
    choices=CHOICES,
).scenario


@pytest.fixture(scope="module")
def solution():
    return solved_here(SCENARIO)


def test_groups_by_grade_tag_and_ledger(solution):
    found = treated(SCENARIO, solution, "coordinator")
    groups = {(group.by, group.name): group for group in found.groups}
    assert set(groups) == {
        ("all", "students"),
        ("grade", "9"),
        ("grade", "10"),
        ("tag", "band"),
        ("owed", "owed points"),
        ("owed", "owed nothing"),
    }
    whole = groups["all", "students"]
    assert (whole.worst, whole.middle, whole.best) == (0, Decimal("0.8"), 1)
    assert (whole.people, whole.unplaced) == (3, 1)


def test_the_worst_off_and_why(solution):
    found = treated(SCENARIO, solution, "coordinator")
    worst = found.worst_off[0]
    assert (worst.share, worst.full) == (0, ("x", "y"))
    assert worst.owed_after > 0
    text = "\n".join(sentences(found, "coordinator"))
    assert f"{worst.person}: 0 % (0 of 100 points)" in text
    assert "full: x, y" in text


def test_a_student_sees_their_own_share_only(solution):
    found = treated(SCENARIO, solution, reader="cy")
    (own,) = found.worst_off
    assert own.person == "cy"
    assert not found.groups
    assert not any(who in found.model_dump_json() for who in ("ada", "ben"))
    assert len(sentences(found)) == 1
    assert treated(SCENARIO, solution).worst_off == ()


def test_staff_see_no_small_groups(solution):
    found = treated(SCENARIO, solution, "staff")
    assert (found.groups, found.worst_off) == ((), ())
