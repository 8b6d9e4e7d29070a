from tests.rules.worlds import TWO_DAYS, table, world

ALTERNATIVES = table("id,activity,block,one_of", "x,X,Mon.flex,o", "y,Y,Mon.flex,o")


def test_one_alternative_may_open():
    here = world("one_of", sessions=ALTERNATIVES)
    assert here.judge("", "") == here.judge("", "x") == here.judge("", "y") == []


def test_two_may_not():
    here = world("one_of", sessions=ALTERNATIVES)
    assert here.judge("", "x y") == [("", ("o", "x", "y"), 1, 0, "illegal")]
    assert here.words("", "x y") == ["x, y are open at once, though only one of o may be."]


def test_of_three_two_are_too_many():
    three = [*ALTERNATIVES, *table("id,activity,block,one_of", "z,X,Mon.flex,o")]
    here = world("one_of", sessions=three)
    assert here.judge("", "x y z") == [("", ("o", "x", "y", "z"), 2, 0, "illegal")]


def test_sessions_without_the_id_are_free():
    assert world("one_of").judge("", "x y") == []


def test_a_series_is_one_alternative():
    here = world(
        "one_of",
        bells=TWO_DAYS,
        activities=table("id,kind,series", "X,flex,s", "Y,flex,"),
        sessions=table(
            "id,activity,block,one_of", "x1,X,Mon.flex,o", "x2,X,Tue.flex,o", "y,Y,Mon.flex,o"
        ),
    )
    assert here.judge("", "x1 x2") == []
    assert here.judge("", "x1 x2 y") == [("", ("o", "x1", "y"), 1, 0, "illegal")]


def test_alternatives_of_undecided_kinds_are_no_matter():
    here = world(
        "one_of",
        settings={"kinds": ["flex"]},
        activities=table("id,kind", "X,flex", "P,pd"),
        bells=[*TWO_DAYS, {**TWO_DAYS[0], "block": "pd", "kind": "pd"}],
        sessions=table("id,activity,block,one_of", "x,X,Mon.flex,o", "p,P,Mon.pd,o"),
        staff=table("id", "tom"),
        previous=table("person,session", "tom,p"),
    )
    assert here.judge("ada:x", "x") == []
