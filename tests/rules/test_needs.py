from decimal import Decimal

import pytest

from tests.rules.worlds import SESSIONS, TWO_DAYS, table, world

NEEDS = "person,tag,visits,priority,blocks,reason"
MATHS = {
    "bells": TWO_DAYS,
    "activities": table("id,kind,tags", "X,flex,math", "Y,flex,"),
    "sessions": table(
        SESSIONS, "x,X,Mon.flex,,tom", "y,Y,Mon.flex,,", "x2,X,Tue.flex,,", "y2,Y,Tue.flex,,"
    ),
    "staff": table("id", "tom"),
}


def test_a_need_that_is_met_is_clean():
    here = world("needs", **MATHS, needs=table(NEEDS, "ada,math,1,,,"))
    assert here.judge("ada:x ben:y", "x y") == here.judge("ada:x ada:x2", "x x2") == []


@pytest.mark.parametrize(
    ("priority", "cost"),
    [("low", 75), ("normal", 150), ("", 150), ("high", 300), ("critical", 600)],
)
def test_every_missing_visit_costs_by_priority(priority, cost):
    here = world("needs", **MATHS, needs=table(NEEDS, f"ada,math,2,{priority},,"))
    assert here.judge("ada:x", "x") == [("", ("ada", "math"), 1, Decimal(cost), "cost")]
    assert here.judge("ada:y", "y") == [("", ("ada", "math"), 2, Decimal(2 * cost), "cost")]


def test_more_visits_than_can_be_stay_missing():
    here = world("needs", **MATHS, needs=table(NEEDS, "ada,math,5,low,,"))
    assert here.judge("ada:x ada:x2", "x x2") == [("", ("ada", "math"), 3, Decimal(225), "cost")]


def test_hard_needs_are_waived():
    here = world("needs", {"mode": "hard"}, **MATHS, needs=table(NEEDS, "ada,math,2,,,"))
    assert here.judge("ada:y", "y") == [("", ("ada", "math"), 2, 0, "waived")]


def test_only_the_blocks_named_count():
    here = world("needs", **MATHS, needs=table(NEEDS, "ada,math,1,,Tue.flex,"))
    assert here.judge("ada:x2", "x2") == []
    assert len(here.judge("ada:x", "x")) == 1


def test_a_check_in_with_my_teacher_is_a_need():
    here = world("needs", **MATHS, needs=table(NEEDS, "ada,staff:tom,1,,,"))
    assert here.judge("ada:x", "x") == []
    assert len(here.judge("ada:x2", "x2")) == 1


def test_a_series_meets_as_often_as_it_meets():
    tables = MATHS | {"activities": table("id,kind,tags,series", "X,flex,math,s", "Y,flex,,")}
    here = world("needs", **tables, needs=table(NEEDS, "ada,math,2,,,"))
    assert here.judge("ada:x ada:x2", "x x2") == []


def test_a_need_that_nothing_they_may_visit_can_meet_is_silent():
    locks = table("person,session,state", "ada,x,out", "ada,x2,out")
    needs = table(NEEDS, "ada,math,1,,,", "ben,art,1,,,")
    assert world("needs", **MATHS, needs=needs, locks=locks).judge("ada:y", "y") == []


def test_a_visit_against_a_lock_does_not_count():
    locks = table("person,session,state", "ada,x,out")
    here = world("needs", **MATHS, needs=table(NEEDS, "ada,math,1,,,"), locks=locks)
    assert len(here.judge("ada:x", "x")) == 1


def test_only_admins_read_the_reason():
    here = world("needs", **MATHS, needs=table(NEEDS, "ada,math,2,,,grief", "ben,math,1,,,"))
    for audience in ("student", "staff", "coordinator"):
        assert here.words("ada:x ben:x", "x", audience) == ["ada is 1 visit short of math."]
    assert here.words("ada:y ben:y", "y", "admin") == [
        "ada is 2 visits short of math (needed because: grief).",
        "ben is 1 visit short of math.",
    ]


def test_each_need_has_its_own_reason():
    activities = table("id,kind,tags", "X,flex,math", "Y,flex,art")
    needs = table(NEEDS, "ada,math,1,,,grief", "ada,art,1,,,joy")
    here = world("needs", activities=activities, needs=needs)
    said = here.words("", "", "admin")
    assert [text.split("because: ")[1] for text in said] == ["grief).", "joy)."]
