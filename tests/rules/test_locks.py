from tests.rules.worlds import SESSIONS, TWO_DAYS, table, world

LOCKS = table("person,session,state", "ada,x,in", "ben,x,out")


def test_kept_locks_are_clean():
    assert world("locks", locks=LOCKS).judge("ada:x ben:y cy:y", "x y") == []


def test_locks_that_do_not_hold_are_waived():
    here = world("locks", locks=LOCKS)
    assert here.judge("ada:y ben:x", "x y") == [
        ("in", ("ada", "x"), 1, 0, "waived"),
        ("out", ("ben", "x"), 1, 0, "waived"),
    ]
    assert here.words("ada:y ben:x", "x y") == [
        "ada is not in x, against a lock that could not hold.",
        "ben is in x, against a lock that could not hold.",
    ]


def test_a_lock_into_a_series_of_which_one_block_is_missed_cannot_hold():
    here = world(
        "locks",
        bells=TWO_DAYS,
        activities=table("id,kind,series", "X,flex,s"),
        sessions=table(SESSIONS, "x,X,Mon.flex,,", "y,X,Tue.flex,,"),
        away=table("person,block", "ada,Tue.flex"),
        locks=table("person,session,state", "ada,x,in", "ada,y,out"),
    )
    assert here.judge("", "") == [("in", ("ada", "x"), 1, 0, "waived")]


def test_locks_on_what_is_not_decided_are_silent():
    here = world("locks", settings={"kinds": ["pd"]}, locks=LOCKS)
    assert here.judge("", "") == []
