"""An open session has enough people, and a leader who is there; else it is closed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from scheduler.models import Finding
from scheduler.rules.contract import Audience, Rows, Switchable, counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.models import Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "An open session has its minimum of people and a leader who is there; else it is closed."
maths = (
    "Σ_p x[p,s] + min·Σ_{p locked in} x[p,s] ≥ min·open[s];  open[s] = 0 if all leaders are away"
)


class Settings(Switchable):
    """No knobs: sizes are the scenario's."""


def rows(columns: Columns, settings: Settings) -> Rows:
    """``Σ x + min·Σ_locked x − min·open ≥ 0`` per session with a minimum.

    One person locked in makes up for the whole minimum. A minimum of 1 means that an open session
    is not empty; a minimum of 0 needs no row. Where all leaders are away, ``open ≤ 0``.
    """
    made = Rows(columns.count)
    least, visit = columns.session_min, columns.visit_session
    sessions = np.flatnonzero(least > 0)
    number = np.full(len(least), -1)
    number[sessions] = made.block(len(sessions), lower=0)
    small = number[visit] >= 0
    weight = 1 + least[visit] * _locked(columns)[columns.visit_column]
    made.put(number[visit[small]], columns.visit_column[small], weight[small])
    made.put(number[sessions], columns.session_open(sessions), -least[sessions])
    made.about(number[sessions], sessions, lambda at: (columns.sessions[at],), "small")
    led = np.isin(np.arange(len(least)), columns.lead_session)
    leaderless = np.flatnonzero(columns.session_has_leaders & ~led)
    shut = made.block(len(leaderless), upper=0)
    made.put(shut, columns.session_open(leaderless))
    made.about(shut, leaderless, lambda at: (columns.sessions[at],), "leaderless")
    return made


def _locked(columns: Columns) -> NDArray[np.bool_]:
    """(candidates,): whether a lock ``in`` puts them there."""
    index, people = columns.session_index, columns.person_index
    locks = [k for k in columns.scenario.locks if k.state == "in" and k.session in index]
    person = np.array([people[lock.person] for lock in locks], dtype=np.int64)
    session = np.array([index[lock.session] for lock in locks], dtype=np.int64)
    visit = columns.visit_at[person, session]
    locked = np.zeros(len(columns.cand_person), dtype=bool)
    locked[columns.visit_column[visit[visit >= 0]]] = True
    return locked


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings: ``small`` (session; people missing) and ``leaderless`` (session).

    Neither is legal, but a session into which someone is locked may be small: at no cost.
    """
    found = []
    for session, people in facts.roster(plan).items():
        if session in plan.open:
            missing = least_of(facts, session) - len(people)
            if missing > 0:
                locked = any(facts.locked_in(person, session) for person in people)
                found.append(_small(session, missing, locked))
            offered = facts.session(session)
            if offered.leaders and not facts.cycle.present_leaders(offered):
                found.append(_leaderless(session))
    return found


def least_of(facts: Facts, session: str) -> int:
    """The session's own ``min_size``, else its activity's, else 1."""
    own, activity = facts.session(session), facts.activity(session)
    least = activity.min_size if own.min_size is None else own.min_size
    return 1 if least is None else least


def _small(session: str, missing: int, locked: bool) -> Finding:
    return Finding(
        rule="minimum_size",
        what="small",
        subjects=(session,),
        amount=Decimal(missing),
        weight="cost" if locked else "illegal",
    )


def _leaderless(session: str) -> Finding:
    return Finding(rule="minimum_size", what="leaderless", subjects=(session,), weight="illegal")


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of an open session that is too small, or whose leaders are away."""
    (session,) = finding.subjects
    if finding.what == "leaderless":
        return f"{session} is open although all its leaders are away."
    why = " because of a lock" if finding.weight == "cost" else ""
    missing = counted(finding.amount, "person", "people")
    return f"{session} is open{why} with {missing} fewer than its minimum."


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of a minimum, or of leaders who are away."""
    (session,) = subjects
    if what == "leaderless":
        return f"all leaders of {session} are away, so it is closed"
    least = counted(Decimal(least_of(facts, session)), "person", "people")
    return f"{session} opens only with {least} or more"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of a smaller minimum, or of a leader."""
    (session,) = subjects
    if what == "leaderless":
        return f"find a leader for {session}"
    return f"let {session} open with {least_of(facts, session) - amount}"
