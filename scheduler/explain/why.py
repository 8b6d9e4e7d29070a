"""Why somebody is where they are, and why they are not elsewhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from scheduler.explain.typed import Asker, Count, Crowd, Move, Option, WhatIf, Why, WhyNot
from scheduler.models import Student
from scheduler.rules import catalogue
from scheduler.verify import gap, weigh

if TYPE_CHECKING:
    from scheduler.explain.case import Case, Outcome
    from scheduler.explain.typed import Obstacle
    from scheduler.models import Assignment, Plan
    from scheduler.rules.facts import Facts


class Unanswerable(LookupError):
    """There is no such person, session or place to explain."""


IMPOSSIBLE = ("there", "not-decided", "not-attended", "leads", "lock", "leaderless")
"""Obstacles that no plan can pass."""


def why(case: Case, person: str) -> tuple[Why, ...]:
    """Why the person is where they are, place by place, in the order of the solution's lines.

    Parameters
    ----------
    case : Case
    person : str
        An id.

    Raises
    ------
    Unanswerable
        When there is no such person, or the solution has no line of them.
    """
    lines = [line for line in case.solution.assignments if line.person == person]
    if person not in case.facts.cycle.people:
        raise Unanswerable(f"there is no person {person!r}")
    if not lines:
        raise Unanswerable(f"no place is due to {person!r} but what they lead; ask about a session")
    return tuple(_why(case, line) for line in lines)


def _why(case: Case, line: Assignment) -> Why:
    return Why(
        person=line.person,
        block=line.block,
        session=line.session,
        reason=line.reason,
        rank=line.rank,
        points=line.points,
        askers=askers(case, line.person, line.session) if line.reason != "kept" else (),
        options=tuple(_options(case, line)),
    )


def askers(case: Case, person: str, session: str) -> tuple[Asker, ...]:
    """Needs and pulls that a visit to the session counts for."""
    facts = case.facts
    if session not in facts.cycle.decided or not facts.may_go(person, session):
        return ()
    targets = (session, facts.session(session).activity)
    asked = [facts.pulls[person, t] for t in targets if (person, t) in facts.pulls]
    found = [
        Asker(tier=pull.tier, by=pull.by, why=pull.reason) for one in asked for pull in one.pulls
    ]
    return tuple(found) + tuple(
        Asker(tag=need.tag, by=need.by, why=need.reason)
        for need in facts.needs_of.get(person, ())
        if facts.meets(session, need)
    )


def _options(case: Case, line: Assignment) -> list[Option]:
    """Other sessions of the place that the person wished, dearest first."""
    facts, earns = case.facts, catalogue.earnings(case.facts)
    found = []
    for session in facts.wished.get(line.person, ()):
        block = facts.session(session).block
        same = block == line.block or not (line.block or facts.place(line.person, session).block)
        if same and session != line.session:
            found.append(
                Option(
                    session=session,
                    rank=rank_of(case, line.person, session),
                    points=earns(line.person, session),
                    why_not=obstacle(case, line.person, session),
                )
            )
    return sorted(found, key=lambda one: (-one.points, one.session))


def rank_of(case: Case, person: str, session: str) -> int | None:
    """Best rank among the person's choices that the session meets."""
    ranks = [c.rank for c in case.facts.choices.get((person, session), ()) if c.rank is not None]
    return min(ranks, default=None)


# ---- why not ---------------------------------------------------------------------------------


def why_not(case: Case, person: str, session: str) -> WhyNot:
    """Why the person is not in the session, with a verified what-if where there can be one.

    Raises
    ------
    Unanswerable
        When there is no such person or session.
    """
    answerable(case, person, session)
    facts = case.facts
    first = obstacle(case, person, session)
    known = session in facts.cycle.decided
    instead = instead_of(case, person, session) if known else ""
    state = next(one for one in case.solution.sessions if one.session == session)
    return WhyNot(
        person=person,
        session=session,
        obstacle=first,
        instead=instead,
        rank=rank_of(case, person, session),
        needed=_needed(case, session, first),
        askers=askers(case, person, instead) if first == "school" else (),
        wanted=Count(number=state.waiting) if first == "closed" else None,
        crowd=crowd(case, session) if known and first not in IMPOSSIBLE else None,
        what_if=what_if(case, person, session) if first not in IMPOSSIBLE else None,
    )


def answerable(case: Case, person: str, session: str) -> None:
    """Refuse to speak of nobody and nothing.

    Raises
    ------
    Unanswerable
        When there is no such person or session.
    """
    if person not in case.facts.cycle.people:
        raise Unanswerable(f"there is no person {person!r}")
    if session not in case.facts.cycle.offered:
        raise Unanswerable(f"there is no session {session!r} in the cycle")


def obstacle(case: Case, person: str, session: str) -> Obstacle:
    """What stands first against a person in a session."""
    facts = case.facts
    if (person, session) in case.lines:
        return "there"
    if session not in facts.cycle.decided:
        return "not-decided"
    if _leads(case, person, session):
        return "leads"
    if not all(
        facts.attends(facts.person(person), facts.session(s).block) for s in facts.together(session)
    ):
        return "not-attended"
    barred = _barred(case, person, session)
    if barred is None and leaderless(facts, session):
        return "leaderless"
    return barred or _placed(case, person, session)


def _barred(case: Case, person: str, session: str) -> Obstacle | None:
    """Eligibility and locks."""
    facts = case.facts
    who = facts.person(person)
    if not facts.locked_in(person, session):
        for other in facts.together(session):
            activity = facts.activity(other)
            grades = activity.grades if isinstance(who, Student) else ()
            if isinstance(who, Student) and grades and who.grade not in grades:
                return "grades"
            if activity.only and not set(activity.only) & who.all_tags:
                return "only"
    if any(facts.locks.get((person, s)) == "out" for s in facts.together(session)):
        return "lock"
    blocks = {facts.session(s).block for s in facts.together(session)}
    held = set(facts.locked_sessions.get(person, ())) - set(facts.together(session))
    if any(
        facts.cycle.overlap(facts.session(h).block, b)
        or facts.place(person, h) == facts.place(person, session)
        for h in held
        for b in blocks
    ):
        return "lock"
    return None


def _placed(case: Case, person: str, session: str) -> Obstacle:
    """What the solution has instead."""
    facts = case.facts
    instead = instead_of(case, person, session)
    if instead and facts.reason(person, instead) in ("pull", "need"):
        return "school"
    activity = facts.activity(session)
    visits = [s for s in case.visits[person] if facts.session(s).activity == activity.id]
    if instead not in visits and visits and _often(case, person, session) <= len(visits):
        return "visits"
    if session not in case.plan.open:
        return "closed"
    seats = facts.seats(session)
    if seats is not None and len(case.roster[session]) >= seats:
        return "full"
    return "elsewhere"


def _often(case: Case, person: str, session: str) -> int:
    """How often the person may visit the session's activity in the cycle."""
    facts = case.facts
    activity = facts.activity(session)
    if activity.kind == "advisory" or activity.series or activity.max_visits == 0:
        return 10**6
    if activity.max_visits is not None:
        return activity.max_visits
    return 10**6 if activity.fallback else max(1, facts.need_visits(person, activity.id))


def _leads(case: Case, person: str, session: str) -> bool:
    facts = case.facts
    return any(
        person in facts.cycle.present_leaders(facts.session(s)) for s in facts.together(session)
    )


def instead_of(case: Case, person: str, session: str) -> str:
    """Where the person is in the place that the session would fill, or at its time."""
    facts = case.facts
    place = facts.place(person, session)
    for other in case.visits[person]:
        if facts.place(person, other) == place:
            return other
    return ""


def leaderless(facts: Facts, session: str) -> tuple[str, ...]:
    """Of a session and those of its series: what has leaders who are all away."""
    together = (facts.session(s) for s in facts.together(session))
    return tuple(s.id for s in together if s.leaders and not facts.cycle.present_leaders(s))


def _needed(case: Case, session: str, first: str) -> tuple[str, ...]:
    activity = case.facts.activity(session)
    if first == "grades":
        return activity.grades
    return activity.only if first == "only" else ()


def crowd(case: Case, session: str) -> Crowd:
    """Who is in a session, as counts by the reason of each and, for choices, by rank."""
    lines = [one for one in case.solution.assignments if one.session == session]
    reasons = Counter(line.reason for line in lines)
    ranks = Counter(line.rank for line in lines if line.reason == "choice" and line.rank)
    state = next(one for one in case.solution.sessions if one.session == session)
    return Crowd(
        size=Count(number=state.size),
        seats=state.max_size,
        least=state.min_size,
        by_rank={str(rank): Count(number=ranks[rank]) for rank in sorted(ranks)},
        by_reason={reason: Count(number=n) for reason, n in sorted(reasons.items())},
    )


# ---- what if ---------------------------------------------------------------------------------


def what_if(case: Case, person: str, session: str) -> WhatIf:
    """Put the person into the session, solve again, and say what that costs: verified from ids."""
    before = case.weighed.value
    found = case.put(person, session)
    if found is None:
        return WhatIf(person=person, session=session, possible=False, before=before)
    return _said(case, person, session, found)


def _said(case: Case, person: str, session: str, found: Outcome) -> WhatIf:
    before, after = case.weighed, found.weighed
    changes = moves(case, found.plan)
    gains: dict[str, Decimal] = defaultdict(Decimal)
    for move in changes:
        gains[move.person] += move.gain
    rules = sorted({*before.points_per_rule, *after.points_per_rule})
    none = Decimal(0)
    per_rule = {
        rule: after.points_per_rule.get(rule, none) - before.points_per_rule.get(rule, none)
        for rule in rules
    }
    bound = None if found.bound is None else max(found.bound, after.value)
    return WhatIf(
        person=person,
        session=session,
        possible=True,
        before=before.value,
        after=after.value,
        cost=before.value - after.value,
        bound=bound,
        gap=gap(after.value, bound),
        settled=found.settled,
        legal=_legal(case, found),
        moved=Count(number=len(gains)),
        losing=Count(number=sum(gain < 0 for gain in gains.values())),
        gaining=Count(number=sum(gain > 0 for gain in gains.values())),
        moves=changes,
        opens=tuple(sorted(found.plan.open - case.plan.open)),
        closes=tuple(sorted(case.plan.open - found.plan.open)),
        per_rule={rule: change for rule, change in per_rule.items() if change},
    )


def _legal(case: Case, found: Outcome) -> bool:
    """Whether the plan is legal, and as good, without the lock: judged again."""
    plain = weigh(case.facts, found.plan)
    return not plain.illegal and not plain.waived and plain.value == found.weighed.value


def moves(case: Case, plan: Plan) -> tuple[Move, ...]:
    """Places that differ between the solution and a plan, in the order of people and blocks."""
    facts, earns = case.facts, catalogue.earnings(case.facts)
    old, new = case.visits, facts.visits(plan)
    found = []
    for person, before in old.items():
        if before == new[person]:
            continue
        places: dict[object, list[str]] = {}
        for at, sessions in enumerate((before, new[person])):
            for session in facts.points_due(sessions, person):
                places.setdefault(facts.place(person, session), ["", ""])[at] = session
        for one, other in places.values():
            if one != other:
                gain = _points(earns, person, other) - _points(earns, person, one)
                block = facts.session(other or one).block
                found.append(Move(person=person, block=block, before=one, after=other, gain=gain))
    return tuple(found)


def _points(earns: catalogue.Earns, person: str, session: str) -> Decimal:
    return earns(person, session) if session else Decimal(0)
