"""What cannot hold together, what would help, and why people have no place."""

import pytest

from scheduler.explain import conflict as explaining
from scheduler.explain.conflict import Disproved, diagnosed, sentences
from scheduler.models import Plan
from scheduler.rules import catalogue
from scheduler.solver.isolate import Possible
from tests.rules.worlds import TWO_DAYS, table, world
from tests.solving import Here

LOCKS = "person,session,state"
PAIRS = "a,b,relation,kind,hard"


@pytest.fixture(autouse=True)
def _here(monkeypatch):
    monkeypatch.setattr(explaining, "Isolated", Here)


def named(scenario, **given):
    found = diagnosed(scenario, audience="coordinator", **given)
    members = [
        {(m.rule, m.what, m.subjects) for m in conflict.members} for conflict in found.conflicts
    ]
    assert all(conflict.minimal for conflict in found.conflicts)
    return found, members


def small(**tables):
    tables.setdefault("activities", table("id,kind,max_size", "X,flex,2", "Y,flex,2"))
    return world("locks", **tables).scenario


def test_more_locks_than_seats_and_the_ways_out():
    locks = table(LOCKS, "ada,x,in", "ben,x,in", "cy,x,in")
    found, members = named(small(locks=locks))
    assert found.status == "impossible"
    assert members == [
        {
            ("locks", "in", ("ada", "x")),
            ("locks", "in", ("ben", "x")),
            ("locks", "in", ("cy", "x")),
            ("seats", "full", ("x",)),
        }
    ]
    ways = [[(way.rule, way.amount) for way in remedy.ways] for remedy in found.remedies]
    assert ways == [[("seats", 1)], [("locks", 1)], [("locks", 1)], [("locks", 1)]]
    text = "\n".join(sentences(found))
    assert "1 more seat in x" in text
    assert "ada is locked into x" in text


def test_a_pair_against_two_locks():
    pairs = table(PAIRS, "ada,ben,together,flex,true")
    _, members = named(small(locks=table(LOCKS, "ada,x,in", "ben,y,in"), pairs=pairs))
    assert members == [
        {
            ("locks", "in", ("ada", "x")),
            ("locks", "in", ("ben", "y")),
            ("pairs", "together", ("ada", "ben", "flex", "Mon.flex")),
        }
    ]


def test_nothing_to_decide_is_possible():
    settings = small().scenario.model_copy(update={"kinds": ("pd",)})
    found, members = named(small().model_copy(update={"scenario": settings}))
    assert found.status == "possible"
    assert members == []


def test_two_conflicts_are_both_named():
    sessions = table(
        "id,activity,block",
        "x,X,Mon.flex",
        "y,Y,Mon.flex",
        "x2,X,Tue.flex",
        "y2,Y,Tue.flex",
    )
    pairs = table(PAIRS, "ada,ben,together,flex,true", "ada,cy,apart,flex,true")
    locks = table(LOCKS, "ada,x,in", "ben,y,in", "ada,y2,in", "cy,y2,in")
    found, members = named(small(bells=TWO_DAYS, sessions=sessions, locks=locks, pairs=pairs))
    assert len(members) == 2
    assert {("pairs", "apart", ("ada", "cy", "flex", "Tue.flex"))} <= set.union(*members)
    assert found.complete
    assert all(len(remedy.ways) >= 2 for remedy in found.remedies)


def test_a_hard_rule_without_words_is_named_as_a_whole():
    scenario = world(
        "place", {"mode": "hard"}, activities=table("id,kind,max_size", "X,flex,1", "Y,flex,1")
    ).scenario
    _, members = named(scenario)
    assert members == [
        {
            *(("place", "unplaced", (who, "flex", "Mon.flex")) for who in ("ada", "ben", "cy")),
            ("seats", "full", ("x",)),
            ("seats", "full", ("y",)),
        }
    ]


def test_a_possible_scenario_and_who_has_no_place_by_the_data():
    scenario = small(activities=table("id,kind,max_size", "X,flex,1", "Y,flex,1"))
    found, members = named(scenario)
    assert (found.status, members) == ("possible", [])
    (short,) = found.shortages
    assert (short.seats, short.missing, len(short.people)) == (2, 1, 3)
    assert "1 or more have no place" in "\n".join(sentences(found))


def test_people_who_may_go_nowhere():
    activities = table("id,kind,grades", "X,flex,9", "Y,flex,9")
    students = table("id,grade", "ada,9", "ben,10")
    (short,) = named(small(activities=activities, students=students))[0].shortages
    assert (short.people, short.sessions, short.missing) == (("ben",), (), 1)


@pytest.mark.parametrize(
    ("lines", "opened", "sort"),
    [
        ("ada:x ben:x", "x", {"full": ("x",), "closed": ("y",)}),
        ("ada:x", "x y", {"otherwise": ("x", "y")}),
    ],
)
def test_why_somebody_has_no_place_in_a_plan(lines, opened, sort):
    scenario = small()
    plan = Plan(
        lines=tuple(tuple(line.split(":")) for line in lines.split()),
        open=frozenset(opened.split()),
    )
    lost = explaining.stranded(catalogue.facts(scenario), plan)[-1]
    assert lost.person == "cy"
    assert {key: getattr(lost, key) for key in sort} == sort


@pytest.mark.parametrize("audience", ["student", "staff"])
def test_others_are_not_named_to_students_and_staff(audience):
    locks = table(LOCKS, "ada,x,in", "ben,x,in", "cy,x,in")
    found = diagnosed(small(locks=locks), audience=audience)
    assert found.status == "impossible"
    assert not any(who in found.model_dump_json() for who in ("ada", "ben", "cy"))


def test_a_plan_that_proves_nothing_is_refused(monkeypatch):
    class Lying(Here):
        def __iter__(self):
            for event in super().__iter__():
                yield event._replace(base=0 * event.base) if isinstance(event, Possible) else event

    monkeypatch.setattr(explaining, "Isolated", Lying)
    with pytest.raises(Disproved):
        diagnosed(small(locks=table(LOCKS, "ada,x,in")), audience="coordinator")


def test_without_time_nothing_is_claimed(monkeypatch):
    class Late(Here):
        def __iter__(self):
            yield from ()

    monkeypatch.setattr(explaining, "Isolated", Late)
    assert diagnosed(small()).status == "unsure"
