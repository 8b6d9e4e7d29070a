"""What every report is made of: typed facts, from which tables and JSON are made alike."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.models import Scenario, Solution
    from scheduler.rules.facts import Facts


class Report(BaseModel):
    """Part of a report. Immutable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Unknown(LookupError):
    """Somebody or something that was asked for is not known, or not known well enough."""


def unknown(kind: str, asked: str, known: Iterable[str]) -> Unknown:
    """Say that there is no such thing, and which known one is the nearest."""
    found = process.extractOne(asked, list(known), scorer=Levenshtein.normalized_similarity)
    nearest = f"the nearest known is {found[0]!r}" if found else "there is none at all"
    return Unknown(f"there is no {kind} {asked!r}; {nearest}")


def strangers(facts: Facts, solution: Solution) -> tuple[str, ...]:
    """People and sessions that a solution names and the scenario does not know, each once."""
    people, offered = facts.cycle.people, facts.cycle.offered
    named = [line.person for line in solution.assignments if line.person not in people]
    named += [
        line.session
        for line in solution.assignments
        if line.session and line.session not in offered
    ]
    named += [state.session for state in solution.sessions if state.session not in offered]
    return tuple(dict.fromkeys(named))


def called(scenario: Scenario) -> dict[str, str]:
    """How people are called: ``name (id)``, or the id where there is no name."""
    return {p.id: f"{p.name} ({p.id})" if p.name else p.id for p in scenario.people}


def ratio(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """A share from 0 to 1, to four places; 0 of nothing."""
    return round(Decimal(part) / Decimal(whole), 4) if whole else Decimal(0)


def by_grade(group: str) -> tuple[bool, int, str]:
    """Sort key of grades: by number where they are numbers, then by name; staff come last."""
    grade = group.removeprefix("grade ")
    number = int(grade) if grade.isascii() and grade.isdigit() else 0
    return group == "staff", number, grade
