"""What it would take that somebody gets a session: small changes, each solved again with it.

A change lets something go that stands against the wish, or gives more room. The scenario with it,
and with the person locked in, is solved again around the solution, and the plan is judged from ids.
So each cost is a promise: solved afresh, the changed scenario with the wish locked in is worth at
least the solution's value less that cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scheduler.explain.altered import (
    applied,
    rows_changed,
    smaller,
    twice,
    unled,
    with_lock,
    without,
)
from scheduler.explain.story import one_more_seat
from scheduler.explain.typed import Asker, Count, Take, WayIn
from scheduler.explain.why import answerable, instead_of, leaderless, moves, obstacle, rank_of
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduler.explain.case import Case, Outcome
    from scheduler.explain.typed import WayKind
    from scheduler.models import Scenario

TRIED = 2
"""People, or other sessions, that are tried for one kind of change."""

KINDS: tuple[WayKind, ...] = (
    "fix",
    "open",
    "move",
    "give-up",
    "seat",
    "unlock",
    "attend",
    "lead",
    "release",
    "parallel",
)
"""Kinds of changes; of equal costs the earlier one is the smaller change."""


class _Idea(NamedTuple):
    """A change that might help: the scenario with it, and what is to be said of it."""

    kind: WayKind
    scenario: Scenario
    session: str
    said: Mapping[str, object]


def what_it_takes(case: Case, person: str, session: str, most: int = 5) -> Take:
    """The smallest changes found that get the person into the session, cheapest first.

    Parameters
    ----------
    case : Case
    person, session : str
        Ids.
    most : int
        Ways told at most. Changes that spare nothing against fixing the person there are left
        out, but for those that say how it would come about: opening the session, something of
        theirs that moves, a wish given up.

    Raises
    ------
    Unanswerable
        When there is no such person or session.
    """
    answerable(case, person, session)
    first = obstacle(case, person, session)
    before = case.weighed.value
    asked = Take(person=person, session=session, obstacle=first, before=before)
    if first in ("there", "not-decided", "leads"):
        return asked
    fixed = case.put(person, session) if first not in BARRED else None
    found = [] if fixed is None else [_told(case, person, fixed, _fixing(case, session))]
    cheapest = found[0].after if found else None
    for idea in _ideas(case, person, session, fixed):
        way = _tried(case, person, idea)
        if way is not None and (way.kind in TELLING or cheapest is None or way.after > cheapest):
            found.append(way)
    ways = [_by_itself(case, person, way) for way in _best_of_each(found)[:most]]
    ways = [way for way in ways if way.kind != "give-up" or way.alone]
    return asked.model_copy(update={"ways": tuple(ways)})


BARRED = ("not-attended", "lock", "leaderless")
"""Obstacles that no lock passes: something must change first."""

TELLING: tuple[WayKind, ...] = ("open", "move", "give-up")
"""Changes that may be told although they spare nothing: they say how it would come about.

A wish is given up for nothing, though, unless that alone brings the person there.
"""


def _best_of_each(found: list[WayIn]) -> list[WayIn]:
    """The cheapest way of each kind, the cheapest kind first; of equal ones the smaller change."""
    found = sorted(found, key=lambda way: (way.cost, KINDS.index(way.kind)))
    kinds: dict[tuple[str, ...], WayIn] = {}
    for way in found:
        kinds.setdefault((way.kind, *(asker.tag or asker.tier for asker in way.askers)), way)
    return list(kinds.values())


def _fixing(case: Case, session: str) -> _Idea:
    return _Idea("fix", case.scenario, session, {})


def _tried(case: Case, person: str, idea: _Idea) -> WayIn | None:
    """Solve again with the change and the wish locked in."""
    if idea.kind == "seat":
        found = case.widened(idea.session, idea.scenario, person)
    else:
        locked = with_lock(idea.scenario, person, idea.session)
        found = case.changed(locked, [(person, idea.session)], brief=idea.kind == "parallel")
    return None if found is None else _told(case, person, found, idea)


def _told(case: Case, person: str, found: Outcome, idea: _Idea) -> WayIn:
    known = case.facts.cycle.decided
    stay = found.plan.model_copy(
        update={"lines": tuple(line for line in found.plan.lines if line[1] in known)}
    )
    others = {move.person for move in moves(case, stay)} - {person}
    return WayIn.model_validate(
        {
            "kind": idea.kind,
            "session": idea.session,
            "cost": case.weighed.value - found.weighed.value,
            "after": found.weighed.value,
            "settled": found.settled,
            "rows": rows_changed(case.scenario, idea.scenario),
            "moved": Count(number=len(others)),
            **idea.said,
        }
    )


def _by_itself(case: Case, person: str, way: WayIn) -> WayIn:
    """Whether the change alone brings the person there: nothing better is found without the lock.

    Not told where not all was decided exactly.
    """
    if not way.settled:
        return way
    if way.kind == "fix":
        return way.model_copy(update={"alone": way.cost <= 0})
    scenario = applied(case.scenario, way.rows)
    if way.kind == "seat":
        found = case.widened(way.session, scenario)
    else:
        found = case.changed(scenario, [(person, way.session)])
    if found is None:
        return way
    better = found.weighed.value > way.after
    return way.model_copy(update={"alone": False if better else (found.settled or None)})


# ---- what might help -------------------------------------------------------------------------


def _ideas(case: Case, person: str, session: str, fixed: Outcome | None) -> Iterator[_Idea]:
    """Changes that have to do with what stands against the wish."""
    first = obstacle(case, person, session)
    if first == "not-attended":
        yield from _attending(case, person, session)
    elif first == "lock":
        yield from _unlocking(case, person, session)
    elif first == "leaderless":
        yield from _leading(case, session)
    elif fixed is not None and session not in case.plan.open:
        yield from _opening(case, session, fixed)
    if first not in BARRED:
        yield from _moving(case, person, session, fixed)
        yield from _giving_up(case, person, session)
    seats = case.facts.seats(session)
    if seats is not None and len(case.roster.get(session, ())) >= seats:
        yield from _roomier(case, session)
        yield from _releasing(case, session)


def _attending(case: Case, person: str, session: str) -> Iterator[_Idea]:
    """Being there in blocks in which they are away."""
    facts = case.facts
    blocks = {facts.session(s).block for s in facts.together(session)}
    away = [b for b in sorted(blocks) if (person, b) in facts.cycle.away]
    if away:
        scenario = without(
            case.scenario, "away", lambda row: row.person == person and row.block in away
        )
        if all(catalogue.facts(scenario).attends(facts.person(person), block) for block in blocks):
            yield _Idea("attend", scenario, session, {})


def _unlocking(case: Case, person: str, session: str) -> Iterator[_Idea]:
    """Without the person's own locks that stand against it; or with them at another time."""
    facts = case.facts
    group = facts.together(session)
    against = {s for s in group if facts.locks.get((person, s)) == "out"}
    against |= {
        held
        for held in facts.locked_sessions.get(person, ())
        for s in group
        if held not in group and _collide(case, person, held, s)
    }
    scenario = without(
        case.scenario, "locks", lambda row: row.person == person and row.session in against
    )
    yield _Idea("unlock", scenario, session, {})
    moved = [held for held in sorted(against) if facts.locks[person, held] == "in"]
    if len(moved) == 1 == len(against):
        for other in _elsewhere(case, person, session, facts.session(moved[0]).activity):
            changed = with_lock(scenario, person, other)
            yield _Idea("move", changed, session, {"instead": moved[0], "to": other})


def _leading(case: Case, session: str) -> Iterator[_Idea]:
    """Somebody else leads it, who is yet to be found."""
    scenario = unled(case.scenario, leaderless(case.facts, session))
    yield _Idea("lead", scenario, session, {})


def _collide(case: Case, person: str, one: str, other: str) -> bool:
    """Whether nobody can be in both: at one time, or in one place."""
    facts = case.facts
    at_once = facts.cycle.overlap(facts.session(one).block, facts.session(other).block)
    return at_once or facts.place(person, one) == facts.place(person, other)


def _elsewhere(case: Case, person: str, session: str, target: str) -> list[str]:
    """Other sessions that a target stands for and that leave the wish its place, roomy ones first.

    At most `TRIED`.
    """
    facts = case.facts
    fits = [s for s in facts.reachable(person, target) if not _collide(case, person, s, session)]
    return _roomy_first(case, fits)


def _roomy_first(case: Case, sessions: list[str]) -> list[str]:
    def tight(session: str) -> tuple[bool, bool, str]:
        seats, size = case.facts.seats(session), len(case.roster.get(session, ()))
        return session not in case.plan.open, seats is not None and size >= seats, session

    return sorted(sessions, key=tight)[:TRIED]


def _opening(case: Case, session: str, fixed: Outcome) -> Iterator[_Idea]:
    """A closed session that opens with as few people as it then has."""
    size = sum(1 for _, where in fixed.plan.lines if where == session)
    state = next(one for one in case.solution.sessions if one.session == session)
    if size < state.min_size:
        yield _Idea("open", smaller(case.scenario, session, size), session, {"size": size})


def _moving(case: Case, person: str, session: str, fixed: Outcome | None) -> Iterator[_Idea]:
    """What school asks of the person then, at another time: locked in there."""
    facts = case.facts
    instead = instead_of(case, person, session)
    if not instead or facts.reason(person, instead) not in ("pull", "need"):
        return
    for asker, sessions in _asked(case, person, instead):
        fits = [s for s in sessions if s != instead and not _collide(case, person, s, session)]
        there = [] if fixed is None else [s for p, s in fixed.plan.lines if p == person]
        chosen = [s for s in fits if s in there] or _roomy_first(case, fits)
        for other in chosen:
            said = {"instead": instead, "to": other, "askers": (asker,)}
            yield _Idea("move", with_lock(case.scenario, person, other), session, said)


def _asked(case: Case, person: str, instead: str) -> Iterator[tuple[Asker, tuple[str, ...]]]:
    """Needs and pulls that a visit counts for, and the sessions that would do as well."""
    facts = case.facts
    for target in (instead, facts.session(instead).activity):
        if (person, target) in facts.pulls:
            pull = facts.pulls[person, target]
            first = next(p for p in pull.pulls if p.tier == pull.tier)
            asker = Asker(tier=pull.tier, by=first.by, why=first.reason)
            yield asker, facts.reachable(person, target)
    for need in facts.needs_of.get(person, ()):
        if facts.meets(instead, need):
            yield Asker(tag=need.tag, by=need.by, why=need.reason), facts.meeting_sessions(need)


def _giving_up(case: Case, person: str, session: str) -> Iterator[_Idea]:
    """Without the person's own wish that is met then."""
    facts = case.facts
    instead = instead_of(case, person, session)
    if instead and facts.reason(person, instead) == "choice":
        names = {instead, facts.session(instead).activity}
        names -= {session, facts.session(session).activity}
        scenario = without(
            case.scenario, "choices", lambda row: row.person == person and row.choice in names
        )
        rank = rank_of(case, person, instead)
        yield _Idea("give-up", scenario, session, {"instead": instead, "rank": rank})


def _roomier(case: Case, session: str) -> Iterator[_Idea]:
    """One more seat; or the session a second time."""
    yield _Idea("seat", one_more_seat(case.scenario, session), session, {})
    if len(case.facts.together(session)) == 1 and case.facts.kind(session) != "advisory":
        scenario, other = twice(case.facts, session)
        yield _Idea("parallel", scenario, other, {"room": scenario.sessions[-1].room})


def _releasing(case: Case, session: str) -> Iterator[_Idea]:
    """Without what holds another person there: a lock, a pull, a need."""
    facts = case.facts
    tried: dict[str, int] = {}
    for other in case.roster[session]:
        why = facts.reason(other, session)
        if why in ("lock", "pull", "need") and tried.setdefault(why, 0) < TRIED:
            tried[why] += 1
            scenario = _released(case, other, session, why)
            said = {"hold": why, "subjects": (other,), "others": Count(number=1)}
            yield _Idea("release", scenario, session, said)


def _released(case: Case, person: str, session: str, why: str) -> Scenario:
    facts = case.facts
    names = {session, facts.session(session).activity}
    if why == "lock":
        group = facts.together(session)
        return without(
            case.scenario, "locks", lambda row: row.person == person and row.session in group
        )
    if why == "pull":
        return without(
            case.scenario, "pulls", lambda row: row.person == person and row.target in names
        )
    tags = facts.tags[session]
    return without(case.scenario, "needs", lambda row: row.person == person and row.tag in tags)
