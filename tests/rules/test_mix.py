from decimal import Decimal

from tests.rules.worlds import STUDENTS, table, world

HELPERS = {
    "students": table(STUDENTS, "ada,9,role:helper,", "ben,9,role:helper,", "cy,10,,"),
    "activities": table("id,kind,mix", "X,flex,role:helper:1-1", "Y,flex,grade:10:-0;staff:2-"),
}


def test_a_session_with_its_people_is_clean():
    here = world("mix", **HELPERS)
    assert here.judge("ada:x cy:x", "x") == []
    assert here.judge("", "") == []


def test_too_few_cost_300_each_in_open_sessions_only():
    here = world("mix", **HELPERS)
    assert here.judge("cy:x", "x") == [("under", ("x", "role:helper"), 1, Decimal(300), "cost")]
    assert here.words("cy:x", "x") == ["x has 1 person with role:helper too few."]


def test_too_many_cost_25_each():
    here = world("mix", **HELPERS)
    assert here.judge("ada:x ben:x", "x") == [
        ("over", ("x", "role:helper"), 1, Decimal(25), "cost")
    ]
    assert here.words("ada:x ben:x", "x") == ["x has 1 person with role:helper too many."]


def test_either_end_may_be_empty_and_nobody_may_carry_the_tag():
    here = world("mix", **HELPERS)
    assert here.judge("cy:y", "y") == [
        ("over", ("y", "grade:10"), 1, Decimal(25), "cost"),
        ("under", ("y", "staff"), 2, Decimal(600), "cost"),
    ]


def test_hard_ones_are_waived_and_prices_are_knobs():
    found = world("mix", {"mode": "hard"}, **HELPERS).judge("cy:x", "x")
    assert found == [("under", ("x", "role:helper"), 1, 0, "waived")]
    here = world("mix", {"under": "1.5", "over": 2}, **HELPERS)
    assert here.judge("cy:x", "x")[0].cost == Decimal("1.5")
    assert here.judge("ada:x ben:x", "x")[0].cost == 2
