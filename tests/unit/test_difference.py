"""What changed between two solutions, and who is told."""

import pytest

from scheduler.explain.difference import difference, sentences
from scheduler.models import Finding, Lock
from tests.rules.worlds import table, world
from tests.solving import solved_here

CHOICES = table(
    "person,choice,rank", "ada,x,1", "ada,y,2", "ben,x,1", "ben,y,2", "cy,y,1", "cy,x,2"
)
SCENARIO = world("choices", choices=CHOICES).scenario


@pytest.fixture(scope="module")
def pair():
    """Ada in her first choice, and locked out of it."""
    out = (Lock(person="ada", session="x", state="out"),)
    return solved_here(SCENARIO), solved_here(SCENARIO.model_copy(update={"locks": out}))


@pytest.mark.parametrize("scenario", [None, SCENARIO])
def test_moves_and_points(pair, scenario):
    found = difference(*pair, "coordinator", scenario=scenario)
    (move,) = found.moves
    assert (move.person, move.before, move.after) == ("ada", "x", "y")
    assert found.people == 1
    assert {points.rule for points in found.points} <= {"choices", "fairness"}
    assert found.value_after < found.value_before
    assert not found.comparable
    assert "ada: Mon.flex: x → y" in "\n".join(sentences(found, "coordinator"))


def test_nothing_changed(pair):
    found = difference(pair[0], pair[0], "coordinator")
    assert (found.people, found.moves, found.points, found.comparable) == (0, (), (), True)


def test_findings_gained_and_lost_are_opposites(pair):
    there = difference(*pair, "coordinator", scenario=SCENARIO)
    back = difference(*reversed(pair), "coordinator", scenario=SCENARIO)
    assert {f.subjects for f in there.gained} == {f.subjects for f in back.lost}
    assert {(m.before, m.after) for m in there.moves} == {(m.after, m.before) for m in back.moves}


def test_a_finding_that_came(pair):
    before, after = pair
    finding = before.findings[:0]
    worse = after.model_copy(update={"findings": (*after.findings, _finding())})
    found = difference(after.model_copy(update={"findings": finding}), worse, "coordinator")
    assert "place unplaced: ada, flex, Mon.flex" in [change.text for change in found.gained]
    twice = worse.model_copy(update={"findings": (*worse.findings, _finding())})
    (grown,) = difference(worse, twice, "coordinator", scenario=SCENARIO).changed
    assert (grown.amount_before, grown.amount_after) == (1, 2)
    assert "no place" in grown.text


def _finding():
    return Finding(rule="place", what="unplaced", subjects=("ada", "flex", "Mon.flex"), cost=1000)


def test_a_student_sees_their_own_moves_only(pair):
    own = difference(*pair, reader="ada")
    other = difference(*pair, reader="ben")
    assert [move.after for move in own.moves] == ["y"]
    unopened = "No session opened or closed."
    assert sentences(other, reader="ben") == ("Nothing changed for you.", unopened)
    assert sentences(difference(*pair)) == (unopened,)
    assert "ada" not in other.model_dump_json()
    assert (own.value_before, own.people, own.points) == (None, None, ())


def test_staff_are_told_that_nothing_differs(pair):
    found = difference(pair[0], pair[0], "staff")
    assert found.people == 0
    assert sentences(found, "staff")[0] == "0 people have another place."
    other = pair[0].model_copy(update={"findings": (_finding(),)})
    assert difference(pair[0], other, "staff").people is None


def test_staff_see_no_small_counts(pair):
    found = difference(*pair, "staff")
    assert (found.people, found.moves) == (None, ())
    assert sentences(found, "staff")[0] == "Fewer than 5 people moved."
    assert "ada" not in found.model_dump_json()
