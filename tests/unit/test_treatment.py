"""How people were treated, and who is told what."""

from decimal import Decimal

import pytest

from scheduler.explain import Case
from scheduler.explain.treatment import NO_SHARE, sentences, treated
from scheduler.explain.why import obstacle
from scheduler.models import Away
from scheduler.reading import read
from tests.rules.worlds import table, world
from tests.schools import TINY
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


def test_half_of_a_group_are_between_its_quarters(solution):
    """Of two the lower one and the upper one, not the lower one twice."""
    found = treated(SCENARIO, solution, "coordinator")
    groups = {(group.by, group.name): group for group in found.groups}
    for group in groups.values():
        assert group.lower <= group.middle <= group.upper
        if group.people < 5:
            assert (group.lower, group.upper) == (group.worst, group.best)
    assert groups["grade", "9"].lower < groups["grade", "9"].upper


def test_what_is_missed_is_what_explain_says():
    """Who visits an activity often enough misses none of its closed sessions."""
    school = read(TINY)
    case = Case(school, solved_here(school))
    said = {"full": 0, "closed": 0, "leaderless": 0}
    for one in treated(school, case.solution, "coordinator").worst_off:
        for kind in said:
            for session in getattr(one, kind):
                assert obstacle(case, one.person, session) == kind
                said[kind] += 1
    away = (Away(person="t1", block="Mon.flex"), Away(person="t1", block="Wed.flex"))
    absent = school.model_copy(update={"away": away})
    found = treated(absent, solved_here(absent), "coordinator")
    assert {s for one in found.worst_off for s in one.leaderless} >= {"algebra-wed"}
    assert "nobody there to lead: algebra-" in "\n".join(sentences(found, "coordinator"))


def test_points_have_no_trailing_zeros(solution):
    found = treated(SCENARIO, solution, "coordinator")
    (one,) = (worse for worse in found.worst_off if worse.person == "cy")
    values = {"points": "0.00", "best": "390.00", "owed_before": "59172.5000", "owed_after": "7.50"}
    zeros = one.model_copy(update={key: Decimal(value) for key, value in values.items()})
    full = found.model_copy(update={"worst_off": (zeros,)})
    said = sentences(full, "coordinator")[-1]
    assert "(0 of 390 points), owed 59,172.5 before, 7.5 now" in said
    assert "0 of the 390 points" in sentences(full)[0] and "owed 7.5." in sentences(full)[0]


def test_a_student_sees_their_own_share_only(solution):
    found = treated(SCENARIO, solution, reader="cy")
    (own,) = found.worst_off
    assert own.person == "cy"
    assert not found.groups
    assert not any(who in found.model_dump_json() for who in ("ada", "ben"))
    assert len(sentences(found)) == 1
    assert treated(SCENARIO, solution).worst_off == ()


def test_a_coordinator_may_ask_about_one_person(solution):
    found = treated(SCENARIO, solution, "coordinator", about="ben")
    assert [one.person for one in found.worst_off] == ["ben"] and not found.groups
    (said,) = sentences(found, "coordinator")
    assert said.startswith("ben: ")
    staff = treated(SCENARIO, solution, "staff", about="ben")
    assert (staff.worst_off, treated(SCENARIO, solution, about="ben").worst_off) == ((), ())
    nobody = treated(SCENARIO, solution, "coordinator", about="zz")
    assert sentences(nobody, "coordinator") == (NO_SHARE,)


def test_staff_see_no_small_groups(solution):
    found = treated(SCENARIO, solution, "staff")
    assert (found.groups, found.worst_off) == ((), ())
