import pytest

from tests.rules.worlds import SESSIONS, TWO_DAYS, table, world

TWO = {"activities": table("id,kind,min_size", "X,flex,2", "Y,flex,0")}


def test_enough_people_or_closed_is_clean():
    here = world("minimum_size", **TWO)
    assert here.judge("ada:x ben:x", "x y") == []
    assert here.judge("", "") == []


def test_an_open_session_with_too_few_is_illegal():
    here = world("minimum_size", **TWO)
    assert here.judge("ada:x", "x") == [("small", ("x",), 1, 0, "illegal")]
    assert here.judge("", "x") == [("small", ("x",), 2, 0, "illegal")]
    assert here.words("ada:x", "x") == ["x is open with 1 person fewer than its minimum."]


def test_without_a_minimum_an_open_session_is_not_empty():
    here = world("minimum_size")
    assert here.judge("", "x") == [("small", ("x",), 1, 0, "illegal")]
    assert here.judge("ada:x", "x") == []


def test_the_session_overrides_its_activity():
    here = world(
        "minimum_size",
        activities=table("id,kind,min_size", "X,flex,2"),
        sessions=table("id,activity,block,min_size", "x,X,Mon.flex,3", "y,X,Mon.flex,"),
    )
    found = here.judge("ada:x ben:x cy:y", "x y")
    assert found == [("small", ("x",), 1, 0, "illegal"), ("small", ("y",), 1, 0, "illegal")]


def test_someone_locked_in_waives_the_minimum_at_no_cost():
    here = world("minimum_size", **TWO, locks=table("person,session,state", "ada,x,in", "cy,x,out"))
    assert here.judge("ada:x", "x") == [("small", ("x",), 1, 0, "cost")]
    assert here.judge("ben:x", "x") == [("small", ("x",), 1, 0, "illegal")]
    words = here.words("ada:x", "x")
    assert words == ["x is open because of a lock with 1 person fewer than its minimum."]


def test_a_lock_into_one_session_of_a_series_waives_the_minimum_of_all():
    here = world(
        "minimum_size",
        bells=TWO_DAYS,
        activities=table("id,kind,min_size,series", "X,flex,2,s"),
        sessions=table(SESSIONS, "x,X,Mon.flex,,", "y,X,Tue.flex,,"),
        locks=table("person,session,state", "ada,y,in", "ben,y,in"),
        away=table("person,block", "ben,Mon.flex"),  # so that his lock has no column
    )
    found = here.judge("ada:x ada:y", "x y")
    assert [(f.subjects, f.weight) for f in found] == [(("x",), "cost"), (("y",), "cost")]


def test_a_session_whose_leaders_are_all_away_is_closed():
    here = world(
        "minimum_size",
        staff=table("id", "tom", "una"),
        sessions=table(SESSIONS, "x,X,Mon.flex,,tom;una", "y,Y,Mon.flex,,"),
        away=table("person,block", "tom,Mon.flex", "una,Mon.flex"),
    )
    assert here.judge("ada:x", "x") == [("leaderless", ("x",), 1, 0, "illegal")]
    assert here.judge("ada:y", "y") == []
    assert here.words("ada:x", "x") == ["x is open although all its leaders are away."]


def test_one_leader_who_is_there_is_enough():
    here = world(
        "minimum_size",
        staff=table("id", "tom", "una"),
        sessions=table(SESSIONS, "x,X,Mon.flex,,tom;una", "y,Y,Mon.flex,,"),
        away=table("person,block", "tom,Mon.flex"),
    )
    assert here.judge("ada:x", "x") == []


def test_it_can_be_switched_off_but_not_made_soft():
    assert world("minimum_size", {"mode": "off"}).knobs.mode == "off"
    with pytest.raises(ValueError, match="'hard' or 'off'"):
        _ = world("minimum_size", {"mode": "soft"}).knobs
