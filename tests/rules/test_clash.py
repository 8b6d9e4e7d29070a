import pytest

from tests.rules.worlds import BELLS, SESSIONS, TEACHERS, table, world

OVERLAPPING = table(
    BELLS,
    "c,Mon,flex,flex,09:00,10:00,",
    "c,Mon,pd,pd,09:30,10:30,",
    "c,Mon,late,pd,10:00,11:00,",
)
STAFF_DAY = {
    "bells": OVERLAPPING,
    "staff": TEACHERS,
    "activities": table("id,kind", "X,flex", "P,pd", "Q,pd"),
    "sessions": table(
        SESSIONS, "x,X,Mon.flex,,tom", "p,P,Mon.pd,,", "q,Q,Mon.late,,una", "r,Q,Mon.pd,,una"
    ),
}


@pytest.mark.parametrize(
    ("lines", "opened", "clashes"),
    [
        ("tom:p", "p", []),
        ("tom:p", "x p", [("tom", "p", "x")]),  # attends 9:30, leads until 10:00
        ("tom:q", "x q", []),  # 10:00 ends the one and begins the other
        ("vic:p vic:q", "p q", [("vic", "p", "q")]),
        ("una:p", "q", [("una", "p", "q")]),
        ("vic:p", "q r", [("una", "q", "r")]),
        ("tom:p tom:r", "p r", [("tom", "p", "r")]),
    ],
)
def test_staff_neither_attend_nor_lead_two_things_at_once(lines, opened, clashes):
    found = world("clash", **STAFF_DAY).judge(lines, opened)
    assert found == [("person", clash, 1, 0, "illegal") for clash in clashes]


def test_a_leader_who_is_away_is_not_busy():
    here = world("clash", **STAFF_DAY, away=table("person,block", "una,Mon.pd"))
    assert here.judge("una:q", "r") == []
    assert here.judge("una:q", "q") == [("person", ("una", "q", "q"), 1, 0, "illegal")]


def test_two_sessions_of_a_student_in_one_block_are_the_matter_of_places():
    assert world("clash").judge("ada:x ada:y", "x y") == []


def test_a_series_is_one_thing():
    tables = STAFF_DAY | {"activities": table("id,kind,series", "X,flex,", "P,pd,s", "Q,pd,")}
    tables["sessions"] = table(SESSIONS, "x,P,Mon.pd,,tom", "y,P,Mon.late,,tom")
    here = world("clash", **tables)
    assert here.judge("una:x una:y", "x y") == []
    assert len(here.judge("tom:x tom:y", "x y")) == 4  # he leads what he attends


GROUPS = {
    "bells": table(
        BELLS,
        "c,Mon,adv9,advisory,09:00,09:30,9",
        "c,Mon,adv,advisory,10:00,10:30,",
        "c,Mon,adv10,advisory,11:00,11:30,10",
        "c,Mon,pd,pd,10:15,10:45,",
        "c,Mon,end,pd,11:00,11:30,",
    ),
    "staff": TEACHERS,
    "rooms": table("id,seats", "hall,2"),
    "activities": table("id,kind", "A,advisory", "P,pd"),
    "sessions": table(SESSIONS, "a,A,Mon.adv9,hall,tom", "p,P,Mon.pd,hall,", "q,P,Mon.end,hall,"),
}


def test_an_advisory_group_keeps_leader_and_room_busy_in_every_block_that_shares_a_grade():
    here = world("clash", **GROUPS)
    assert here.judge("ada:a tom:p", "a p") == [
        ("person", ("tom", "p", "a"), 1, 0, "illegal"),
        ("room", ("hall", "a", "p"), 1, 0, "illegal"),
    ]
    assert here.judge("ada:a tom:q", "a q") == []


def test_it_does_not_keep_a_leader_busy_where_they_are_away():
    here = world("clash", **GROUPS | {"rooms": []}, away=table("person,block", "tom,Mon.adv"))
    assert here.judge("ada:a tom:p", "a p") == []
    assert len(world("clash", **GROUPS | {"rooms": []}).judge("ada:a tom:p", "a p")) == 1


def test_there_are_no_rows_for_what_cannot_clash():
    rooms = table("id,seats,tags", "hall,2,", "gym,3,shared")
    sessions = table(SESSIONS, "x,X,Mon.flex,hall,", "y,Y,Mon.flex,gym,")
    assert world("clash", rooms=rooms, sessions=sessions).rows.count == 0
    lesson = table(BELLS, "c,Mon,math,class,10:15,10:20,")  # starts while P and Q meet
    here = world("clash", **STAFF_DAY | {"bells": [*OVERLAPPING, *lesson]})
    assert here.rows.count == world("clash", **STAFF_DAY).rows.count


def test_a_room_holds_one_session_at_once_unless_shared():
    sessions = table(SESSIONS, "x,X,Mon.flex,hall,", "y,Y,Mon.flex,hall,")
    here = world("clash", rooms=table("id,seats", "hall,9"), sessions=sessions)
    assert here.judge("", "x y") == [("room", ("hall", "x", "y"), 1, 0, "illegal")]
    assert here.judge("", "x") == []
    assert here.words("", "x y") == ["Room hall would hold x and y at once."]


def test_seats_of_a_shared_room_add_up():
    sessions = table(SESSIONS, "x,X,Mon.flex,hall,", "y,Y,Mon.flex,hall,")
    here = world("clash", rooms=table("id,seats,tags", "hall,2,shared"), sessions=sessions)
    assert here.judge("ada:x ben:y", "x y") == []
    assert here.judge("ada:x ben:y cy:y", "x y") == [
        ("seats", ("hall", "Mon.flex"), 1, 0, "illegal")
    ]
    alone = world("clash", rooms=table("id,seats,tags", "hall,1,shared"), sessions=sessions)
    assert alone.judge("ada:x ben:y cy:y", "x y") == [
        ("seats", ("hall", "Mon.flex"), 2, 0, "illegal")
    ]
    assert here.words("ada:x ben:y cy:y", "x y") == [
        "Room hall has 1 person more than seats when Mon.flex starts."
    ]


KEPT = {
    "settings": {"kinds": ["flex"]},
    "bells": OVERLAPPING,
    "staff": TEACHERS,
    "rooms": table("id,seats,tags", "hall,9,", "gym,2,shared"),
    "activities": table("id,kind", "X,flex", "Y,flex", "P,pd"),
    "sessions": table(
        SESSIONS,
        "x,X,Mon.flex,hall,tom",
        "y,Y,Mon.flex,gym,una",
        "z,Y,Mon.flex,gym,",
        "p,P,Mon.pd,hall,una",
        "q,P,Mon.late,hall,una",
        "g,P,Mon.pd,gym,",
    ),
    "previous": table("person,session", "tom,p", "vic,q", "vic,p", "vic,g", "vic,g"),
}


@pytest.mark.parametrize(
    ("lines", "opened", "clashes"),
    [
        ("", "", []),  # vic, una and hall have kept clashes, about which nothing is said
        ("ada:x", "x", [("tom", "p", "x"), ("hall", "x", "p")]),
        ("ada:z", "z", []),
        ("ada:z ben:z", "z", [("gym", "Mon.pd")]),
        ("ada:y", "y", [("una", "y", "p")]),
        ("ada:y ben:y", "y", [("una", "y", "p"), ("gym", "Mon.pd")]),
    ],
)
def test_kept_lines_take_time_and_seats(lines, opened, clashes):
    assert [found.subjects for found in world("clash", **KEPT).judge(lines, opened)] == clashes


def test_a_student_can_clash_with_a_kept_line_only():
    here = world(
        "clash",
        settings={"kinds": ["flex"]},
        bells=table(BELLS, "c,Mon,flex,flex,09:00,10:00,", "c,Mon,adv,advisory,09:30,10:30,10"),
        activities=table("id,kind", "X,flex", "Y,flex", "A,advisory"),
        sessions=table(SESSIONS, "x,X,Mon.flex,,", "y,Y,Mon.flex,,", "a,A,Mon.adv,,"),
        previous=table("person,session", "ada,a"),
    )
    assert here.judge("ada:x ben:x", "x") == [("person", ("ada", "a", "x"), 1, 0, "illegal")]
    assert here.words("ada:x", "x", "student") == ["ada would be in a and x at once."]


def test_a_kept_session_keeps_its_room():
    here = world(
        "clash",
        settings={"kinds": ["flex"]},
        bells=table(
            "calendar,day,block,kind,start,end",
            "c,Mon,flex,flex,09:00,10:00",
            "c,Mon,pd,pd,09:30,10:30",
        ),
        staff=TEACHERS,
        rooms=table("id,seats", "r,9"),
        activities=table("id,kind", "X,flex", "Y,flex", "P,pd"),
        sessions=table(SESSIONS, "x,X,Mon.flex,r,", "y,Y,Mon.flex,,", "p,P,Mon.pd,r,"),
        previous=table("person,session", "tom,p"),
    )
    assert here.judge("ada:y", "y") == []
    assert [found.subjects for found in here.judge("", "x")] == [("r", "x", "p")]
