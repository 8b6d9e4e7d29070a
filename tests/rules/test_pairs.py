from decimal import Decimal

import pytest

from scheduler.rules.pairs import Settings
from tests.rules.worlds import BELLS, PD, SESSIONS, STUDENTS, TEACHERS, table, world

PAIRS = "a,b,relation,kind,hard"
TOGETHER = table(PAIRS, "ada,ben,together,,")
APART = table(PAIRS, "ada,ben,apart,,false")
PLACE = ("ada", "ben", "flex", "Mon.flex")


@pytest.mark.parametrize(
    ("lines", "breached"),
    [
        ("ada:x ben:x", False),
        ("ada:x ben:y", True),
        ("ada:x", True),
        ("ben:y", True),
        ("", False),  # both unplaced
    ],
)
def test_together_is_one_session_or_none(lines, breached):
    here = world("pairs", pairs=TOGETHER)
    expected = [("together", PLACE, 1, Decimal(30), "cost")] if breached else []
    assert here.judge(lines, "x y") == expected


@pytest.mark.parametrize(
    ("lines", "breached"), [("ada:x ben:x", True), ("ada:x ben:y", False), ("ada:x", False)]
)
def test_apart_is_no_session_in_common(lines, breached):
    here = world("pairs", pairs=APART)
    expected = [("apart", PLACE, 1, Decimal(200), "cost")] if breached else []
    assert here.judge(lines, "x y") == expected


@pytest.mark.parametrize(
    ("relation", "hard", "mode", "waived"),
    [
        ("apart", "", "soft", True),
        ("apart", "false", "soft", False),
        ("apart", "false", "hard", True),
        ("together", "", "soft", False),
        ("together", "true", "soft", True),
        ("together", "", "hard", True),
    ],
)
def test_apart_is_hard_and_together_soft_unless_written(relation, hard, mode, waived):
    pairs = table(PAIRS, f"ada,ben,{relation},,{hard}")
    here = world("pairs", {"mode": mode}, pairs=pairs)
    (found,) = here.judge("ada:x ben:x" if relation == "apart" else "ada:x ben:y", "x y")
    price = {"apart": 200, "together": 30}[relation]
    expected = ("waived", 0) if waived else ("cost", price)
    assert (found.weight, found.cost) == expected


KINDS = {
    "bells": table(
        BELLS,
        "c,Mon,flex,flex,09:00,10:00,",
        "c,Tue,flex,flex,09:00,10:00,",
        "c,Mon,adv,advisory,10:00,11:00,",
    ),
    "students": table(STUDENTS, "ada,9,,", "ben,9,,"),
    "activities": table("id,kind", "X,flex", "A,advisory", "B,advisory"),
    "sessions": table(
        SESSIONS, "x,X,Mon.flex,,", "y,X,Tue.flex,,", "a,A,Mon.adv,,", "b,B,Mon.adv,,"
    ),
}


@pytest.mark.parametrize(
    ("kind", "places"),
    [
        ("", [("flex", "Mon.flex"), ("flex", "Tue.flex"), ("advisory", "")]),
        ("advisory", [("advisory", "")]),
        ("pd", []),
    ],
)
def test_each_place_of_the_kind_counts_once(kind, places):
    here = world("pairs", **KINDS, pairs=table(PAIRS, f"ada,ben,together,{kind},"))
    found = here.judge("ada:x ada:y ada:a ben:b", "x y a b")
    assert [f.subjects[2:] for f in found] == places


def test_a_place_that_only_one_is_due_counts_not():
    here = world("pairs", pairs=TOGETHER, away=table("person,block", "ben,Mon.flex"))
    assert here.judge("ada:x", "x") == []


def test_advisory_is_due_to_both_even_on_days_of_their_own():
    here = world(
        "pairs",
        bells=table(BELLS, "c,Mon,a,advisory,09:00,10:00,9", "c,Tue,a,advisory,09:00,10:00,10"),
        students=table(STUDENTS, "ada,9,,", "ben,10,,"),
        activities=table("id,kind", "X,advisory"),
        sessions=table(SESSIONS, "x,X,Mon.a,,", "y,X,Tue.a,,"),
        pairs=[*TOGETHER, *table(PAIRS, "ada,ben,apart,,")],
    )
    assert [f.what for f in here.judge("ada:x ben:y", "x y")] == ["together"]
    assert (here.rows.slack_columns[0] > 0).sum() == 1  # nothing could breach the other


STAFF_PAIR = {
    "bells": PD,
    "students": [],
    "staff": TEACHERS,
    "activities": table("id,kind,series", "X,pd,", "Y,pd,", "Z,pd,s"),
    "sessions": table(
        SESSIONS, "x,X,Mon.pd,,tom", "y,Y,Tue.pd,,", "z1,Z,Mon.pd,,", "z2,Z,Tue.pd,,"
    ),
    "pairs": table(PAIRS, "tom,una,together,,"),
}


@pytest.mark.parametrize(
    ("lines", "opened", "breaches"),
    [
        ("una:x", "x", 0),  # tom leads it
        ("una:y", "x y", 0),  # tom leads elsewhere
        ("una:y", "y", 1),
        ("tom:y una:y", "y", 0),
        ("tom:z1 tom:z2 una:z1 una:z2", "z1 z2", 0),
        ("tom:z1 tom:z2 una:y", "y z1 z2", 1),
    ],
)
def test_a_place_filled_by_leading_breaches_nothing(lines, opened, breaches):
    here = world("pairs", **STAFF_PAIR)
    assert len(here.judge(lines, opened)) == breaches
    assert set(here.rows.entries[2].tolist()) == {1, -1}  # as tight as can be


def test_with_a_pd_place_in_each_block_leading_fills_that_one_only():
    each = {"rules": {"place": {"pd": "each"}}}
    here = world("pairs", settings=each, **STAFF_PAIR)
    assert [f.subjects[3] for f in here.judge("una:y", "x y")] == ["Tue.pd"]
    assert here.judge("una:x tom:y una:y", "x y") == []
    assert len(here.judge("tom:z1 tom:z2", "z1 z2")) == 2


def test_prices_are_knobs():
    assert Settings().model_dump() == {"mode": "soft", "apart": 200, "together": 30}
    here = world("pairs", {"together": "1.25"}, pairs=TOGETHER)
    assert here.judge("ada:x", "x")[0].cost == Decimal("1.25")


def test_students_are_told_of_nobody():
    here = world("pairs", pairs=TOGETHER)
    assert here.words("ada:x", "x", "staff") == ["ada and ben are not together in Mon.flex."]
    assert here.words("ada:x", "x", "student") == [
        "A wish about who is with whom could not be kept in Mon.flex."
    ]
    apart = world("pairs", **KINDS, pairs=table(PAIRS, "ada,ben,apart,advisory,"))
    assert apart.words("ada:a ben:a", "a") == [
        "ada and ben are together in advisory, though to be kept apart."
    ]
