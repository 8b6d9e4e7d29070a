from tests.rules.worlds import STAFF, table, world


def test_a_line_that_grades_allow_is_clean():
    assert world("eligible").judge("ada:x ben:y", "x y") == []


def test_grades_only_being_away_and_the_wrong_kind_of_person_forbid():
    here = world(
        "eligible",
        staff=table(STAFF, "tom,,"),
        activities=table("id,kind,grades,only", "X,flex,10,", "Y,flex,,club"),
        away=table("person,block", "cy,Mon.flex"),
    )
    found = here.measure("ada:x ben:y cy:y tom:x", "x y")
    assert [f.subjects for f in found] == [("ada", "x"), ("ben", "y"), ("cy", "y"), ("tom", "x")]
    assert {f.weight for f in found} == {"illegal"}
    assert len(here.columns.cand_person) == 0


def test_a_lock_in_overrides_grades():
    here = world(
        "eligible",
        activities=table("id,kind,grades", "X,flex,10", "Y,flex,"),
        locks=table("person,session,state", "ada,x,in"),
    )
    assert here.judge("ada:x", "x") == []
    assert len(here.measure("ben:x", "x")) == 1


def test_a_lock_out_is_no_matter_of_eligibility():
    here = world("eligible", locks=table("person,session,state", "ada,x,out"))
    assert here.judge("ada:x", "x") == []


def test_it_is_said_without_a_reason():
    here = world("eligible", activities=table("id,kind,grades", "X,flex,10", "Y,flex,"))
    assert here.words("ada:x", "x", "student") == [
        "ada is in x, which is not for them or not when they are there."
    ]
