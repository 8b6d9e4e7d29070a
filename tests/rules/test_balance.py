from decimal import Decimal

import pytest

from scheduler.rules.balance import Settings, shares
from tests.rules.worlds import ADVISORY, BELLS, PD, SESSIONS, STAFF, STUDENTS, table, world

SIZED = {"smallest": 1, "largest": 2}
GROUPS = {
    "bells": ADVISORY,
    "students": table(STUDENTS, "ada,9,,", "ben,9,,", "cy,10,,"),
    "activities": table("id,kind", "X,advisory", "Y,advisory"),
    "sessions": table(SESSIONS, "x,X,Mon.adv,,", "y,Y,Mon.adv,,"),
}


def test_groups_within_the_bounds_are_clean():
    here = world("balance", SIZED, **GROUPS)
    assert here.judge("ada:x ben:y cy:x", "x y") == []
    assert here.judge("ada:x cy:x", "x") == []


def test_a_group_too_large_or_too_small_costs_40_per_person():
    here = world("balance", {"smallest": 2, "largest": 2, "tolerance": 3}, **GROUPS)
    assert here.judge("ada:x ben:x cy:x", "x y") == [
        ("size", ("x",), 1, Decimal(40), "cost"),
        ("size", ("y",), 2, Decimal(80), "cost"),
    ]
    assert here.words("ada:x ben:x cy:x", "x") == ["x is 1 person off the size it should have."]


def test_shares_are_rounded_half_up_to_hundredths():
    here = world("balance", **GROUPS)
    assert shares(here.facts, "x") == {"9": Decimal("0.67"), "10": Decimal("0.33")}


def test_a_grade_off_its_share_by_more_than_the_tolerance_costs_25_per_person():
    here = world("balance", SIZED | {"tolerance": "0.5"}, **GROUPS)
    assert here.judge("ada:x ben:x", "x") == [
        ("grade", ("x", "10"), Decimal("0.16"), Decimal(4), "cost"),  # |0 − 0.33·2| − 0.5
        ("grade", ("x", "9"), Decimal("0.16"), Decimal(4), "cost"),  # |2 − 0.67·2| − 0.5
    ]
    assert here.words("ada:x ben:x", "x")[0] == (
        "Grade 10 in x is 0.16 people further off its share than it may be."
    )
    found = here.judge("cy:x", "x")
    assert [(f.subjects, f.amount) for f in found] == [
        (("x", "10"), Decimal("0.17")),  # |1 − 0.33| − 0.5
        (("x", "9"), Decimal("0.17")),
    ]


def test_grades_and_only_of_a_group_say_who_counts_for_its_shares():
    bells = table(BELLS, "c,Mon,adv,advisory,09:00,09:30,", "c,Tue,adv,advisory,09:00,09:30,10")
    tables = GROUPS | {
        "bells": bells,
        "students": table(STUDENTS, "ada,9,band,", "ben,9,,", "cy,10,band,"),
        "activities": table("id,kind,grades,only", "X,advisory,,band", "Y,advisory,9,"),
        "sessions": table(SESSIONS, "x,X,Mon.adv,,", "y,Y,Mon.adv,,", "z,X,Tue.adv,,"),
        "locks": table("person,session,state", "cy,y,in"),
    }
    here = world("balance", SIZED | {"tolerance": 0}, **tables)
    assert shares(here.facts, "x") == {"9": Decimal("0.5"), "10": Decimal("0.5")}
    assert shares(here.facts, "y") == {"9": 1, "10": 0}
    assert shares(here.facts, "z") == {"9": 0, "10": 1}
    assert here.judge("ada:x cy:x", "x") == []
    assert [f.amount for f in here.judge("ben:y cy:y", "y")] == [1, 1]


def test_a_group_that_admits_nobody_has_no_shares():
    tables = GROUPS | {"activities": table("id,kind,only", "X,advisory,band", "Y,advisory,")}
    here = world("balance", SIZED, **tables)
    assert shares(here.facts, "x") == {"9": 0, "10": 0}
    assert here.judge("ada:y", "y") == []


def test_being_away_from_the_group_but_due_elsewhere_counts_for_shares():
    bells = table(BELLS, "c,Mon,adv,advisory,09:00,09:30,", "c,Tue,adv,advisory,09:00,09:30,")
    tables = GROUPS | {
        "bells": bells,
        "sessions": table(SESSIONS, "x,X,Mon.adv,,", "y,Y,Tue.adv,,"),
        "away": table("person,block", "ben,Mon.adv", "cy,Mon.adv", "cy,Tue.adv"),
    }
    here = world("balance", SIZED, **tables)
    assert shares(here.facts, "x") == {"9": 1, "10": 0}


def test_a_department_with_more_than_half_a_cop_costs_25_per_person():
    here = world(
        "balance",
        bells=PD,
        students=[],
        staff=table(STAFF, "tom,dept:math,", "una,dept:math;lead,", "vic,dept:art,"),
        activities=table("id,kind", "X,pd", "Y,pd"),
        sessions=table(SESSIONS, "x,X,Mon.pd,,", "y,Y,Mon.pd,,"),
    )
    assert here.judge("tom:x vic:x", "x") == []
    assert here.judge("tom:x una:x vic:x", "x") == [
        ("dept", ("x", "dept:math"), Decimal("0.5"), Decimal("12.5"), "cost")
    ]
    assert here.words("tom:x una:x", "x") == ["x has 1 person too many from dept:math."]


def test_flex_is_not_balanced():
    assert world("balance").judge("ada:x ben:x cy:x", "x") == []


def test_hard_groups_are_waived():
    found = world("balance", SIZED | {"mode": "hard"}, **GROUPS).judge("ada:x ben:x cy:x", "x")
    assert found == [("size", ("x",), 1, 0, "waived")]


@pytest.mark.parametrize("knobs", [{"dept_share": 2}, {"smallest": -1}, {"tolerance": -1}])
def test_knobs_have_bounds(knobs):
    with pytest.raises(ValueError, match="than or equal to"):
        Settings(**knobs)
