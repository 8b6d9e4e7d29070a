import pytest

from tests.rules.worlds import SESSIONS, TWO_DAYS, table, world

TWICE = {
    "bells": TWO_DAYS,
    "sessions": table(SESSIONS, "x,X,Mon.flex,,", "y,X,Tue.flex,,"),
}


def activity(**cells):
    return [{"id": "X", "kind": "flex", **cells}]


def test_once_is_the_limit_where_nothing_is_written():
    here = world("visits", **TWICE, activities=activity())
    assert here.judge("ada:x ben:y", "x y") == []
    assert here.judge("ada:x ada:y", "x y") == [("", ("ada", "X"), 1, 0, "illegal")]
    assert here.words("ada:x ada:y", "x y") == ["ada visits X 1 time more than allowed."]


def test_it_says_how_often_is_too_often():
    days = [{**TWO_DAYS[0], "day": day} for day in ("Mon", "Tue", "Wed")]
    sessions = table(SESSIONS, "x,X,Mon.flex,,", "y,X,Tue.flex,,", "z,X,Wed.flex,,")
    here = world("visits", bells=days, sessions=sessions, activities=activity())
    found = here.judge("ada:x ada:y ada:z", "x y z")
    assert found == [("", ("ada", "X"), 2, 0, "illegal")]


@pytest.mark.parametrize(
    "cells",
    [{"max_visits": 2}, {"max_visits": 0}, {"fallback": "true"}, {"series": "s"}],
)
def test_who_may_come_again(cells):
    here = world("visits", **TWICE, activities=activity(**cells))
    assert here.judge("ada:x ada:y", "x y") == []


def test_max_visits_holds_for_fallback_too():
    here = world("visits", **TWICE, activities=activity(fallback="true", max_visits=1))
    assert len(here.judge("ada:x ada:y", "x y")) == 1


def test_a_need_raises_the_default_for_whom_it_concerns():
    needs = table("person,tag,visits", "ada,math,2", "ben,math,1", "ben,art,5")
    here = world("visits", **TWICE, activities=activity(tags="math"), needs=needs)
    assert here.judge("ada:x ada:y", "x y") == []
    assert [f.subjects for f in here.judge("ben:x ben:y", "x y")] == [("ben", "X")]


def test_a_need_does_not_raise_what_is_written():
    needs = table("person,tag,visits", "ada,math,2")
    here = world("visits", **TWICE, activities=activity(tags="math", max_visits=1), needs=needs)
    assert len(here.judge("ada:x ada:y", "x y")) == 1


def test_advisory_has_no_limit_of_its_own():
    here = world(
        "visits",
        bells=table(
            "calendar,day,block,kind,start,end",
            "c,Mon,adv,advisory,09:00,10:00",
            "c,Tue,adv,advisory,09:00,10:00",
        ),
        activities=table("id,kind", "X,advisory"),
        sessions=table(SESSIONS, "x,X,Mon.adv,,", "y,X,Tue.adv,,"),
    )
    assert here.judge("ada:x ada:y", "x y") == []
