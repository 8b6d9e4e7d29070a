"""Two calendars subtracted: who gains and loses, and what would balance the week and the year.

A district that shortens M Mondays of D school days by 90 minutes and wants to keep the year's total
lengthens the D − M other days by 90·M/(D − M): with D = 180 and M = 36 by 22.5 minutes. The week
alone, four days for one, asks for 22.5 minutes too; where Mondays are holidays, M is smaller, and
the year asks for less than the week. So both are told.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from scheduler.calendars.minutes import Tally, summed
from scheduler.models.solution import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduler.calendars.minutes import CalendarMinutes, Period
    from scheduler.models import Scenario

HUNDREDTH = Decimal("0.01")


class Balance(Outcome):
    """What one grade's instructional minutes come to in a second calendar against a first.

    Attributes
    ----------
    shorter : int
        Days (in the year: dates) that are shorter in the second; M of the identity.
    others : int
        The other school days of the second; D − M.
    lost, gained : int
        Minutes that the shorter days lose, and that the others gain, both 0 or more.
    net : int
        gained − lost: the second total less the first.
    needed : Decimal or None
        Minutes that each other day would have to be longer than in the first calendar for both
        totals to be equal, lost / others, to hundredths; ``None`` where there is no other day.
    missing : Decimal or None
        Minutes that each other day would still have to be longer than in the second calendar,
        −net / others; below 0 where it could be shorter.
    """

    shorter: int
    others: int
    lost: int
    gained: int
    net: int
    needed: Decimal | None
    missing: Decimal | None


class GradeChange(Outcome):
    """How one grade fares in a second calendar against a first.

    Attributes
    ----------
    grade : str
    cycle : Tally
        Every figure of the second cycle less that of the first.
    year : Tally or None
        ``None`` where one of the calendars has no dates.
    week_balance : Balance
        Over the days of the cycle.
    year_balance : Balance or None
        Over the dates.
    """

    grade: str
    cycle: Tally
    year: Tally | None
    week_balance: Balance
    year_balance: Balance | None


def changes(
    scenario: Scenario, first: CalendarMinutes, second: CalendarMinutes
) -> tuple[GradeChange, ...]:
    """How every grade fares in ``second`` against ``first``, both calendars of ``scenario``."""
    return tuple(_change(scenario, first, second, grade) for grade in second.grades)


def _change(
    scenario: Scenario, first: CalendarMinutes, second: CalendarMinutes, grade: str
) -> GradeChange:
    dated = first.year is not None and second.year is not None
    return GradeChange(
        grade=grade,
        cycle=_less(first.cycle, second.cycle, grade),
        year=_less(first.year, second.year, grade) if first.year and second.year else None,
        week_balance=_balance(_by_cycle_day(first, grade), _by_cycle_day(second, grade)),
        year_balance=_balance(_by_date(scenario, first, grade), _by_date(scenario, second, grade))
        if dated
        else None,
    )


def _less(first: Period, second: Period, grade: str) -> Tally:
    parts = [(second.grades.get(grade, Tally()), 1), (first.grades.get(grade, Tally()), -1)]
    return summed(parts)


def _by_cycle_day(found: CalendarMinutes, grade: str) -> dict[str, int]:
    return {day.day: day.grades[grade].instructional for day in found.days if day.in_cycle}


def _by_date(scenario: Scenario, found: CalendarMinutes, grade: str) -> dict[str, int]:
    by_day = {day.day: day.grades[grade].instructional for day in found.days}
    return {
        row.date.isoformat(): by_day[row.day]
        for row in scenario.days
        if row.calendar == found.calendar and row.day
    }


def _balance(first: Mapping[str, int], second: Mapping[str, int]) -> Balance:
    """Balance of minutes by day; a day that one of them lacks has none in it."""
    change = {day: second.get(day, 0) - first.get(day, 0) for day in {**first, **second}}
    lost = -sum(amount for amount in change.values() if amount < 0)
    gained = sum(amount for amount in change.values() if amount > 0)
    others = sum(1 for day in second if change[day] >= 0)
    return Balance(
        shorter=sum(1 for amount in change.values() if amount < 0),
        others=others,
        lost=lost,
        gained=gained,
        net=gained - lost,
        needed=_each(lost, others),
        missing=_each(lost - gained, others),
    )


def _each(amount: int, days: int) -> Decimal | None:
    """``amount / days`` to hundredths, half up; ``None`` without a day."""
    if not days:
        return None
    share = Fraction(amount, days)
    exact = Decimal(share.numerator) / Decimal(share.denominator)
    return exact.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)
