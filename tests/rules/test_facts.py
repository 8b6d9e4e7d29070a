import pytest

from scheduler.models import Plan
from tests.rules.worlds import SESSIONS, TWO_DAYS, table, world

HERE = {
    "staff": table("id", "tom"),
    "activities": table("id,kind,tags,fallback", "X,flex,math,", "Y,flex,,true", "Z,flex,,"),
    "sessions": table(SESSIONS, "x,X,Mon.flex,,", "y,Y,Mon.flex,,", "z,Z,Mon.flex,,"),
    "locks": table("person,session,state", "ada,x,in", "ben,y,out"),
    "pulls": table("person,target,by", "ada,X,tom", "ben,x,tom"),
    "needs": table("person,tag", "ben,math", "cy,math"),
    "choices": table("person,choice,rank", "cy,X,1", "cy,Y,2", "ben,Y,1"),
}


@pytest.mark.parametrize(
    ("person", "session", "reason"),
    [
        ("ada", "x", "lock"),
        ("ben", "x", "pull"),
        ("cy", "x", "need"),
        ("cy", "y", "choice"),
        ("ada", "y", "fallback"),
        ("ada", "z", "open-seat"),
    ],
)
def test_the_first_reason_that_holds_is_given(person, session, reason):
    assert world("choices", **HERE).facts.reason(person, session) == reason


def test_wishes_and_locks_are_found_by_person():
    facts = world("choices", **HERE).facts
    assert facts.locked_sessions == {"ada": ("x",)}
    assert facts.wished == {"cy": ("x", "y")}  # ben's is locked out


def test_a_series_admits_whom_all_its_activities_admit():
    here = world(
        "choices",
        bells=TWO_DAYS,
        students=table("id,grade", "ada,9", "ben,10"),
        activities=table("id,kind,series,grades", "X,flex,s,", "Y,flex,s,9"),
        sessions=table(SESSIONS, "x,X,Mon.flex,,", "y,Y,Tue.flex,,"),
    )
    assert [here.facts.could_go(person, "x") for person in ("ada", "ben")] == [True, False]


def test_visits_are_in_the_order_of_blocks():
    here = world(
        "choices",
        bells=TWO_DAYS,
        sessions=table(SESSIONS, "z,X,Mon.flex,,", "a,Y,Tue.flex,,"),
    )
    plan = Plan(lines=(("ada", "a"), ("ada", "z")), open=frozenset("az"))
    assert here.facts.visits(plan)["ada"] == ("z", "a")
