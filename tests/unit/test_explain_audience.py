"""Small counts do not follow from the total and the others, in stories and of groups."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from scheduler.explain import Words, sentences, shown
from scheduler.explain.treatment import sentences as treated_sentences
from scheduler.explain.treatment import treated
from scheduler.explain.typed import Count, Crowd, Story, WhyNot
from scheduler.models import Certificate, Plan, Scenario, Solution
from scheduler.verify import judge

if TYPE_CHECKING:
    from scheduler.explain import Case
    from scheduler.rules.contract import Audience

NOBODY = cast("Case", None)
"""Crowds and stories need no case."""


def crowd(ranks: dict[str, int], reasons: dict[str, int]) -> Crowd:
    return Crowd(
        size=Count(number=sum(reasons.values())),
        seats=20,
        least=1,
        by_rank={name: Count(number=n) for name, n in ranks.items()},
        by_reason={name: Count(number=n) for name, n in reasons.items()},
    )


def told(counts: dict[str, Count]) -> dict[str, int | str]:
    return {
        name: count.number if count.number is not None else "few" if count.below else "some"
        for name, count in counts.items()
    }


@pytest.mark.parametrize("audience", ["student", "staff"])
def test_a_small_part_takes_another_with_it(audience: Audience) -> None:
    found = shown(NOBODY, crowd({"1": 12, "2": 6}, {"choice": 18, "pull": 2}), audience)
    assert told(found.by_rank) == {"1": 12, "2": "some"}
    assert told(found.by_reason) == {"choice": "some", "pull": "few"}
    assert Words().crowd(found) == (
        "12 by choice no. 1, some by choice no. 2, fewer than 5 asked for by staff"
    )


def test_nothing_is_told_where_all_parts_would_follow() -> None:
    found = shown(NOBODY, crowd({"1": 5}, {"choice": 5, "need": 1}))
    assert (found.size.number, found.by_rank, found.by_reason) == (6, {}, {})
    assert "not told of so few" in Words().crowd(found)


def test_what_is_large_is_told() -> None:
    found = crowd({"1": 12}, {"choice": 18, "fallback": 5})
    assert shown(NOBODY, found) == found
    small = crowd({"1": 1}, {"choice": 1, "need": 1})
    assert shown(NOBODY, small, "coordinator") == small


def test_a_story_keeps_back_as_much() -> None:
    counts = {name: Count(number=n) for name, n in (("1", 20), ("2", 8), ("3", 1))}
    found = shown(
        NOBODY,
        Story(session="x", open=False, crowd=crowd({}, {}), wished=counts, went=counts),
    )
    assert told(found.wished) == told(found.went) == {"1": 20, "2": "some", "3": "few"}
    assert "  wished as choice no. 2: some people" in sentences(found, Words())


@pytest.mark.parametrize("audience", ["student", "staff"])
def test_wishes_of_an_open_session_tell_of_nobody_there(audience: Audience) -> None:
    """Seven wished it first and six of them are there: one person is not."""
    found = Story(
        session="x",
        open=True,
        crowd=crowd({"1": 6}, {"choice": 6}),
        wished={"1": Count(number=7)},
        went={"y": Count(number=1)},
    )
    private = shown(NOBODY, found, audience)
    assert told(private.crowd.by_rank) == {"1": 6}
    assert (private.wished, private.went) == ({}, {})
    assert shown(NOBODY, found, "coordinator") == found


@pytest.mark.parametrize(("wished", "number"), [(7, None), (6, 6), (11, 6)])
def test_who_would_rather_be_there_tells_of_no_few_others(wished: int, number: int | None) -> None:
    facts = SimpleNamespace(choices=dict.fromkeys((n, "x") for n in range(wished)))
    case = cast("Case", SimpleNamespace(facts=facts))
    found = WhyNot(person="p", session="x", obstacle="closed", wanted=Count(number=6))
    private = shown(case, found)
    assert private.wanted is not None and private.wanted.number == number


def school(grades: dict[str, int]) -> tuple[Scenario, Solution]:
    """Students who all chose the one session there is, those tagged ``rare`` first."""
    students: list[dict[str, Any]] = [
        {"id": f"{grade}-{n}", "grade": grade, "tags": ["rare"] * (n < 3) + ["usual"] * (n >= 3)}
        for grade, number in grades.items()
        for n in range(number)
    ]
    bell = {"calendar": "c", "day": "Mon", "block": "flex", "kind": "flex"}
    scenario = Scenario.model_validate(
        {
            "students": students,
            "bells": [bell | {"start": "09:00", "end": "09:40"}],
            "activities": [{"id": "X", "kind": "flex"}],
            "sessions": [{"id": "x", "activity": "X", "block": "Mon.flex"}],
            "choices": [{"person": one["id"], "choice": "X", "rank": 1} for one in students],
        }
    )
    there = [one["id"] for one in students][1:]
    found = judge(scenario, Plan(lines=tuple((p, "x") for p in there), open=frozenset("x")))
    certificate = Certificate(
        value=found.value,
        bound=None,
        gap=None,
        status="feasible",
        stopped_by="done",
        points_per_rule=found.points_per_rule,
        findings_per_rule=found.findings_per_rule,
        counts=found.counts,
        scenario_hash=scenario.digest,
    )
    return scenario, Solution(
        assignments=found.assignments,
        sessions=found.sessions,
        findings=found.findings,
        ledger=found.ledger,
        certificate=certificate,
    )


def test_staff_are_told_of_no_group_whose_rest_is_small() -> None:
    found = treated(*school({"9": 20, "10": 9, "11": 2}), "staff")
    groups = {(one.by, one.name) for one in found.groups}
    assert groups == {
        ("all", "students"),
        ("grade", "9"),
        ("tag", "rare"),
        ("tag", "usual"),
        ("owed", "owed nothing"),
    }
    assert all(one.unplaced is None and one.worst is None for one in found.groups)
    said = "\n".join(treated_sentences(found, "staff"))
    assert "unplaced: fewer than 5" in said and "unplaced: not told" in said


def test_coordinators_are_told_of_every_group() -> None:
    found = treated(*school({"9": 20, "10": 9, "11": 2}), "coordinator")
    whole = {(one.by, one.name): one.unplaced for one in found.groups}
    assert whole["grade", "11"] == 0 and whole["all", "students"] == 1
    assert found.worst_off[0].share == Decimal(0)
