"""Sessions have the people they need: facilitators, student helpers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from scheduler.models import Finding
from scheduler.models.points import Points, units
from scheduler.rules.contract import Audience, Rows, Soft, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from scheduler.models import MixItem, Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "Open sessions have the people they need, such as facilitators and student helpers."
maths = "under·max(0, min·open[s] − n) + over·max(0, n − max), n people with the tag in s"


class Settings(Soft):
    """Knobs: points per person with the tag missing, and per one too many."""

    under: Points = Decimal(300)
    over: Points = Decimal(25)


def rows(columns: Columns, settings: Settings) -> Rows:
    """``Σ x + under ≥ min·open`` and ``Σ x − over ≤ max`` per session and item, leaders aside."""
    made = Rows(columns.count)
    items = list(_items(columns))

    def named(at: int) -> tuple[str, ...]:
        session, item = items[at]
        return columns.sessions[session], item.tag

    under, over = (units(settings.price(knob)) for knob in (settings.under, settings.over))
    for number, (session, item) in enumerate(items):
        column = _with_tag(columns, session, item.tag)
        if item.low:
            row = made.block(1, lower=0)
            made.put(row, column)
            made.put(row, columns.session_open(np.array([session])), -item.low)
            made.put(row, made.slack(1, under, upper=item.low, hard=settings.hard))
            if settings.hard:
                made.about(row, number, named, "under")
        if item.high is not None and len(column) > item.high:
            row = made.block(1, upper=item.high)
            made.put(row, column)
            most = len(column) - item.high
            made.put(row, made.slack(1, over, upper=most, hard=settings.hard), -1)
            if settings.hard:
                made.about(row, number, named, "over")
    return made


def _items(columns: Columns) -> Iterator[tuple[int, MixItem]]:
    """Each session's index with each item of its activity's mix."""
    for session, activity in enumerate(columns.session_activity):
        for item in columns.scenario.activities[activity].mix:
            yield session, item


def _with_tag(columns: Columns, session: int, tag: str) -> NDArray[np.int64]:
    """Candidates of a session who carry the tag."""
    visit = columns.visit_at[columns.person_has(tag), session]
    column: NDArray[np.int64] = columns.visit_column[visit[visit >= 0]]
    return column


def touches(columns: Columns, settings: Settings) -> NDArray[np.bool_]:
    """(people, sessions): who carries a tag that the session counts."""
    found = np.zeros((len(columns.people), len(columns.sessions)), dtype=bool)
    for session, item in _items(columns):
        found[:, session] |= columns.person_has(item.tag)
    return found


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings: ``under`` and ``over`` (session, tag; people missing or too many)."""
    found = []
    for session, people in facts.roster(plan).items():
        for item in facts.activity(session).mix:
            number = sum(item.tag in facts.person(person).all_tags for person in people)
            low = (item.low or 0) * (session in plan.open)
            if number < low:
                found.append(_finding("under", session, item.tag, low - number, settings))
            if item.high is not None and number > item.high:
                found.append(_finding("over", session, item.tag, number - item.high, settings))
    return found


def _finding(what: str, session: str, tag: str, amount: int, settings: Settings) -> Finding:
    price = settings.under if what == "under" else settings.over
    return Finding(
        rule="mix",
        what=what,
        subjects=(session, tag),
        amount=Decimal(amount),
        cost=amount * settings.price(price),
        weight=settings.weight,
    )


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of a session with too few or too many people of a tag."""
    session, tag = finding.subjects
    few = "few" if finding.what == "under" else "many"
    return f"{session} has {counted(finding.amount, 'person', 'people')} with {tag} too {few}."


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of one end of a mix."""
    session, tag = subjects
    item = next(item for item in facts.activity(session).mix if item.tag == tag)
    number = item.low if what == "under" else item.high
    end = "at least" if what == "under" else "at most"
    return f"{session} needs {end} {counted(Decimal(number or 0), 'person', 'people')} with {tag}"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of a looser mix."""
    session, tag = subjects
    few = "fewer" if what == "under" else "more"
    return f"let {session} have {counted(Decimal(amount), 'person', 'people')} with {tag} {few}"
