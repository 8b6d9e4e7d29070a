"""People get the support they need."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from scheduler.models import Finding
from scheduler.models.points import Points, units
from scheduler.rules.contract import Audience, Rows, Soft, counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.models import Need, Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "People get the support they need."
maths = "Σ_{s meets n} x[p,s] + missing[n] ≥ visits[n]; cost·missing by priority"


class Settings(Soft):
    """Knobs: points per missing visit, by the need's priority."""

    low: Points = Decimal(75)
    normal: Points = Decimal(150)
    high: Points = Decimal(300)
    critical: Points = Decimal(600)

    def cost(self, need: Need) -> Decimal:
        """Points per visit that the need misses."""
        by_priority = {
            "low": self.low,
            "normal": self.normal,
            "high": self.high,
            "critical": self.critical,
        }
        return self.price(by_priority[need.priority])


def rows(columns: Columns, settings: Settings) -> Rows:
    """``Σ x + missing ≥ visits`` per need in effect; a series counts each of its visits."""
    made = Rows(columns.count)
    need, visit = columns.needed_visits
    effective, which = np.unique(need, return_inverse=True)
    needs = [columns.scenario.needs[at] for at in effective]
    due = np.array([need.visits for need in needs], dtype=np.int64)
    cost = np.array([units(settings.cost(need)) for need in needs], dtype=np.int64)
    row = made.block(len(needs), lower=due)
    made.put(row[which], columns.visit_column[visit])
    made.put(row, made.slack(len(needs), cost, upper=due, hard=settings.hard))
    if settings.hard:
        made.about(row, np.arange(len(needs)), lambda at: (needs[at].person, needs[at].tag))
    return made


def touches(columns: Columns, settings: Settings) -> NDArray[np.bool_]:
    """(people, sessions): whom a session's tags could help."""
    found = np.zeros((len(columns.people), len(columns.sessions)), dtype=bool)
    for need in columns.scenario.needs:
        found[columns.person_index[need.person]] |= columns.session_has(need.tag)
    return found


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings: (person, tag; visits missing)."""
    found = []
    visits = facts.visits(plan)
    for need in facts.needs:
        met = sum(
            facts.meets(session, need) and facts.may_go(need.person, session)
            for session in visits[need.person]
        )
        if met < need.visits:
            found.append(_finding(need, Decimal(need.visits - met), settings))
    return found


def _finding(need: Need, missing: Decimal, settings: Settings) -> Finding:
    return Finding(
        rule="needs",
        subjects=(need.person, need.tag),
        amount=missing,
        cost=missing * settings.cost(need),
        weight=settings.weight,
    )


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of a need that is not met; why it is one is for admins only."""
    person, tag = finding.subjects
    short = f"{person} is {counted(finding.amount, 'visit', 'visits')} short of {tag}"
    reason = next(n.reason for n in facts.needs_of[person] if n.tag == tag)
    if audience != "admin" or not reason:
        return f"{short}."
    return f"{short} (needed because: {reason})."


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of a need, without its reason."""
    person, tag = subjects
    visits = next(need.visits for need in facts.needs_of[person] if need.tag == tag)
    return f"{person} needs {counted(Decimal(visits), 'visit', 'visits')} to {tag}"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of fewer visits."""
    person, tag = subjects
    return f"let {person} go {counted(Decimal(amount), 'visit', 'visits')} short of {tag}"
