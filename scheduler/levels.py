"""The levels of leximin as a plan reaches them, from ids alone.

First come the findings that are minimised, then the smallest share, the second smallest and so on.
A share is what a person got beyond what they are owed, over the most that they could have alone.
"""

from __future__ import annotations

import heapq
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from scheduler.models.points import plain
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.models import Finding, Scenario

PLACES = 10
"""Decimal places of a share in a certificate."""


class Reached(NamedTuple):
    """What a plan reaches on one level: a number of findings, or a share.

    ``fewer`` says that less is better.
    """

    name: str
    value: Fraction
    fewer: bool

    @property
    def rank(self) -> Fraction:
        """The same, the more the better."""
        return -self.value if self.fewer else self.value


def reached(
    scenario: Scenario,
    findings: Iterable[Finding],
    points: dict[str, Decimal],
    most: dict[str, Decimal],
) -> tuple[Reached, ...]:
    """Measure each level; none where the form of fairness is another.

    Parameters
    ----------
    scenario : Scenario
    findings : iterable of Finding
        Of the plan.
    points, most : dict of person to Decimal
        Choice points that each person got, and the most that they could have alone.
    """
    rule, settings = catalogue.fairness(scenario)
    levels = rule.levels(settings)
    if not levels:
        return ()
    kinds = [(finding.rule, finding.what) for finding in findings]
    first = [
        Reached(words, Fraction(kinds.count((name, what))), fewer=True)
        for name, what, words in catalogue.first(scenario)
    ]
    owed = {row.person: row.owed for row in scenario.ledger}
    shares = (
        Fraction(
            points.get(person, Decimal(0)) - rule.counted(owed.get(person, Decimal(0)), settings)
        )
        / Fraction(best)
        for person, best in most.items()
        if best
    )
    least = heapq.nsmallest(levels, shares)
    return (*first, *(Reached(f"share {at}", s, fewer=False) for at, s in enumerate(least, 1)))


def written(value: Fraction) -> Decimal:
    """A number as a certificate writes it: exact if whole, else to ten places."""
    if value.denominator == 1:
        return Decimal(value.numerator)
    return Decimal(plain(round(Decimal(value.numerator) / Decimal(value.denominator), PLACES)))


__all__ = ["Reached", "reached", "written"]
