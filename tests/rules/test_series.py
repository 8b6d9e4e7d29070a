from tests.rules.worlds import SESSIONS, TWO_DAYS, table, world

WHOLE = {
    "bells": TWO_DAYS,
    "activities": table("id,kind,series", "X,flex,s", "Y,flex,s"),
    "sessions": table(SESSIONS, "x,X,Mon.flex,,", "y,Y,Tue.flex,,"),
}


def test_a_whole_series_is_clean():
    here = world("series", **WHOLE)
    assert here.judge("ada:x ada:y ben:x ben:y", "x y") == []
    assert here.judge("", "") == []


def test_it_opens_as_a_whole():
    here = world("series", **WHOLE)
    (found,) = here.measure("", "x")
    assert (found.what, found.subjects, found.weight) == ("open", ("s",), "illegal")
    assert here.words("", "x") == ["Only some sessions of the series s are open."]


def test_it_is_attended_as_a_whole():
    here = world("series", **WHOLE)
    (found,) = here.measure("ada:x ada:y ben:x", "x y")
    assert (found.what, found.subjects, found.weight) == ("attended", ("s", "ben"), "illegal")
    assert here.words("ben:x", "x y") == ["ben is in only some sessions of the series s."]


def test_there_is_one_column_for_the_whole():
    here = world("series", **WHOLE)
    assert here.columns.units == ["series s"]
    assert len(here.columns.cand_person) == 3
    assert here.rows.count == 0
