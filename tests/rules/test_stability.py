from decimal import Decimal

from tests.rules.worlds import SESSIONS, table, world

ON = {"mode": "soft"}
BEFORE = table("person,session", "ada,x", "ben,y", "ben,y", "gone,x", "cy,gone")


def test_it_is_off_by_default():
    assert world("stability").knobs.mode == "off"


def test_staying_is_clean_and_moving_costs_20():
    here = world("stability", ON, previous=BEFORE)
    assert here.judge("ada:x ben:y cy:x", "x y") == []
    assert here.judge("ada:y ben:y", "y") == [("", ("ada", "x"), 1, Decimal(20), "cost")]
    assert here.words("ada:y ben:y", "y") == ["ada is no longer in x."]


def test_hard_ones_are_waived():
    here = world("stability", {"mode": "hard"}, previous=BEFORE)
    assert here.judge("ada:x", "x") == [("", ("ben", "y"), 1, 0, "waived")]


def test_who_cannot_be_there_again_did_not_move():
    here = world("stability", ON, previous=BEFORE, away=table("person,block", "ada,Mon.flex"))
    assert here.judge("ben:y", "y") == []


def test_what_is_kept_cannot_move():
    here = world(
        "stability",
        ON,
        settings={"kinds": ["flex"]},
        bells=table(
            "calendar,day,block,kind,start,end",
            "c,Mon,flex,flex,09:00,10:00",
            "c,Mon,adv,advisory,10:00,11:00",
        ),
        activities=table("id,kind", "X,flex", "A,advisory"),
        sessions=table(SESSIONS, "x,X,Mon.flex,,", "a,A,Mon.adv,,"),
        previous=table("person,session", "ada,a", "ada,x"),
    )
    assert [f.subjects for f in here.judge("", "")] == [("ada", "x")]
