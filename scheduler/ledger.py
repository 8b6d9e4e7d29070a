"""The ledger: what people are owed after a cycle, so that last week's loser wins this week's tie."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from scheduler.models.points import HUNDREDTH, hundredths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scheduler.rules.facts import Facts, Place

    Earns = Callable[[str, str], Decimal]

CAP = Fraction(100)
"""Nobody is owed more points than this."""
CARRIED = Fraction(1, 2)
"""Share of an old debt that stays."""

_FORCED = 10**9
"""Hundredths that make an assignment keep every lock before it looks at points."""


def following(facts: Facts, points: dict[str, Decimal], earns: Earns) -> dict[str, Decimal]:
    """Points owed after a cycle: ``min(100, owed/2 + 100·max(0, median share − own share))``.

    A share is choice points over the most that a plan legal for the person alone could earn
    (`best_alone`); medians are of students and of staff apart. Who could earn nothing keeps half.

    Parameters
    ----------
    facts : Facts
    points : dict of person to Decimal
        Choice points that each person got.
    earns : callable (person, session) -> Decimal
        Choice points of a place.

    Returns
    -------
    dict of person to Decimal
        Everyone, in the order of the files, rounded half up to hundredths.
    """
    owed = {row.person: Fraction(row.owed) for row in facts.scenario.ledger}
    most = {person.id: best_alone(facts, person.id, earns) for person in facts.scenario.people}
    share = {
        person: Fraction(points.get(person, Decimal(0))) / Fraction(best)
        for person, best in most.items()
        if best
    }
    found = {}
    for group in (facts.scenario.students, facts.scenario.staff):
        middle = _median([share[person.id] for person in group if person.id in share])
        for person in group:
            behind = max(Fraction(0), middle - share.get(person.id, middle))
            debt = min(CAP, CARRIED * owed.get(person.id, Fraction(0)) + 100 * behind)
            found[person.id] = _rounded(debt)
    return found


def best_alone(facts: Facts, person: str, earns: Earns) -> Decimal:
    """The most choice points of a plan that is legal for this person alone, all sessions open.

    Series fill several places at once, so each set of compatible series is tried; the places left
    are an assignment problem between places and visits of activities.
    """
    reachable = _reachable(facts, person)
    units = list(dict.fromkeys(facts.together(session) for session in reachable))
    spanning = [unit for unit in units if len(unit) > 1 or _clashing(facts, unit, units)]
    single = [unit[0] for unit in units if unit not in spanning]
    best = Decimal(0)
    for number in range(len(spanning) + 1):
        for chosen in combinations(spanning, number):
            worth = _together(facts, person, chosen, single, earns)
            best = max(best, worth)
    return best


def _reachable(facts: Facts, person: str) -> list[str]:
    """Sessions that the person may go to and that a lock or a choice makes worth a look."""
    worthy = dict.fromkeys((*facts.locked_sessions.get(person, ()), *facts.wished.get(person, ())))
    return [session for session in worthy if facts.may_go(person, session)]


def _clashing(facts: Facts, unit: tuple[str, ...], units: Iterable[tuple[str, ...]]) -> bool:
    """Whether a session overlaps one of another block, so that places alone do not part them."""
    block = facts.session(unit[0]).block
    others = {facts.session(session).block for other in units for session in other} - {block}
    return any(facts.cycle.overlap(block, other) for other in others)


def _together(
    facts: Facts,
    person: str,
    chosen: tuple[tuple[str, ...], ...],
    single: list[str],
    earns: Earns,
) -> Decimal:
    """Most points with exactly these spanning units; 0 where they cannot be together."""
    used: set[Place] = set()
    blocks: list[str] = []
    total = Decimal(0)
    for unit in chosen:
        places = {facts.place(person, session) for session in unit}
        here = [facts.session(session).block for session in unit]
        if used & places or any(facts.cycle.overlap(a, b) for a in blocks for b in here):
            return Decimal(0)
        used |= places
        blocks += here
        total += sum((earns(person, s) for s in facts.points_due(unit, person)), Decimal(0))
    left = [session for session in single if facts.place(person, session) not in used]
    return total + _assigned(facts, person, left, earns)


def _assigned(facts: Facts, person: str, sessions: list[str], earns: Earns) -> Decimal:
    """Most points of places × visits of activities, locks kept, visit limits kept."""
    places = list(dict.fromkeys(facts.place(person, session) for session in sessions))
    limits = {
        activity: _limit(facts, person, activity, len(places))
        for activity in dict.fromkeys(facts.session(s).activity for s in sessions)
    }
    copies = [activity for activity, limit in limits.items() for _ in range(limit)]
    worth: dict[tuple[Place, str], int] = defaultdict(int)
    for session in sessions:
        key = (facts.place(person, session), facts.session(session).activity)
        forced = _FORCED if facts.locks.get((person, session)) == "in" else 0
        worth[key] = max(worth[key], hundredths(earns(person, session)) + forced)
    table = np.array([[worth[place, activity] for activity in copies] for place in places])
    if not table.size:
        return Decimal(0)
    rows, columns = linear_sum_assignment(table, maximize=True)
    return Decimal(int((table[rows, columns] % _FORCED).sum())) / 100


def _limit(facts: Facts, person: str, activity: str, places: int) -> int:
    """How often the person may visit the activity, at most once per place."""
    offer = facts.cycle.activities[activity]
    if offer.kind == "advisory" or offer.max_visits == 0:
        return places
    if offer.max_visits is not None:
        return min(places, offer.max_visits)
    return places if offer.fallback else min(places, max(1, facts.need_visits(person, activity)))


def _median(values: list[Fraction]) -> Fraction:
    if not values:
        return Fraction(0)
    ordered = sorted(values)
    half = len(ordered) // 2
    return (ordered[half] + ordered[-half - 1]) / 2


def _rounded(value: Fraction) -> Decimal:
    hundred = (value * 100).numerator * 2 // (value * 100).denominator
    return (Decimal(hundred + 1) // 2 / 100).quantize(HUNDREDTH, rounding=ROUND_HALF_UP)


__all__ = ["best_alone", "following"]

