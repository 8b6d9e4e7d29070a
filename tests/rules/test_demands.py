"""What hard rows demand of whom, and what would make room, in words: every demand of a school."""

from pathlib import Path

import pytest

from scheduler.models import Previous, Scenario
from scheduler.reading import read
from scheduler.rules import catalogue
from scheduler.solver.columns import Columns
from scheduler.solver.matrix import demanded

DEMO = Path(__file__).parents[2] / "fixtures" / "demo"
HARD = ("balance", "continuity", "mix", "needs", "pairs", "place", "pulls", "stability")
AUDIENCES = ("student", "staff", "coordinator", "admin")


@pytest.fixture(scope="module")
def school() -> Scenario:
    """The demo with soft rules set to hard, and a first line to stay close to."""
    demo = read(DEMO)
    pull = demo.pulls[0]
    session = next(s.id for s in demo.sessions if pull.target in (s.id, s.activity))
    rules = {name: {"mode": "hard"} for name in (*HARD, "supervision")}
    return demo.model_copy(
        update={
            "scenario": demo.scenario.model_copy(update={"rules": rules}),
            "previous": (Previous(person=pull.person, session=session),),
        }
    )


def test_every_demand_has_words(school):
    """Who is meant is named; what would make room is said where the rule offers it."""
    facts = catalogue.facts(school)
    found = demanded(Columns(school, catalogue.pd_form(school)))
    rules = catalogue.rules()
    spoken = set()
    for number, name in enumerate(found.rules):
        demand = found.named(number)
        assert demand.rule == name
        if demand.subjects and hasattr(rules[name], "demand"):
            spoken.add(name)
            for audience in AUDIENCES:
                text = rules[name].demand(demand.what, demand.subjects, facts, audience)
                assert text and not text.endswith(".")
            if hasattr(rules[name], "relief"):
                assert rules[name].relief(demand.what, demand.subjects, 1, facts)
    assert set(HARD) - {"place"} | {"clash", "locks", "minimum_size", "seats"} <= spoken


def test_words_of_what_is_rare(school):
    facts = catalogue.facts(school)
    rules = catalogue.rules()
    session = school.sessions[0].id
    room = next(room for room in school.rooms if "shared" in room.tags)
    block = school.sessions[0].block
    minimum, clash = rules["minimum_size"], rules["clash"]
    assert "leaders" in minimum.demand("leaderless", (session,), facts, "coordinator")
    assert "leader" in minimum.relief("leaderless", (session,), 1, facts)
    assert str(room.seats) in clash.demand("seats", (room.id, block), facts, "coordinator")
    assert "one session" in clash.demand("room", (room.id, block), facts, "coordinator")
    assert "one thing" in clash.demand("person", ("t01", block), facts, "coordinator")
    assert "2 more seats" in clash.relief("seats", (room.id, block), 2, facts)
    assert "person" not in clash.relief("person", ("t01", block), 1, facts)
    assert room.id in clash.relief("room", (room.id, block), 1, facts)
    assert "adults" in rules["supervision"].demand("", (session,), facts, "coordinator")
    assert "adults" in rules["supervision"].relief("", (session,), 1, facts)
