from decimal import Decimal

import pytest

from scheduler.models import Plan
from scheduler.rules import catalogue, place
from tests.rules.worlds import PD, SESSIONS, TEACHERS, table, world

PLACES = {
    "bells": PD,
    "students": [],
    "staff": TEACHERS,
    "activities": table("id,kind", "X,pd", "Y,pd"),
    "sessions": table(SESSIONS, "x,X,Mon.pd,,tom", "y,Y,Tue.pd,,"),
}


def test_everyone_in_one_session_is_clean():
    assert world("place").judge("ada:x ben:y cy:x", "x y") == []


def test_whoever_has_no_session_costs_a_thousand():
    assert world("place").judge("ada:x ben:y", "x y") == [
        ("unplaced", ("cy", "flex", "Mon.flex"), 1, Decimal(1000), "cost")
    ]


def test_hard_waives_and_a_knob_sets_the_price():
    assert world("place", {"mode": "hard"}).judge("ada:x ben:y", "x y") == [
        ("unplaced", ("cy", "flex", "Mon.flex"), 1, 0, "waived")
    ]
    (found,) = world("place", {"unplaced": "12.345"}).judge("ada:x ben:y", "x y")
    assert found.cost == Decimal("12.35")


def test_nobody_is_in_two_sessions_of_one_place():
    found = world("place").judge("ada:x ada:y ben:x cy:y", "x y")
    assert found == [("twice", ("ada", "flex", "Mon.flex"), 1, 0, "illegal")]


def test_nobody_is_in_one_session_twice():
    here = world("place")
    facts, settings = catalogue.facts(here.scenario), catalogue.knobs(here.scenario, "place")
    lines = (("ada", "x"), ("ada", "x"), ("ben", "x"), ("cy", "y"))
    found = place.measure(facts, Plan(lines=lines, open=frozenset("xy")), settings)
    assert [(f.what, f.subjects) for f in found] == [("twice", ("ada", "flex", "Mon.flex"))]


@pytest.mark.parametrize(
    ("lines", "opened", "whats"),
    [
        ("una:x vic:y", "x y", []),  # tom leads x, which fills his place
        ("una:y vic:y", "y", ["unplaced"]),  # x is closed: tom has none
        ("tom:y una:x vic:x", "x y", ["leads"]),
        ("tom:y una:y vic:y", "y", []),
    ],
)
def test_leading_an_open_pd_session_fills_the_place(lines, opened, whats):
    assert [found.what for found in world("place", **PLACES).judge(lines, opened)] == whats


def test_each_pd_block_is_a_place_if_the_knob_says_so():
    here = world("place", {"pd": "each"}, **PLACES)
    assert here.judge("tom:y una:x una:y vic:x vic:y", "x y") == []
    found = here.judge("una:x una:y vic:x", "x y")
    assert [f.subjects for f in found] == [("tom", "pd", "Tue.pd"), ("vic", "pd", "Tue.pd")]


def test_it_is_said():
    here = world("place", **PLACES)
    assert here.words("tom:y una:x una:y", "x y") == [
        "tom leads in a community of practice and cannot also attend there.",
        "una is in more than one session of a community of practice.",
        "vic has no place in a community of practice.",
    ]
    assert world("place").words("ada:x ben:y", "x y")[0] == "cy has no place in Mon.flex."
