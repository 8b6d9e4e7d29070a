"""People get what they asked for."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from scheduler.models import Choice, Finding
from scheduler.models.points import Points, hundredths, rounded, units
from scheduler.rules.contract import Audience, Knobs, Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.models import Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "People get what they asked for."
maths = "points[rank] or 100·score per place; minus unchosen per place that nobody wished"

RANKED = tuple(Decimal(n) for n in (100, 80, 64, 52, 42, 34, 28, 22, 18, 15))


class Settings(Knobs):
    """Knobs: points by rank (the last value for later ranks); the cost of an open seat."""

    mode: Literal["soft", "off"] = "soft"
    points: Annotated[tuple[Points, ...], Field(min_length=1)] = RANKED
    score: Points = Decimal(100)
    unchosen: Points = Decimal(10)
    unchosen_advisory: Points = Decimal(0)


def worth_of(choice: Choice, settings: Settings) -> Decimal:
    """Points of a choice: by its rank, or ``score`` times its score, rounded half up."""
    if choice.rank is not None:
        return settings.points[min(choice.rank, len(settings.points)) - 1]
    return rounded(settings.score * (choice.score or 0))


def rows(columns: Columns, settings: Settings) -> Rows:
    """No rows: candidates earn the best of their choices, and unwished ones are charged.

    ``x`` of a series earns and is charged in every place that it fills, on its first visit there.
    """
    made = Rows(columns.count)
    points = _points(columns, settings)
    first = columns.visit_first
    made.earn(columns.visit_column[first], points[first])
    open_seat = first & ~columns.wanted
    advisory = columns.session_kind[columns.visit_session] == 1
    cost = np.where(advisory, units(settings.unchosen_advisory), units(settings.unchosen))
    made.charge(columns.visit_column[open_seat], cost[open_seat])
    return made


def _points(columns: Columns, settings: Settings) -> NDArray[np.int64]:
    """(visits,): hundredths of the best choice that each visit meets."""
    choices = [choice for choice in columns.scenario.choices if choice.score != 0]
    pair, visit = columns.visits_to([c.person for c in choices], [c.choice for c in choices])
    worth = np.array([hundredths(worth_of(c, settings)) for c in choices], dtype=np.int64)
    points = np.zeros(len(columns.visit_column), dtype=np.int64)
    np.maximum.at(points, visit, worth[pair])
    return points


def touches(columns: Columns, settings: Settings) -> NDArray[np.bool_]:
    """(people, sessions): whom a session would give points, or spare the cost of an open seat."""
    scenario = columns.scenario
    chosen = [choice for choice in scenario.choices if choice.score != 0]
    found = columns.named([c.person for c in chosen], [c.choice for c in chosen])
    found |= columns.named([p.person for p in scenario.pulls], [p.target for p in scenario.pulls])
    for need in scenario.needs:
        found[columns.person_index[need.person]] |= columns.session_has(need.tag)
    found |= columns.session_fallback[None, :]
    return found


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings: ``open-seat`` (person, session), a place that nobody wished."""
    found = []
    for person, visits in facts.visits(plan).items():
        for session in facts.points_due(visits, person):
            advisory = facts.kind(session) == "advisory"
            cost = settings.unchosen_advisory if advisory else settings.unchosen
            if cost and not facts.wanted(person, session):
                subjects = (person, session)
                found.append(
                    Finding(rule="choices", what="open-seat", subjects=subjects, cost=cost)
                )
    return found


def best(facts: Facts, person: str, session: str, settings: Settings) -> Choice | None:
    """The choice that counts for this person and session: most points, then the lowest rank."""
    chosen = facts.choices.get((person, session), ())
    if len(chosen) == 1:
        return chosen[0]
    return min(chosen, key=lambda c: (-worth_of(c, settings), c.rank or float("inf")), default=None)


def earns(facts: Facts, person: str, session: str, settings: Settings) -> Decimal:
    """Points of the best choice that a place in this session meets."""
    choice = best(facts, person, session, settings)
    return Decimal(0) if choice is None else worth_of(choice, settings)


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of an open seat."""
    person, session = finding.subjects
    if facts.locked_in(person, session):
        return f"{person} is in {session} by a lock alone: nobody wished or needed it for them."
    return f"{person} is in {session}, which nobody wished or needed for them."
