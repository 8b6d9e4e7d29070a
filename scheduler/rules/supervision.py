"""There are enough adults."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from scheduler.models import Finding
from scheduler.models.points import Points, units
from scheduler.rules.contract import Audience, Number, Rows, Soft, counted

if TYPE_CHECKING:
    from scheduler.models import Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "Every flex and advisory session has enough adults for its students."
maths = "cost·max(0, Σ_p x[p,s] − ratio·(leaders not away)·open[s])"


class Settings(Soft):
    """Knobs: points per student too many; students per leader, in fallback places too."""

    cost: Points = Decimal(20)
    ratio: Number = 30
    fallback_ratio: Number = 60


def rows(columns: Columns, settings: Settings) -> Rows:
    """``Σ x − ratio·leaders·open − beyond ≤ 0`` per led flex or advisory session.

    None where the session's seats are no more than its leaders can see to.
    """
    made = Rows(columns.count)
    present = np.bincount(columns.lead_session, minlength=len(columns.sessions))
    ratio = np.where(columns.session_fallback, settings.fallback_ratio, settings.ratio)
    seen = ratio * present
    people = np.bincount(columns.visit_session, minlength=len(columns.sessions))
    speaks = columns.session_has_leaders & (columns.session_kind < 2) & (people > 0)
    speaks &= (columns.session_limit < 0) | (columns.session_limit > seen)
    sessions = np.flatnonzero(speaks)
    number = np.full(len(columns.sessions), -1)
    number[sessions] = made.block(len(sessions), upper=0)
    visit = np.flatnonzero(speaks[columns.visit_session])
    made.put(number[columns.visit_session[visit]], columns.visit_column[visit])
    made.put(number[sessions], columns.session_open(sessions), -seen[sessions])
    cost = units(settings.price(settings.cost))
    beyond = made.slack(len(sessions), cost, upper=people[sessions], hard=settings.hard)
    made.put(number[sessions], beyond, -1)
    if settings.hard:
        made.about(number[sessions], sessions, lambda at: (columns.sessions[at],))
    return made


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings: (session; students too many), where its seats could hold too many."""
    found = []
    for session, people in facts.roster(plan).items():
        offered = facts.session(session)
        if offered.leaders and facts.kind(session) != "pd":
            fallback = facts.activity(session).fallback
            ratio = settings.fallback_ratio if fallback else settings.ratio
            seen = ratio * len(set(facts.cycle.present_leaders(offered)))
            seats = facts.seats(session)
            beyond = len(people) - seen * (session in plan.open)
            if beyond > 0 and (seats is None or seats > seen):
                found.append(_finding(session, beyond, settings))
    return found


def _finding(session: str, beyond: int, settings: Settings) -> Finding:
    return Finding(
        rule="supervision",
        subjects=(session,),
        amount=Decimal(beyond),
        cost=beyond * settings.price(settings.cost),
        weight=settings.weight,
    )


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of a session with too few adults."""
    (session,) = finding.subjects
    students = counted(finding.amount, "student", "students")
    return f"{session} has {students} more than its leaders can see to."


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of enough adults."""
    return f"{subjects[0]} has enough adults for its students"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of too few adults."""
    return f"let {subjects[0]} hold {amount} more than its adults can supervise"
