from decimal import Decimal

from tests.rules.worlds import BELLS, SESSIONS, STUDENTS, table, world

KNOWN = {
    "staff": table("id", "tom", "una"),
    "students": table(STUDENTS, "ada,9,,tom", "ben,9,,", "cy,9,,"),
    "sessions": table(SESSIONS, "x,X,Mon.flex,,tom", "y,Y,Mon.flex,,una"),
    "knows": table("student,staff,strength", "ben,una,0.5", "cy,tom,0.49", "cy,una,"),
}


def test_home_and_whoever_knows_them_well_enough_count():
    assert world("relationship", **KNOWN).judge("ada:x ben:y cy:y", "x y") == []


def test_a_student_who_meets_nobody_costs_60():
    here = world("relationship", **KNOWN)
    assert here.judge("ada:y ben:x cy:x", "x y") == [
        ("", (student,), 1, Decimal(60), "cost") for student in ("ada", "ben", "cy")
    ]
    assert here.words("ada:y ben:y cy:y", "y") == [
        "ada meets no adult who knows them in this cycle."
    ]


def test_how_well_is_a_knob_and_hard_ones_are_waived():
    assert (
        world("relationship", {"strength": "0.4"}, **KNOWN).judge("ada:x ben:y cy:x", "x y") == []
    )
    found = world("relationship", {"mode": "hard"}, **KNOWN).judge("ada:y ben:y cy:y", "y")
    assert found == [("", ("ada",), 1, 0, "waived")]


def test_a_leader_who_is_away_is_not_met():
    here = world("relationship", **KNOWN, away=table("person,block", "tom,Mon.flex"))
    assert [f.subjects for f in here.judge("ada:x ben:y cy:y", "x y")] == [("ada",)]


def test_students_without_a_place_due_are_not_counted():
    here = world("relationship", **KNOWN, away=table("person,block", "ada,Mon.flex"))
    assert here.judge("ben:y cy:y", "y") == []


def test_without_data_it_is_silent():
    tables = KNOWN | {"students": table(STUDENTS, "ada,9,,"), "knows": []}
    assert world("relationship", **tables).judge("", "") == []


def test_home_alone_makes_it_speak_of_everyone():
    found = world("relationship", **KNOWN | {"knows": []}).judge("ada:x ben:y cy:y", "x y")
    assert [f.subjects for f in found] == [("ben",), ("cy",)]


def test_kept_visits_count():
    here = world(
        "relationship",
        settings={"kinds": ["flex"]},
        **KNOWN
        | {
            "bells": table(
                BELLS, "c,Mon,flex,flex,09:00,10:00,", "c,Mon,adv,advisory,10:00,11:00,"
            ),
            "activities": table("id,kind", "X,flex", "Y,flex", "A,advisory"),
            "sessions": [*KNOWN["sessions"], *table(SESSIONS, "a,A,Mon.adv,,tom", "b,A,Mon.adv,,")],
            "previous": table("person,session", "ada,a", "cy,a", "ben,b"),
        },
    )
    assert [f.subjects for f in here.judge("ada:y ben:x cy:x", "x y")] == [("ben",), ("cy",)]
