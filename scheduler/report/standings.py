"""How well people did: their share of the most they could have had, alone and by group."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

from scheduler.ledger import best_alone
from scheduler.report.typed import Report, by_grade, ratio
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scheduler.models import Scenario, Solution
    from scheduler.rules.facts import Facts

    Earns = Callable[[str, str], Decimal]

NOTHING = Decimal(0)


class Standing(Report):
    """How well one person did: choice points over the most they could have had alone."""

    person: str
    called: str
    group: str
    points: Decimal
    best: Decimal
    share: Decimal


class Spread(Report):
    """How well a group did: its shares, and how many places went to a first choice.

    ``first`` is ``None`` where nobody ranks anything.
    """

    group: str
    people: int
    worst: Decimal
    middle: Decimal
    best: Decimal
    first: Decimal | None


def standings(
    scenario: Scenario, facts: Facts, solution: Solution, names: dict[str, str]
) -> list[Standing]:
    """Everybody who could have earned something, the worst-off first.

    Who leads in every place due is left out: they were not to attend anything.
    """
    earns = catalogue.earnings(facts)
    led = facts.filled_by_leading(solution.plan)
    points: dict[str, Decimal] = defaultdict(Decimal)
    for line in solution.assignments:
        points[line.person] += line.points
    found = []
    for group, people in _groups(scenario).items():
        for person in people:
            best = best_alone(facts, person, earns)
            if best and not led.issuperset(facts.places[person]):
                standing = Standing(
                    person=person,
                    called=names[person],
                    group=group,
                    points=points[person],
                    best=best,
                    share=ratio(points[person], best),
                )
                found.append(standing)
    return sorted(found, key=lambda one: (one.share, -one.best))


def _groups(scenario: Scenario) -> dict[str, list[str]]:
    """People by grade, in the order of the file; then the staff."""
    found: dict[str, list[str]] = {}
    for student in scenario.students:
        found.setdefault(f"grade {student.grade}", []).append(student.id)
    return found | {"staff": [person.id for person in scenario.staff]}


def spreads(facts: Facts, solution: Solution, people: list[Standing]) -> Iterable[Spread]:
    """How each group did; of grades only where there are several."""
    ranked = any(choice.rank for choice in facts.scenario.choices)
    ranks = Counter(line.person for line in solution.assignments if line.rank == 1)
    groups: dict[str, list[Standing]] = {"students": [s for s in people if s.group != "staff"]}
    for one in sorted(people, key=lambda one: by_grade(one.group)):
        groups.setdefault(one.group, []).append(one)
    if sum(group.startswith("grade ") for group in groups) == 1:
        groups = {group: ones for group, ones in groups.items() if not group.startswith("grade ")}
    for group, ones in groups.items():
        if ones:
            shares = [one.share for one in ones]
            places = sum(len(facts.places[one.person]) for one in ones)
            yield Spread(
                group=group,
                people=len(ones),
                worst=min(shares),
                middle=Decimal(median(shares)),
                best=max(shares),
                first=ratio(sum(ranks[one.person] for one in ones), places) if ranked else None,
            )
