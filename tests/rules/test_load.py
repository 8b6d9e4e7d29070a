from tests.rules.worlds import BELLS, SESSIONS, STAFF, TWO_DAYS, table, world

LED = table(SESSIONS, "x,X,Mon.flex,,tom", "y,Y,Mon.flex,,tom;una")


def test_nobody_leads_more_than_they_can():
    here = world("load", staff=table(STAFF, "tom,,1", "una,,"), sessions=LED)
    assert here.judge("", "x") == here.judge("", "y") == []
    assert here.judge("", "x y") == [("", ("tom",), 1, 0, "illegal")]
    assert here.words("", "x y") == ["tom leads 1 session more than they can."]


def test_it_says_how_many_are_too_many():
    here = world("load", staff=table(STAFF, "tom,,0", "una,,"), sessions=LED)
    assert here.judge("", "x y") == [("", ("tom",), 2, 0, "illegal")]
    assert here.words("", "x y") == ["tom leads 2 sessions more than they can."]


def test_without_a_limit_there_is_none_and_zero_is_one():
    here = world("load", staff=table(STAFF, "tom,,", "una,,0"), sessions=LED)
    assert [found.subjects for found in here.judge("", "x y")] == [("una",)]


def test_sessions_count_only_where_the_leader_is_there():
    here = world(
        "load",
        staff=table(STAFF, "tom,,0", "una,,"),
        sessions=LED,
        away=table("person,block", "tom,Mon.flex"),
    )
    assert here.judge("", "x y") == []


def test_a_series_counts_each_session_that_they_lead():
    here = world(
        "load",
        bells=TWO_DAYS,
        staff=table(STAFF, "tom,,1"),
        activities=table("id,kind,series", "X,flex,s"),
        sessions=table(SESSIONS, "x,X,Mon.flex,,tom", "y,X,Tue.flex,,tom"),
    )
    assert here.judge("", "x y") == [("", ("tom",), 1, 0, "illegal")]


def test_kept_sessions_count_but_alone_are_no_finding():
    here = world(
        "load",
        settings={"kinds": ["flex"]},
        bells=table(BELLS, "c,Mon,flex,flex,09:00,10:00,", "c,Tue,pd,pd,09:00,10:00,"),
        staff=table(STAFF, "tom,,1", "una,,0"),
        activities=table("id,kind", "X,flex", "P,pd"),
        sessions=table(SESSIONS, "x,X,Mon.flex,,tom", "p,P,Tue.pd,,tom;una"),
        previous=table("person,session", "una,p"),
    )
    assert here.judge("", "") == []
    assert here.judge("", "x") == [("", ("tom",), 1, 0, "illegal")]
