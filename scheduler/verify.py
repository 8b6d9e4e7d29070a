"""Judges a solution from ids alone: calls the rules' measure, knows no solver.

`judge` says everything that follows from a plan (who is where, what is open); `verify` holds a
written solution against it, line by line and number by number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import BaseModel

from scheduler.ledger import everybodys_best, following
from scheduler.levels import Reached, reached, written
from scheduler.models import Assignment, Finding, Level, Plan, Scenario, SessionState, Solution
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from scheduler.models import Certificate
    from scheduler.rules.contract import Audience
    from scheduler.rules.facts import Facts

    Earns = Callable[[str, str], Decimal]
    Ranked = Callable[[str, str], int | None]

NOTHING = Decimal(0)


class Disagreement(NamedTuple):
    """One thing in a written solution that does not hold: where, and what."""

    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


@dataclass(frozen=True)
class Judgement:
    """Everything that follows from a plan.

    Attributes
    ----------
    value : Decimal
        Points that the plan is worth.
    findings : tuple of Finding
        By rule, then in the order in which each rule measures.
    points_per_rule : dict of str to Decimal
        Choice points, what fairness makes of them, and minus the cost of each rule's findings.
    counts : dict of str to int
        ``places``, ``placed``, ``unplaced`` and ``rank_<r>``.
    levels : tuple of Reached
        With the form ``leximin``: how far the plan comes on each level.
    """

    value: Decimal
    assignments: tuple[Assignment, ...]
    sessions: tuple[SessionState, ...]
    findings: tuple[Finding, ...]
    ledger: tuple[tuple[str, Decimal], ...]
    points_per_rule: dict[str, Decimal]
    findings_per_rule: dict[str, int]
    counts: dict[str, int]
    levels: tuple[Reached, ...] = ()

    @property
    def illegal(self) -> tuple[Finding, ...]:
        """Findings that break a promise that always holds."""
        return tuple(finding for finding in self.findings if finding.weight == "illegal")

    @property
    def waived(self) -> tuple[Finding, ...]:
        """Findings that were waived because nothing else was possible."""
        return tuple(finding for finding in self.findings if finding.weight == "waived")


@dataclass(frozen=True)
class Weighed:
    """What a plan is worth and what it breaches: the part of a `Judgement` that is quick to say."""

    value: Decimal
    findings: tuple[Finding, ...]
    points_per_rule: dict[str, Decimal]

    @property
    def illegal(self) -> tuple[Finding, ...]:
        """Findings that break a promise that always holds."""
        return tuple(finding for finding in self.findings if finding.weight == "illegal")

    @property
    def waived(self) -> tuple[Finding, ...]:
        """Findings that were waived."""
        return tuple(finding for finding in self.findings if finding.weight == "waived")


def weigh(facts: Facts, plan: Plan, audience: Audience = "coordinator") -> Weighed:
    """Judge a plan by its value and findings alone, from facts that may be kept between plans."""
    earns = catalogue.earnings(facts)
    points = {
        person: sum((earns(person, s) for s in facts.points_due(sessions, person)), NOTHING)
        for person, sessions in facts.visits(plan).items()
    }
    findings = _findings(facts.scenario, facts, plan, audience)
    worth = _worth(facts.scenario, facts, points)
    per_rule = _points_per_rule(findings, sum(points.values(), NOTHING), worth)
    return Weighed(sum(per_rule.values(), NOTHING), findings, per_rule)


def judge(
    scenario: Scenario,
    plan: Plan,
    audience: Audience = "coordinator",
    facts: Facts | None = None,
) -> Judgement:
    """Say everything that follows from a plan.

    Parameters
    ----------
    scenario : Scenario
    plan : Plan
        Its lines name people of the scenario and sessions offered and decided.
    audience : str
        Whom the findings' texts are for.
    facts : Facts, optional
        Of the scenario, where they are kept between plans.
    """
    facts = facts or catalogue.facts(scenario)
    earns = catalogue.earnings(facts)
    visits = facts.visits(plan)
    points = {
        person: sum((earns(person, s) for s in facts.points_due(sessions, person)), NOTHING)
        for person, sessions in visits.items()
    }
    findings = _findings(scenario, facts, plan, audience)
    worth = _worth(scenario, facts, points)
    most = everybodys_best(facts, earns)
    per_rule = _points_per_rule(findings, sum(points.values(), NOTHING), worth)
    assignments = tuple(_assignments(facts, plan, visits, earns))
    unplaced = sum(line.reason == "unplaced" for line in assignments)
    places = sum(len(due) for due in facts.places.values())
    counts = {"places": places, "placed": places - unplaced, "unplaced": unplaced}
    return Judgement(
        value=sum(per_rule.values(), NOTHING),
        assignments=assignments,
        sessions=tuple(_sessions(facts, plan, visits, earns)),
        findings=findings,
        ledger=tuple(following(facts, points, most).items()),
        points_per_rule=per_rule,
        findings_per_rule=dict(Counter(finding.rule for finding in findings)),
        counts=counts | _ranks(facts, assignments),
        levels=reached(scenario, findings, points, most),
    )


def _findings(
    scenario: Scenario, facts: Facts, plan: Plan, audience: Audience
) -> tuple[Finding, ...]:
    found = []
    for rule, settings in catalogue.speaking(scenario).values():
        for finding in rule.measure(facts, plan, settings):
            text = rule.say(finding, facts, audience)
            found.append(finding.model_copy(update={"text": text}))
    return tuple(found)


def _worth(scenario: Scenario, facts: Facts, points: dict[str, Decimal]) -> Decimal:
    """What everybody's choice points are worth together."""
    rule, settings = catalogue.fairness(scenario)
    owed = {row.person: row.owed for row in scenario.ledger}
    parts = (
        rule.worth(earned, owed.get(person, NOTHING), len(facts.places[person]), settings)
        for person, earned in points.items()
    )
    return sum(parts, NOTHING)


def _points_per_rule(
    findings: Iterable[Finding], earned: Decimal, worth: Decimal
) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    found["choices"] += earned
    found["fairness"] += worth - earned
    for finding in findings:
        found[finding.rule] -= finding.cost
    return dict(sorted(found.items()))


def _assignments(
    facts: Facts, plan: Plan, visits: dict[str, tuple[str, ...]], earns: Earns
) -> Iterable[Assignment]:
    """Lines of each person in the order of the files: visits and kept lines, then unplaced."""
    kept = defaultdict(list)
    for person, session in facts.cycle.kept:
        kept[person].append(session)
    order = {block: at for at, block in enumerate(facts.cycle.blocks)}
    leading = facts.filled_by_leading(plan)
    ranked = _ranker(facts)
    for person, sessions in visits.items():
        paid = facts.points_due(sessions, person)
        lines = [_line(facts, person, s, s in paid, earns, ranked) for s in sessions]
        lines += [_kept(facts, person, session) for session in kept[person]]
        filled = {facts.place(person, session) for session in sessions}
        lines += [
            Assignment(person=person, block=place.block, reason="unplaced")
            for place in facts.places[person]
            if place not in filled and place not in leading
        ]
        yield from sorted(lines, key=lambda line: order.get(line.block, len(order)))


def _line(
    facts: Facts, person: str, session: str, paid: bool, earns: Earns, ranked: Ranked
) -> Assignment:
    return Assignment(
        person=person,
        block=facts.session(session).block,
        session=session,
        activity=facts.session(session).activity,
        rank=ranked(person, session),
        reason=facts.reason(person, session),
        points=earns(person, session) if paid else NOTHING,
    )


def _ranker(facts: Facts) -> Ranked:
    """Says the rank of the choice that counts, empty where a score does."""
    speaking = catalogue.speaking(facts.scenario).values()
    best = [(rule.best, settings) for rule, settings in speaking if hasattr(rule, "best")]

    def ranked(person: str, session: str) -> int | None:
        choices = (rule(facts, person, session, settings) for rule, settings in best)
        choice = next(choices, None)
        return choice.rank if choice else None

    return ranked


def _kept(facts: Facts, person: str, session: str) -> Assignment:
    offered = facts.session(session)
    return Assignment(
        person=person,
        block=offered.block,
        session=session,
        activity=offered.activity,
        reason="kept",
    )


def _ranks(facts: Facts, assignments: Iterable[Assignment]) -> dict[str, int]:
    """How many places went to each rank; a series counts in each place that it fills."""
    places = {
        (facts.place(line.person, line.session), line.rank)
        for line in assignments
        if line.rank is not None
    }
    found = Counter(rank for _, rank in places)
    return {f"rank_{rank}": number for rank, number in sorted(found.items())}


def _sessions(
    facts: Facts, plan: Plan, visits: dict[str, tuple[str, ...]], earns: Earns
) -> Iterable[SessionState]:
    """Every offered session in file order."""
    size = Counter(session for _, session in [*plan.lines, *facts.cycle.kept])
    waiting = _waiting(facts, visits, earns)
    rooms = {room.id: room.seats for room in facts.scenario.rooms}
    for key, session in facts.cycle.offered.items():
        activity = facts.cycle.activities[session.activity]
        least = activity.min_size if session.min_size is None else session.min_size
        most = activity.max_size if session.max_size is None else session.max_size
        limits = [seats for seats in (most, rooms.get(session.room)) if seats is not None]
        yield SessionState(
            session=key,
            activity=session.activity,
            block=session.block,
            room=session.room,
            leaders=session.leaders,
            open=key in (plan.open if key in facts.cycle.decided else facts.cycle.kept_open),
            size=size[key],
            min_size=1 if least is None else least,
            max_size=min(limits, default=None),
            waiting=waiting[key],
        )


def _waiting(facts: Facts, visits: dict[str, tuple[str, ...]], earns: Earns) -> Counter[str]:
    """People who may go to a session, visit no session of its activity, and would rather be there.

    Rather: their points for it exceed those of the place that it would fill (unplaced: 0).
    """
    found: Counter[str] = Counter()
    for person, wished in facts.wished.items():
        week = visits[person]
        seen = {facts.session(session).activity for session in week}
        there = {facts.fills[s]: earns(person, s) for s in facts.points_due(week, person)}
        for session in wished:
            if facts.session(session).activity not in seen:
                instead = there.get(facts.fills[session], NOTHING)
                found[session] += earns(person, session) > instead
    return found


# ---- a written solution ----------------------------------------------------------------------


def verify(
    scenario: Scenario, solution: Solution, facts: Facts | None = None
) -> list[Disagreement]:
    """Hold a solution against the scenario: legal, complete, and as certified.

    Parameters
    ----------
    scenario : Scenario
    solution : Solution
    facts : Facts, optional
        Of the scenario, where they are kept between plans.

    Returns
    -------
    list of Disagreement
        Empty where everything holds.
    """
    facts = facts or catalogue.facts(scenario)
    strangers = _strangers(facts, solution)
    if strangers:
        return strangers
    truth = judge(scenario, solution.plan, facts=facts)
    found = [Disagreement("assignments.csv", f"illegal: {f.text}") for f in truth.illegal]
    found += _differences("assignments.csv", truth.assignments, solution.assignments)
    found += _differences("sessions.csv", truth.sessions, solution.sessions)
    found += _differences("findings.csv", _bare(truth.findings), _bare(solution.findings))
    found += _differences("ledger.csv", truth.ledger, solution.ledger)
    return found + _certificate(scenario, solution, truth)


def _strangers(facts: Facts, solution: Solution) -> list[Disagreement]:
    """Lines that name nobody or nothing of the scenario, or that say the same twice."""
    found = []
    for (person, session), times in Counter(solution.plan.lines).items():
        if times > 1:
            found.append(Disagreement("assignments.csv", f"{person} is in {session} twice"))
        if person not in facts.cycle.people:
            found.append(Disagreement("assignments.csv", f"{person} is nobody in the scenario"))
        elif session not in facts.cycle.decided:
            found.append(Disagreement("assignments.csv", f"{session} is not offered or decided"))
    known = [state.session for state in solution.sessions if state.session in facts.cycle.offered]
    if len(known) != len(solution.sessions):
        found.append(Disagreement("sessions.csv", "names sessions that are not offered"))
    return found


def _bare(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings without their words, which depend on the audience."""
    return tuple(finding.model_copy(update={"text": ""}) for finding in findings)


def _differences(
    where: str, truth: tuple[Hashable, ...], given: tuple[Hashable, ...]
) -> list[Disagreement]:
    """Rows on one side only, as often as they are there."""
    wanted, written = Counter(truth), Counter(given)
    missing = [
        Disagreement(where, f"missing: {_shown(row)}") for row in (wanted - written).elements()
    ]
    return missing + [
        Disagreement(where, f"not so: {_shown(row)}") for row in (written - wanted).elements()
    ]


def _shown(row: object) -> str:
    """A row as a person reads it: its filled columns by name."""
    values = row.model_dump(mode="json") if isinstance(row, BaseModel) else {"person, owed": row}
    return ", ".join(
        f"{key} {_cell(value)}" for key, value in values.items() if value not in ("", None)
    )


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        return ";".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _certificate(scenario: Scenario, solution: Solution, truth: Judgement) -> list[Disagreement]:
    given = solution.certificate
    expected: dict[str, object] = {
        "value": truth.value,
        "points_per_rule": truth.points_per_rule,
        "findings_per_rule": truth.findings_per_rule,
        "counts": truth.counts,
        "scenario_hash": scenario.digest,
        "gap": gap(truth.value, given.bound),
        "status": _status(truth, given),
        "levels": {level.name: written(level.value) for level in truth.levels},
    }
    found = [
        Disagreement("certificate.json", text)
        for key, value in expected.items()
        for text in _unequal(key, _given(given, key), value)
    ]
    if given.bound is not None and given.bound < truth.value:
        found.append(Disagreement("certificate.json", "the bound is below the value"))
    if truth.waived and given.bound is not None:
        found.append(Disagreement("certificate.json", "what is impossible has no bound"))
    return found + _level_bounds(given, truth)


def _given(certificate: Certificate, key: str) -> object:
    """A part of the certificate; of levels what was reached, by name."""
    if key == "levels":
        return {level.name: level.value for level in certificate.levels}
    return getattr(certificate, key)


def _level_bounds(given: Certificate, truth: Judgement) -> list[Disagreement]:
    """What a level's bound cannot be: worse than what was reached, or there at all."""
    names = [level.name for level in truth.levels]
    if [level.name for level in given.levels] != names:
        text = f"levels are not {', '.join(names) or 'empty'}, in this order"
        return [Disagreement("certificate.json", text)]
    found = []
    for level, there in zip(truth.levels, given.levels, strict=True):
        at = f"levels.{level.name}"
        if there.bound is None:
            continue
        if truth.waived:
            found.append(Disagreement("certificate.json", f"{at}: what is impossible has no bound"))
        if there.bound > there.value if level.fewer else there.bound < there.value:
            found.append(Disagreement("certificate.json", f"{at}: the bound is beyond the value"))
    return found


def _status(truth: Judgement, given: Certificate) -> str:
    if truth.waived:
        return "impossible"
    return status(truth.value, given.bound, given.levels)


def status(
    value: Decimal, bound: Decimal | None, levels: tuple[Level, ...] = ()
) -> Literal["optimal", "feasible"]:
    """``optimal`` if the value, and what was reached on each level, is proven to be the best."""
    proven = bound == value and all(level.bound == level.value for level in levels)
    return "optimal" if proven else "feasible"


def _unequal(key: str, given: object, truth: object) -> Iterable[str]:
    """What to say of a value that is not as it should be, entry by entry where it has entries."""
    if isinstance(given, dict) and isinstance(truth, dict):
        for name in sorted(given.keys() | truth.keys()):
            yield from _unequal(f"{key}.{name}", given.get(name, 0), truth.get(name, 0))
    elif given != truth:
        yield f"{key} is {given}, should be {truth}"


def gap(value: Decimal, bound: Decimal | None) -> Decimal | None:
    """``(bound − value) / max(1, abs(bound))``, to ten places; ``None`` without a bound."""
    if bound is None:
        return None
    return round((bound - value) / max(Decimal(1), abs(bound)), 10)
