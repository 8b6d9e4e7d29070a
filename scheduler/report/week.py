"""One person's week: where they go and why, what they lead, when they are away."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from scheduler.ledger import best_alone
from scheduler.models import Student
from scheduler.report.typed import Report, Unknown, called, ratio, unknown
from scheduler.report.wording import REASONS, hours, listed
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.models import Assignment, Scenario, SessionState, Solution
    from scheduler.rules.facts import Facts


class Hour(Report):
    """One line of a week; ``day``, ``hours`` and the session are empty where there is none.

    ``reason`` is as in ``assignments.csv``, or ``leads`` or ``away``; ``why`` says it in words.
    """

    block: str
    hours: str
    session: str
    title: str
    room: str
    leaders: tuple[str, ...]
    reason: str
    why: str
    rank: int | None
    points: Decimal


class Week(Report):
    """One person's cycle, in the order of days and clock.

    ``best`` is the most choice points of a plan legal for this person alone; ``share`` is what
    they got of it, ``None`` where they could have earned nothing.
    """

    person: str
    called: str
    about: str
    lines: tuple[Hour, ...]
    points: Decimal
    best: Decimal
    share: Decimal | None


def week(scenario: Scenario, solution: Solution, person: str) -> Week:
    """Say where one person goes.

    Parameters
    ----------
    scenario : Scenario
    solution : Solution
        It names nobody and nothing strange; see `typed.strangers`.
    person : str
        An id, or a name that only one person has.

    Raises
    ------
    Unknown
        When nobody, or more than one, is called so.
    """
    facts = catalogue.facts(scenario)
    who = _found(scenario, person)
    names = called(scenario)
    lines = [_attended(facts, names, line) for line in solution.assignments if line.person == who]
    lines += [_led(facts, names, state) for state in solution.sessions if _leads(facts, state, who)]
    blocks = list(facts.cycle.blocks)
    lines += [_away(facts, block) for block in blocks if (who, block) in facts.cycle.away]
    order = {block: at for at, block in enumerate(blocks)}
    points = sum((line.points for line in lines), Decimal(0))
    best = best_alone(facts, who, catalogue.earnings(facts))
    return Week(
        person=who,
        called=names[who],
        about=_about(scenario, facts, names, who),
        lines=tuple(sorted(lines, key=lambda line: order.get(line.block, len(order)))),
        points=points,
        best=best,
        share=ratio(points, best) if best else None,
    )


def _found(scenario: Scenario, asked: str) -> str:
    ids = {person.id for person in scenario.people}
    named = [p.id for p in scenario.people if p.name and p.name.casefold() == asked.casefold()]
    if asked in ids:
        return asked
    if len(named) > 1:
        raise Unknown(f"several people are called {asked!r}: {', '.join(named)}; give one id")
    if not named:
        known = sorted(ids | {person.name for person in scenario.people if person.name})
        raise unknown("person", asked, known)
    return named[0]


def _about(scenario: Scenario, facts: Facts, names: dict[str, str], who: str) -> str:
    person = facts.person(who)
    if not isinstance(person, Student):
        return "staff"
    home = f", last advised by {names.get(person.home, person.home)}" if person.home else ""
    return f"grade {person.grade}{home}"


def _attended(facts: Facts, names: dict[str, str], line: Assignment) -> Hour:
    session = facts.session(line.session) if line.session else None
    leaders = session.leaders if session else ()
    return Hour(
        block=line.block,
        hours=hours(facts.cycle.blocks.get(line.block)),
        session=line.session,
        title=facts.activity(line.session).title if line.session else "",
        room=session.room if session else "",
        leaders=tuple(names.get(leader, leader) for leader in leaders),
        reason=line.reason,
        why=_why(facts, names, line),
        rank=line.rank,
        points=line.points,
    )


def _leads(facts: Facts, state: SessionState, who: str) -> bool:
    return state.open and who in facts.cycle.present_leaders(facts.session(state.session))


def _led(facts: Facts, names: dict[str, str], state: SessionState) -> Hour:
    session = facts.session(state.session)
    return Hour(
        block=session.block,
        hours=hours(facts.cycle.blocks[session.block]),
        session=session.id,
        title=facts.activity(session.id).title,
        room=session.room,
        leaders=tuple(names.get(leader, leader) for leader in session.leaders),
        reason="leads",
        why=f"leads it, {state.size} there",
        rank=None,
        points=Decimal(0),
    )


def _away(facts: Facts, block: str) -> Hour:
    return Hour(
        block=block,
        hours=hours(facts.cycle.blocks.get(block)),
        session="",
        title="",
        room="",
        leaders=(),
        reason="away",
        why=REASONS["away"],
        rank=None,
        points=Decimal(0),
    )


# ---- reasons in words --------------------------------------------------------------------------


def _why(facts: Facts, names: dict[str, str], line: Assignment) -> str:
    """The reason with what stands behind it: who asked, which support, which rank."""
    match line.reason:
        case "pull":
            return _pulled(facts, names, line)
        case "need":
            return _needed(facts, names, line)
    return REASONS[line.reason]


def _pulled(facts: Facts, names: dict[str, str], line: Assignment) -> str:
    targets = (line.session, line.activity)
    asked = [facts.pulls[line.person, t] for t in targets if (line.person, t) in facts.pulls]
    pulls = [pull for one in asked for pull in one.pulls]
    by = list(dict.fromkeys(names.get(pull.by, pull.by) for pull in pulls))
    tiers = dict.fromkeys(one.tier for one in asked)
    reasons = dict.fromkeys(pull.reason for pull in pulls if pull.reason)
    return _said(f"asked for by {listed(by)}" if by else REASONS["pull"], tiers, reasons)


def _needed(facts: Facts, names: dict[str, str], line: Assignment) -> str:
    """Why support is needed is shown only where the need says that it may be shared."""
    needs = [n for n in facts.needs_of.get(line.person, ()) if facts.meets(line.session, n)]
    tags = dict.fromkeys(f"{need.tag} ({need.priority})" for need in needs)
    reasons = dict.fromkeys(need.reason for need in needs if need.share and need.reason)
    return _said(REASONS["need"], tags, reasons)


def _said(start: str, details: Iterable[str], reasons: Iterable[str]) -> str:
    parts = [start, ", ".join(details), "; ".join(reasons)]
    return ": ".join(part for part in parts if part)
