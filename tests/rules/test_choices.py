from decimal import Decimal

import pytest

from scheduler.rules import catalogue
from scheduler.rules.choices import Settings, best, earns
from tests.rules.worlds import ADVISORY, SESSIONS, TWO_DAYS, table, world

WISHES = table("person,choice,rank,score", "ada,X,1,", "ben,y,2,", "cy,X,,0.33335", "cy,Y,,0")


def points(here, person, session):
    """Points by ids, once the columns have said the same."""
    said = earns(here.facts, person, session, here.knobs)
    columns = here.columns
    visit = columns.visit_at[columns.person_index[person], columns.session_index[session]]
    earned = here.rows.earnings()[columns.visit_column[visit]]
    assert Decimal(int(earned)) / 100 == said
    return said


def test_points_go_by_rank_and_a_score_is_rounded_half_up():
    here = world("choices", choices=WISHES)
    assert points(here, "ada", "x") == 100
    assert points(here, "ben", "y") == 80
    assert points(here, "cy", "x") == Decimal("33.34")
    assert points(here, "cy", "y") == 0
    assert points(here, "ada", "y") == 0


def test_ranks_beyond_the_list_take_the_last_value_and_the_better_of_two_counts():
    here = world(
        "choices",
        {"points": [50, 20]},
        choices=table("person,choice,rank", "ada,X,9", "ben,X,2", "ben,x,1"),
    )
    assert points(here, "ada", "x") == 20
    assert points(here, "ben", "x") == 50
    assert best(here.facts, "ben", "x", here.knobs).choice == "x"
    assert best(here.facts, "ben", "y", here.knobs) is None


def test_a_seat_that_nobody_wished_costs_ten():
    here = world("choices", choices=WISHES)
    assert here.judge("ada:x ben:y cy:x", "x y") == []
    assert here.judge("ada:y ben:y cy:y", "x y") == [
        ("open-seat", ("ada", "y"), 1, Decimal(10), "cost"),
        ("open-seat", ("cy", "y"), 1, Decimal(10), "cost"),
    ]
    assert here.words("ada:y", "y") == ["ada is in y, which nobody wished or needed for them."]


@pytest.mark.parametrize(
    "wish",
    [
        {"pulls": table("person,target,by", "ada,X,tom"), "staff": table("id", "tom")},
        {
            "needs": table("person,tag", "ada,math"),
            "activities": table("id,kind,tags", "X,flex,math", "Y,flex,"),
        },
        {"activities": table("id,kind,fallback", "X,flex,true", "Y,flex,")},
    ],
)
def test_needed_pulled_and_fallback_places_are_no_open_seats(wish):
    here = world("choices", **wish)
    assert here.judge("ada:x", "x") == []
    assert len(here.judge("ada:y", "y")) == 1


def test_a_wish_for_where_a_lock_forbids_is_none():
    here = world(
        "choices",
        bells=TWO_DAYS,
        staff=table("id", "tom"),
        activities=table("id,kind,tags", "X,flex,math"),
        sessions=table(SESSIONS, "x,X,Mon.flex,,", "y,X,Tue.flex,,"),
        needs=table("person,tag", "ada,math"),
        pulls=table("person,target,by", "ada,X,tom"),
        locks=table("person,session,state", "ada,x,out"),
    )
    assert len(here.judge("ada:x", "x")) == 1
    assert here.judge("ada:y", "y") == []


def test_advisory_seats_are_free_unless_the_knob_says_so():
    tables = {
        "bells": ADVISORY,
        "activities": table("id,kind", "X,advisory", "Y,advisory"),
        "sessions": table(SESSIONS, "x,X,Mon.adv,,", "y,Y,Mon.adv,,"),
    }
    assert world("choices", **tables).judge("ada:x", "x") == []
    found = world("choices", {"unchosen_advisory": 3}, **tables).judge("ada:x", "x")
    assert found == [("open-seat", ("ada", "x"), 1, Decimal(3), "cost")]


def test_a_series_earns_in_every_place():
    here = world(
        "choices",
        bells=TWO_DAYS,
        activities=table("id,kind,series", "X,flex,s"),
        sessions=table(SESSIONS, "x,X,Mon.flex,,", "y,X,Tue.flex,,"),
        choices=table("person,choice,rank", "ada,X,1"),
    )
    assert here.rows.earnings()[0] == 20_000
    assert len(here.judge("ben:x ben:y", "x y")) == 2


def test_the_points_must_not_be_empty():
    with pytest.raises(ValueError, match="at least 1"):
        Settings(points=())


def test_it_is_the_rule_that_earns():
    assert [name for name, rule in catalogue.rules().items() if hasattr(rule, "earns")] == [
        "choices"
    ]


def test_of_choices_worth_the_same_the_lowest_rank_is_shown():
    wishes = table("person,choice,rank,score", "ada,X,2,", "ada,x,1,", "ben,X,,1", "ben,x,2,")
    here = world("choices", {"points": [100, 100]}, choices=wishes)
    assert best(here.facts, "ada", "x", here.knobs).rank == 1
    assert best(here.facts, "ben", "x", here.knobs).rank == 2


def test_a_place_that_only_a_lock_accounts_for_says_so():
    here = world("choices", locks=table("person,session,state", "ada,y,in"))
    assert here.words("ada:y ben:y", "y") == [
        "ada is in y by a lock alone: nobody wished or needed it for them.",
        "ben is in y, which nobody wished or needed for them.",
    ]
