"""The ledger: what people are owed after a cycle; last week's loser wins this week's tie."""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from scheduler.models.points import HUNDREDTH, hundredths
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scheduler.models.time import Kind
    from scheduler.rules.facts import Facts

    Earns = Callable[[str, str], Decimal]
    _Fills = tuple[Kind, str]

CAP = Fraction(100)
"""Nobody is owed more points than this."""
CARRIED = Fraction(1, 2)
"""Share of an old debt that stays."""

_FORCED = 10**9
"""Hundredths that make an assignment keep every lock before it looks at points."""


def following(
    facts: Facts, points: dict[str, Decimal], most: dict[str, Decimal]
) -> dict[str, Decimal]:
    """Points owed after a cycle: ``min(100, owed/2 + 100·max(0, median share − own share))``.

    A share is choice points over the most that a plan legal for the person alone could earn
    (`best_alone`); medians are of students and of staff apart. Who could earn nothing keeps half.

    Parameters
    ----------
    facts : Facts
    points : dict of person to Decimal
        Choice points that each person got.
    most : dict of person to Decimal
        The most that each could have alone (`everybodys_best`).

    Returns
    -------
    dict of person to Decimal
        Everyone, in the order of the files, rounded half up to hundredths.
    """
    owed = {row.person: Fraction(row.owed) for row in facts.scenario.ledger}
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


def everybodys_best(facts: Facts, earns: Earns) -> dict[str, Decimal]:
    """`best_alone` of each person, in the order of the files."""
    if not facts.best_alone:
        school = _school(facts, earns)
        facts.best_alone = {p.id: _best_alone(school, p.id) for p in facts.scenario.people}
    return facts.best_alone


def best_alone(facts: Facts, person: str, earns: Earns) -> Decimal:
    """The most choice points of a plan that is legal for this person alone, all sessions open.

    Series fill several places at once, so each set of compatible series is tried; the places left
    are an assignment problem between places and visits of activities. Of locks that cannot all
    hold, as many as can do.
    """
    return _best_alone(_school(facts, earns), person)


class _School(NamedTuple):
    """What is the same for everybody; ``free`` says that visits are not limited."""

    facts: Facts
    earns: Earns
    free: bool


def _school(facts: Facts, earns: Earns) -> _School:
    return _School(facts, earns, catalogue.knobs(facts.scenario, "visits").mode == "off")


def _best_alone(school: _School, person: str) -> Decimal:
    facts = school.facts
    reachable = _reachable(facts, person)
    units = list(dict.fromkeys(facts.together(session) for session in reachable))
    blocks = {facts.session(session).block for unit in units for session in unit}
    spanning = [unit for unit in units if len(unit) > 1 or _clashing(facts, unit[0], blocks)]
    single = [unit[0] for unit in units if unit not in spanning]
    return max(
        _together(school, person, chosen, single) for chosen in _compatible(facts, spanning, ())
    ).points


class _Alone(NamedTuple):
    """What a person's plan keeps of their locks, then what it earns."""

    locks: int
    points: Decimal


def _reachable(facts: Facts, person: str) -> list[str]:
    """Sessions that the person may go to and that a lock or a choice makes worth a look.

    Who leads a session, or one of its series, can never attend it.
    """
    locked = (s for s in facts.locked_sessions.get(person, ()) if facts.may_go(person, s))
    worthy = dict.fromkeys((*locked, *facts.wished.get(person, ())))
    led = facts.cycle.leading.get(person, frozenset())
    return [session for session in worthy if led.isdisjoint(facts.together(session))]


def _clashing(facts: Facts, session: str, blocks: set[str]) -> bool:
    """Whether a session overlaps another of the blocks, so that places alone do not part them."""
    return not facts.cycle.overlapping[facts.session(session).block].isdisjoint(blocks)


def _compatible(
    facts: Facts, left: list[tuple[str, ...]], chosen: tuple[tuple[str, ...], ...]
) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Every set of units, ``chosen`` and some that are left, that can be attended together."""
    yield chosen
    for at, unit in enumerate(left):
        if not any(_collide(facts, unit, other) for other in chosen):
            yield from _compatible(facts, left[at + 1 :], (*chosen, unit))


def _collide(facts: Facts, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two units would fill one place or overlap in time."""
    return any(
        facts.fills[a] == facts.fills[b]
        or facts.cycle.overlap(facts.session(a).block, facts.session(b).block)
        for a in one
        for b in other
    )


def _together(
    school: _School, person: str, chosen: tuple[tuple[str, ...], ...], single: list[str]
) -> _Alone:
    """The best with exactly these spanning units."""
    facts, earns = school.facts, school.earns
    used = {facts.fills[session] for unit in chosen for session in unit}
    seen = Counter(facts.session(unit[0]).activity for unit in chosen if len(unit) == 1)
    if any(n > _limit(school, person, activity, n) for activity, n in seen.items()):
        return _Alone(-1, Decimal(0))
    left = [session for session in single if facts.fills[session] not in used]
    rest = _assigned(school, person, left, seen)
    kept = sum(facts.locked_in(person, unit[0]) for unit in chosen)
    due = (s for unit in chosen for s in facts.points_due(unit, person))
    return _Alone(rest.locks + kept, sum((earns(person, s) for s in due), rest.points))


def _assigned(school: _School, person: str, sessions: list[str], seen: Counter[str]) -> _Alone:
    """The best of places × visits of activities, locks first, visit limits less ``seen`` kept."""
    worth = _worth(school, person, sessions)
    places = list(dict.fromkeys(place for place, _ in worth))
    limits = {
        activity: _limit(school, person, activity, len(places) + seen[activity]) - seen[activity]
        for activity in dict.fromkeys(activity for _, activity in worth)
    }
    copies = [activity for activity, limit in limits.items() for _ in range(limit)]
    table = np.array([[worth.get((p, activity), 0) for activity in copies] for p in places])
    if not table.size:
        return _Alone(0, Decimal(0))
    locks, points = np.divmod(table[linear_sum_assignment(table, maximize=True)], _FORCED)
    return _Alone(int(locks.sum()), Decimal(int(points.sum())) / 100)


def _worth(school: _School, person: str, sessions: list[str]) -> dict[tuple[_Fills, str], int]:
    """Hundredths that the best session of each place and activity earns, locks above all."""
    facts = school.facts
    locked = facts.locked_sessions.get(person, ())
    found: dict[tuple[_Fills, str], int] = {}
    for session in sessions:
        key = (facts.fills[session], facts.session(session).activity)
        forced = _FORCED if session in locked else 0
        earned = hundredths(school.earns(person, session)) + forced
        found[key] = max(found.get(key, 0), earned)
    return found


def _limit(school: _School, person: str, activity: str, places: int) -> int:
    """How often the person may visit the activity, at most once per place."""
    facts = school.facts
    offer = facts.cycle.activities[activity]
    if school.free or offer.kind == "advisory" or offer.max_visits == 0:
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


__all__ = ["best_alone", "everybodys_best", "following"]
