"""How a solution came out: who is placed and how well, what was met, what stands out."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from scheduler.models.wishes import TIERS
from scheduler.report.headline import Headline, headline
from scheduler.report.standings import Spread, Standing, spreads, standings
from scheduler.report.typed import Report, called, ratio
from scheduler.report.wording import REASONS, ordinal
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.models import Assignment, Scenario, SessionState, Solution
    from scheduler.rules.facts import Facts, Place

NOTHING = Decimal(0)
PRIORITIES = ("critical", "high", "normal", "low")
LAST = 1_000_001
"""Beyond every rank."""

LEADS = (LAST - 1, "leads a session there")

STANDING_OUT = 5
"""How many of the worst-off people, the fullest and the emptiest sessions are named."""


class Filled(Report):
    """How many places were filled in one way: a choice of this rank, a need, an open seat.

    ``kinds`` are the places by kind, ``share`` is that of all places.
    """

    how: str
    kinds: dict[str, int]
    places: int
    share: Decimal


class Met(Report):
    """How many needs of one priority, or pulls of one tier, were met."""

    level: str
    asked: int
    met: int


class Seats(Report):
    """How full one session is."""

    session: str
    title: str
    block: str
    size: int
    max_size: int | None
    min_size: int
    waiting: int


class Cost(Report):
    """What one rule found: how often, at what cost, and how many of it were waived."""

    rule: str
    promise: str
    findings: int
    cost: Decimal
    waived: int


class Summary(Report):
    """A solution at a glance.

    Attributes
    ----------
    earned, worth, cost : Decimal
        Choice points; what fairness makes of them; what all findings cost. The value is
        ``worth − cost``.
    filled : tuple of Filled
        Every place once; together they are the places due.
    unplaced : tuple of str
        ``who: where`` for each place that nobody could be given.
    worst_off : tuple of Standing
        Lowest share first; people who could have earned nothing are left out.
    fullest, emptiest : tuple of Seats
        Of the open sessions: most waiting and fullest first; emptiest first.
    closed : tuple of Seats
        Sessions that do not run, the most missed first.
    """

    name: str
    headline: Headline
    students: int
    staff: int
    earned: Decimal
    worth: Decimal
    cost: Decimal
    filled: tuple[Filled, ...]
    unplaced: tuple[str, ...]
    needs: tuple[Met, ...]
    pulls: tuple[Met, ...]
    spread: tuple[Spread, ...]
    worst_off: tuple[Standing, ...]
    fullest: tuple[Seats, ...]
    emptiest: tuple[Seats, ...]
    closed: tuple[Seats, ...]
    costs: tuple[Cost, ...]


def summary(scenario: Scenario, solution: Solution) -> Summary:
    """Summarise a solution that names nobody and nothing strange; see `typed.strangers`."""
    facts = catalogue.facts(scenario)
    names = called(scenario)
    visits = facts.visits(solution.plan)
    people = standings(scenario, facts, solution, names)
    seats = [_seats(facts, state) for state in solution.sessions if _decided(facts, state)]
    is_open = {state.session for state in solution.sessions if state.open}
    cost = sum((finding.cost for finding in solution.findings), NOTHING)
    running = [one for one in seats if one.session in is_open]
    return Summary(
        name=scenario.scenario.name,
        headline=headline(solution.certificate),
        students=len(scenario.students),
        staff=len(scenario.staff),
        earned=sum((line.points for line in solution.assignments), NOTHING),
        worth=solution.certificate.value + cost,
        cost=cost,
        filled=tuple(filled(facts, solution)),
        unplaced=tuple(_unplaced(solution, names)),
        needs=tuple(_needs(facts, visits)),
        pulls=tuple(_pulls(facts, visits)),
        spread=tuple(spreads(facts, solution, people)),
        worst_off=tuple(people[:STANDING_OUT]),
        fullest=tuple(sorted(running, key=_fullness)[:STANDING_OUT]),
        emptiest=tuple(sorted(running, key=_emptiness)[:STANDING_OUT]),
        closed=tuple(sorted((s for s in seats if s.session not in is_open), key=_fullness)),
        costs=tuple(costs(solution)),
    )


# ---- places ------------------------------------------------------------------------------------


def filled(facts: Facts, solution: Solution) -> Iterable[Filled]:
    """Ways in which places were filled, the best rank first; each place counts once."""
    lines: dict[Place, Assignment] = {}
    for line in solution.assignments:
        if line.session and line.reason != "kept":
            lines.setdefault(facts.place(line.person, line.session), line)
    led = facts.filled_by_leading(solution.plan)
    ways: dict[tuple[int, str], Counter[str]] = {}
    for place in (place for places in facts.places.values() for place in places):
        way = LEADS if place in led else way_of(lines.get(place))
        ways.setdefault(way, Counter())[place.kind] += 1
    places = sum(len(due) for due in facts.places.values())
    for (_, how), kinds in sorted(ways.items()):
        number = kinds.total()
        yield Filled(how=how, kinds=dict(kinds), places=number, share=ratio(number, places))


def way_of(line: Assignment | None) -> tuple[int, str]:
    """How a place was filled, behind its order in the table: ranks, other wishes, reasons."""
    if line is None:
        return LAST, REASONS["unplaced"]
    if line.rank is not None:
        return line.rank - LAST, f"{ordinal(line.rank)} choice"
    if line.points:
        return 0, "a choice with a score"
    return 1 + list(REASONS).index(line.reason), REASONS[line.reason]


def _unplaced(solution: Solution, names: dict[str, str]) -> Iterable[str]:
    for line in solution.assignments:
        if line.reason == "unplaced":
            yield f"{names[line.person]}: {line.block or 'once per cycle'}"


# ---- needs and pulls ---------------------------------------------------------------------------


def _needs(facts: Facts, visits: dict[str, tuple[str, ...]]) -> Iterable[Met]:
    return _met(
        PRIORITIES,
        [
            (need.priority, sum(facts.meets(s, need) for s in visits[need.person]) >= need.visits)
            for need in facts.needs
        ],
    )


def _pulls(facts: Facts, visits: dict[str, tuple[str, ...]]) -> Iterable[Met]:
    return _met(
        TIERS,
        [
            (asked.tier, bool(set(facts.reachable(person, target)) & set(visits[person])))
            for (person, target), asked in facts.pulls.items()
        ],
    )


def _met(levels: Iterable[str], outcomes: list[tuple[str, bool]]) -> Iterable[Met]:
    for level in levels:
        here = [done for at, done in outcomes if at == level]
        if here:
            yield Met(level=level, asked=len(here), met=sum(here))


# ---- sessions and rules ------------------------------------------------------------------------


def _decided(facts: Facts, state: SessionState) -> bool:
    return state.session in facts.cycle.decided


def _seats(facts: Facts, state: SessionState) -> Seats:
    return Seats(
        session=state.session,
        title=facts.activity(state.session).title,
        block=state.block,
        size=state.size,
        max_size=state.max_size,
        min_size=state.min_size,
        waiting=state.waiting,
    )


def _fullness(one: Seats) -> tuple[int, Decimal, int]:
    taken = ratio(one.size, one.max_size) if one.max_size else NOTHING
    return -one.waiting, -taken, -one.size


def _emptiness(one: Seats) -> tuple[bool, Decimal, int]:
    """Sessions that take any number come last: they are never empty."""
    taken = ratio(one.size, one.max_size) if one.max_size else NOTHING
    return one.max_size is None, taken, one.size


def costs(solution: Solution) -> Iterable[Cost]:
    """What each rule found, the costliest first."""
    rules = catalogue.rules()
    cost: dict[str, Decimal] = {}
    for finding in solution.findings:
        cost[finding.rule] = cost.get(finding.rule, NOTHING) + finding.cost
    count = Counter(finding.rule for finding in solution.findings)
    waived = Counter(f.rule for f in solution.findings if f.weight == "waived")
    for rule in sorted(cost, key=lambda name: (-cost[name], name)):
        promise = rules[rule].title if rule in rules else ""
        yield Cost(
            rule=rule,
            promise=promise,
            findings=count[rule],
            cost=cost[rule],
            waived=waived[rule],
        )
