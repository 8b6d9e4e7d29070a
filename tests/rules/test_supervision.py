from decimal import Decimal

import pytest

from tests.rules.worlds import ADVISORY, PD, SESSIONS, table, world

ONE = {"ratio": 1, "fallback_ratio": 2}
LED = {
    "staff": table("id", "tom", "una"),
    "sessions": table(SESSIONS, "x,X,Mon.flex,,tom;una", "y,Y,Mon.flex,,"),
}


def test_enough_leaders_are_clean_and_sessions_without_any_need_none():
    here = world("supervision", ONE, **LED)
    assert here.judge("ada:x ben:x", "x") == here.judge("ada:y ben:y cy:y", "y") == []


def test_each_student_beyond_the_ratio_costs_20():
    here = world("supervision", ONE, **LED)
    assert here.judge("ada:x ben:x cy:x", "x") == [("", ("x",), 1, Decimal(20), "cost")]
    assert here.words("ada:x ben:x cy:x", "x") == [
        "x has 1 student more than its leaders can see to."
    ]


def test_leaders_who_are_away_do_not_count():
    here = world("supervision", ONE, **LED, away=table("person,block", "una,Mon.flex"))
    assert here.judge("ada:x ben:x cy:x", "x") == [("", ("x",), 2, Decimal(40), "cost")]


def test_fallback_has_its_own_ratio():
    here = world(
        "supervision",
        ONE,
        staff=table("id", "tom"),
        activities=table("id,kind,fallback", "X,flex,true", "Y,flex,"),
        sessions=table(SESSIONS, "x,X,Mon.flex,,tom", "y,Y,Mon.flex,,"),
    )
    assert [f.amount for f in here.judge("ada:x ben:x cy:x", "x")] == [1]


def test_thirty_students_to_one_adult_by_default():
    assert world("supervision", **LED).judge("ada:x ben:x cy:x", "x") == []


def test_hard_ones_are_waived():
    found = world("supervision", {"mode": "hard", "ratio": 1}, **LED).judge("ada:x ben:x cy:x", "x")
    assert found == [("", ("x",), 1, 0, "waived")]


def test_where_seats_are_few_there_is_nothing_to_say():
    here = world(
        "supervision",
        ONE,
        staff=table("id", "tom"),
        activities=table("id,kind,max_size", "X,flex,1", "Y,flex,"),
        sessions=table(SESSIONS, "x,X,Mon.flex,,tom", "y,Y,Mon.flex,,"),
    )
    assert here.rows.count == 0
    assert here.judge("ada:x", "x") == []


@pytest.mark.parametrize(("bells", "kind", "findings"), [(ADVISORY, "advisory", 1), (PD, "pd", 0)])
def test_advisory_groups_are_supervised_and_cops_are_not(bells, kind, findings):
    block = f"{bells[0]['day']}.{bells[0]['block']}"
    here = world(
        "supervision",
        {"ratio": 0},
        bells=bells,
        staff=table("id", "tom", "una"),
        activities=table("id,kind", f"X,{kind}"),
        sessions=table(SESSIONS, f"x,X,{block},,tom"),
    )
    person = "ada" if kind == "advisory" else "una"
    assert len(here.judge(f"{person}:x", "x")) == findings
