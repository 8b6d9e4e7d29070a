from decimal import Decimal

from tests.rules.worlds import ADVISORY, SESSIONS, STUDENTS, table, world

HOME = {
    "bells": ADVISORY,
    "staff": table("id", "tom", "una", "vic"),
    "students": table(STUDENTS, "ada,9,,tom", "ben,9,,vic", "cy,9,,"),
    "activities": table("id,kind", "X,advisory", "Y,advisory"),
    "sessions": table(SESSIONS, "x,X,Mon.adv,,tom", "y,Y,Mon.adv,,una"),
}


def test_staying_with_home_is_clean():
    assert world("continuity", **HOME).judge("ada:x ben:x cy:y", "x y") == []


def test_leaving_an_offered_home_costs_150():
    here = world("continuity", **HOME)
    found = [("", ("ada", "tom"), 1, Decimal(150), "cost")]
    assert here.judge("ada:y", "x y") == here.judge("", "") == found
    assert here.words("", "") == ["ada is in no advisory group of tom, who was their advisor."]


def test_hard_ones_are_waived():
    found = world("continuity", {"mode": "hard"}, **HOME).judge("", "")
    assert found == [("", ("ada", "tom"), 1, 0, "waived")]


def test_home_counts_even_when_away_that_day():
    here = world("continuity", **HOME, away=table("person,block", "tom,Mon.adv"))
    assert here.judge("ada:x", "x") == []
    assert len(here.judge("ada:y", "y")) == 1


def test_a_home_that_may_not_take_them_is_silent():
    grades = table("id,kind,grades", "X,advisory,10", "Y,advisory,")
    assert world("continuity", **HOME | {"activities": grades}).judge("ada:y", "y") == []
    locks = table("person,session,state", "ada,x,out")
    assert world("continuity", **HOME, locks=locks).judge("ada:y", "y") == []


def test_flex_with_home_is_no_advisory():
    here = world(
        "continuity",
        staff=HOME["staff"],
        students=HOME["students"],
        sessions=table(SESSIONS, "x,X,Mon.flex,,tom", "y,Y,Mon.flex,,"),
    )
    assert here.judge("ada:y", "y") == []
