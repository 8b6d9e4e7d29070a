from decimal import Decimal

import pytest

from tests.rules.worlds import SESSIONS, TWO_DAYS, table, world

PULLS = "person,target,by,tier,reason,share"
ASKED = {
    "bells": TWO_DAYS,
    "staff": table("id", "tom", "una"),
    "sessions": table(
        SESSIONS, "x,X,Mon.flex,,", "y,Y,Mon.flex,,", "x2,X,Tue.flex,,", "y2,Y,Tue.flex,,"
    ),
}


@pytest.mark.parametrize(
    ("tier", "cost"), [("required", 2000), ("priority", 800), ("request", 250), ("", 250)]
)
def test_a_missed_pull_costs_by_its_tier(tier, cost):
    here = world("pulls", **ASKED, pulls=table(PULLS, f"ada,X,tom,{tier},,"))
    assert here.judge("ada:x", "x") == here.judge("ada:x2", "x2") == []
    assert here.judge("ada:y", "y") == [(tier or "request", ("ada", "X"), 1, Decimal(cost), "cost")]


def test_a_pull_on_a_session_is_met_by_no_other_day():
    here = world("pulls", **ASKED, pulls=table(PULLS, "ada,x,tom,,,"))
    assert len(here.judge("ada:x2", "x2")) == 1


def test_pulls_on_one_target_are_one_at_the_highest_tier():
    pulls = table(PULLS, "ada,X,tom,request,,", "ada,X,una,priority,,", "ada,x,tom,request,,")
    here = world("pulls", **ASKED, pulls=pulls)
    assert here.judge("ada:y", "y") == [
        ("priority", ("ada", "X"), 1, Decimal(800), "cost"),
        ("request", ("ada", "x"), 1, Decimal(250), "cost"),
    ]


def test_hard_pulls_are_waived():
    here = world("pulls", {"mode": "hard"}, **ASKED, pulls=table(PULLS, "ada,X,tom,required,,"))
    assert here.judge("ada:y", "y") == [("required", ("ada", "X"), 1, 0, "waived")]


def test_pulls_that_eligibility_forbids_are_silent():
    locks = table("person,session,state", "ada,x,out", "ada,x2,out")
    here = world("pulls", **ASKED, pulls=table(PULLS, "ada,X,tom,,,"), locks=locks)
    assert here.judge("ada:y", "y") == []


def test_a_series_is_pulled_as_one():
    tables = ASKED | {"activities": table("id,kind,series", "X,flex,s", "Y,flex,")}
    here = world("pulls", **tables, pulls=table(PULLS, "ada,X,tom,,,"))
    assert here.judge("ada:x ada:x2", "x x2") == []
    assert len(here.judge("ada:y", "y")) == 1
    assert (here.rows.entries[2] == 1).all()


def test_reasons_are_for_coordinators_and_students_see_who_shares():
    pulls = table(PULLS, "ada,X,tom,,grief,true", "ada,X,una,,,false", "ben,X,una,,,false")
    here = world("pulls", **ASKED, pulls=pulls)
    assert here.words("", "", "student") == [
        "ada is not in X, where tom asked for them (request).",
        "ben is not in X, where staff asked for them (request).",
    ]
    asked = "ada is not in X, where tom and una asked for them"
    assert here.words("", "", "staff")[0] == f"{asked} (request)."
    assert here.words("", "", "coordinator")[0] == f"{asked} (request: grief)."
