"""Why a scenario is impossible, why people have no place, and what would help.

Every claim is checked by more than the solver that made it. A set of demands is called impossible
where two solvers agree; it is called minimal where, for each of its members, a plan keeps all the
others, which is judged from ids; a repair comes with a plan that keeps everything else.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from scheduler.explain.unplaced import Shortage, Stranded, shortages, stranded
from scheduler.models.solution import Outcome
from scheduler.rules import catalogue
from scheduler.solver.columns import Columns
from scheduler.solver.crowd import Crowd
from scheduler.solver.isolate import Conflict, Done, Isolated, Possible, Question, Repair
from scheduler.solver.matrix import demanded
from scheduler.solver.model import Model, stiff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from scheduler.models import Finding, Plan, Scenario, Solution
    from scheduler.rules.contract import Audience
    from scheduler.solver.matrix import Demand

    Ints = NDArray[np.int64]

EFFORT = {"locks": 2, "clash": 3}
"""What giving way by one costs, for ranking repairs; 1 where nothing is said."""


class Member(Outcome):
    """One demand of a conflict: the rule, which of its promises, whom it is about, in words."""

    rule: str
    what: str
    subjects: tuple[str, ...]
    text: str


class Clash(Outcome):
    """Demands that cannot hold together.

    ``minimal`` says that a plan was found, and judged from ids, for all but each one of them.
    """

    members: tuple[Member, ...]
    minimal: bool


class Way(Outcome):
    """One demand that gives way in a repair, by how much, in words."""

    rule: str
    what: str
    subjects: tuple[str, ...]
    amount: int
    text: str


class Remedy(Outcome):
    """Demands that give way together so that all else holds, verified by a plan."""

    ways: tuple[Way, ...]


class Diagnosis(Outcome):
    """Why a scenario is impossible, or people have no place.

    Attributes
    ----------
    status : {"possible", "impossible", "unsure"}
        ``unsure`` where time ran out or solvers disagree: then nothing is claimed.
    shortages : tuple of Shortage
        Places that no plan can fill, by the data alone.
    conflicts : tuple of Clash
        They share no member. There may be more where ``complete`` is false.
    remedies : tuple of Remedy
        The cheapest first.
    stranded : tuple of Stranded
        With a solution: who has no place in it, and why.
    """

    status: str
    complete: bool
    shortages: tuple[Shortage, ...]
    conflicts: tuple[Clash, ...]
    remedies: tuple[Remedy, ...]
    stranded: tuple[Stranded, ...]


class Disproved(RuntimeError):
    """A plan that was to prove a claim does not: a bug, never an answer."""


def diagnosed(
    scenario: Scenario,
    solution: Solution | None = None,
    audience: Audience = "student",
    *,
    time_limit: float | None = 60.0,
    seed: int = 0,
    most: int = 5,
) -> Diagnosis:
    """Say why a scenario is impossible, or why people have no place.

    Parameters
    ----------
    scenario : Scenario
    solution : Solution, optional
        One of this scenario, whose unplaced people are explained.
    audience : str
        Students and staff are told only whether it is possible: what it rests on names others.
    time_limit : float, optional
        Seconds; what was found and proven until then is said.
    most : int
        Conflicts, and remedies, to look for.

    Raises
    ------
    Disproved
        When a plan does not prove what was claimed: a bug.
    """
    court = _Court(scenario, audience)
    status, complete = "unsure", False
    conflicts: list[Clash] = []
    remedies: list[Remedy] = []
    for event in court.events(time_limit, seed, most):
        match event:
            case Possible():
                court.holds(event.base, ())
                status = "possible"
            case Conflict():
                status = "impossible"
                conflicts.append(court.clash(event))
            case Repair():
                remedies.append(court.remedy(event))
            case Done(_, reason):
                complete = reason != "unsure" and len(conflicts) < most
    full = audience in ("coordinator", "admin")
    return Diagnosis(
        status=status,
        complete=complete,
        shortages=shortages(court.facts) if full else (),
        conflicts=tuple(conflicts) if full else (),
        remedies=tuple(remedies) if full else (),
        stranded=stranded(court.facts, solution.plan) if full and solution else (),
    )


class _Court:
    """Asks the solver, and believes nothing that a plan does not prove."""

    def __init__(self, scenario: Scenario, audience: Audience) -> None:
        self.scenario = scenario
        self.audience = audience
        self.facts = catalogue.facts(scenario)
        self.columns = _columns(scenario)
        self.demands = demanded(self.columns)
        self.model = Model(self.columns, self.demands.matrix, self.columns.count)

    def events(self, time_limit: float | None, seed: int, most: int) -> Iterator[object]:
        """What the solver's process reports until time is up."""
        deadline = None if time_limit is None else time.monotonic() + time_limit
        rest = np.zeros(self.demands.matrix.shape[1], dtype=np.int64)
        rest[self.columns.unplaced_columns] = 1
        rules = catalogue.rules()
        cost = {name: EFFORT.get(name, 1) * hasattr(rule, "relief") for name, rule in rules.items()}
        effort = [cost[rule] for rule in self.demands.rules]
        question = Question(
            self.demands.matrix, self.demands.of, rest, np.array(effort, np.int64), most, seed
        )
        yield from Isolated(question, deadline)

    # ---- claims and their proofs -------------------------------------------------------------

    def clash(self, found: Conflict) -> Clash:
        """A conflict in words, each plan that shows it minimal judged anew."""
        for demand, base in zip(found.demands, found.without, strict=True):
            if base is not None:
                self.holds(base, (demand,), tuple(d for d in found.demands if d != demand))
        members = tuple(self.member(demand) for demand in found.demands)
        return Clash(members=members, minimal=found.minimal)

    def holds(self, base: Ints, but: tuple[int, ...], only: tuple[int, ...] | None = None) -> None:
        """Hold a plan against the matrix and, from ids, against the rules' own measures.

        Parameters
        ----------
        base : int array
        but : tuple of int
            Demands that give way.
        only : tuple of int, optional
            Demands that must hold; by default all others.

        Raises
        ------
        Disproved
            When something does not hold.
        """
        plan = self.model.plan(base)
        named = [self.demands.named(demand) for demand in (but if only is None else only)]
        rules = None if only is None else {demand.rule for demand in named}
        for finding in self.breaches(plan, rules):
            if only is None:
                wrong = not any(_excused(finding, demand) for demand in named)
            else:
                wrong = any(_of(finding, demand) for demand in named)
            if wrong:
                raise Disproved(f"a plan that was to prove a claim does not: {finding}")

    def breaches(self, plan: Plan, rules: set[str] | None) -> Iterator[Finding]:
        """Findings that no legal plan has, of these rules or of all."""
        speaking = catalogue.speaking(self.scenario)
        for rule, settings in (
            speaking[name] for name in speaking if rules is None or name in rules
        ):
            for finding in rule.measure(self.facts, plan, settings):
                if finding.weight != "cost":
                    yield finding

    def remedy(self, found: Repair) -> Remedy:
        """A repair in words; its plan keeps all else."""
        self.holds(found.base, found.demands)
        return Remedy(
            ways=tuple(
                self.way(demand, amount)
                for demand, amount in zip(found.demands, found.amounts, strict=True)
            )
        )

    # ---- words -------------------------------------------------------------------------------

    def member(self, number: int) -> Member:
        rule, what, subjects = self.demands.named(number)
        offered = catalogue.rules()[rule]
        if hasattr(offered, "demand") and subjects:
            text = offered.demand(what, subjects, self.facts, self.audience)
        else:
            text = f"{offered.title.rstrip('.')} ({rule}, which is set to hard)"
        return Member(rule=rule, what=what, subjects=subjects, text=text)

    def way(self, number: int, amount: int) -> Way:
        rule, what, subjects = self.demands.named(number)
        text = catalogue.rules()[rule].relief(what, subjects, amount, self.facts)
        return Way(rule=rule, what=what, subjects=subjects, amount=amount, text=text)


def _columns(scenario: Scenario) -> Columns:
    """Columns that can matter: where only locks and pairs demand anything, nobody else's.

    Who is neither locked nor paired can be left without a place, so that what they could do makes
    nothing possible. Where a soft rule is set to ``hard``, everybody may be needed somewhere.
    """
    pd = catalogue.pd_form(scenario)
    return Columns(scenario, pd, None if stiff(scenario) else Crowd().chosen)


def _of(finding: Finding, demand: Demand) -> bool:
    """Whether the finding is a breach of the demand."""
    same = finding.rule == demand.rule and demand.what in ("", finding.what)
    return same and finding.subjects[: len(demand.subjects)] == demand.subjects


def _excused(finding: Finding, demand: Demand) -> bool:
    """Whether the finding may be there where the demand gives way; a clash names two things."""
    first = finding.subjects[:1] == demand.subjects[:1] or not demand.subjects
    return finding.rule == demand.rule and first


# ---- words -----------------------------------------------------------------------------------


def sentences(diagnosis: Diagnosis) -> tuple[str, ...]:
    """The diagnosis in words, in the order in which it is useful."""
    lines = [_STATUS[diagnosis.status]]
    lines += [_shortage(shortage) for shortage in diagnosis.shortages]
    for number, conflict in enumerate(diagnosis.conflicts, start=1):
        proven = (
            "without any one of them the others can hold" if conflict.minimal else "not minimal"
        )
        lines.append(f"Conflict {number}: these cannot hold together ({proven}):")
        lines += [f"  - {member.text}" for member in conflict.members]
    if diagnosis.remedies:
        lines.append("Any one of these would make it possible, the least first:")
    for remedy in diagnosis.remedies:
        lines.append(f"  - {'; and '.join(way.text for way in remedy.ways)}")
    if diagnosis.status == "impossible" and not diagnosis.complete:
        lines.append("There may be more conflicts than these.")
    return (*lines, *map(_stranded, diagnosis.stranded))


_STATUS = {
    "possible": "Possible: a plan was found and checked that keeps every lock and hard rule.",
    "impossible": "Impossible: not all locks and hard rules can hold together.",
    "unsure": "Not decided: time ran out, or two solvers do not agree; nothing is claimed.",
}


def _shortage(shortage: Shortage) -> str:
    where = shortage.block or shortage.kind
    most = f"{len(shortage.people)} people who are due a place in {where}"
    if not shortage.sessions:
        return f"{most} may go nowhere: {_some(shortage.people)}."
    seats = f"{shortage.seats} seats ({_some(shortage.sessions)})"
    return f"{most} may only go to {seats}: {shortage.missing} or more have no place."


def _stranded(lost: Stranded) -> str:
    where = lost.block or lost.kind
    reasons = [
        f"{words}: {_some(sessions)}"
        for words, sessions in (
            ("all who lead it are away", lost.leaderless),
            ("full", lost.full),
            ("closed", lost.closed),
            ("visited as often as allowed", lost.again),
            ("free, but another promise or its cost stands against it", lost.otherwise),
        )
        if sessions
    ]
    why = "; ".join(reasons) or "no session there is for them"
    return f"{lost.person} has no place in {where}. {why[0].upper()}{why[1:]}."


def _some(ids: tuple[str, ...]) -> str:
    """The first few, and how many more."""
    more = len(ids) - SHOWN
    return ", ".join(ids[:SHOWN]) + (f" and {more} more" if more > 0 else "")


SHOWN = 8
"""Ids that a sentence lists; JSON has all."""
