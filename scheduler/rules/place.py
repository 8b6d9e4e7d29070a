"""Everyone who attends has a place: one open session in each place that is due."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import numpy as np

from scheduler.models import Finding
from scheduler.models.points import Points, units
from scheduler.models.time import KINDS
from scheduler.rules.contract import UNBOUNDED, Audience, Knobs, Rows

if TYPE_CHECKING:
    from scheduler.models import Plan
    from scheduler.rules.facts import Facts, Place
    from scheduler.solver.columns import Columns

title = "Everyone who attends has a place."
maths = "Σ_s x[p,s] + unplaced[p] = 1 per place; leading an open pd session fills it instead"

first = {"unplaced": (1, "unplaced")}


class Settings(Knobs):
    """Knobs: points for a person without a place; how many pd places staff are due."""

    mode: Literal["hard", "soft"] = "soft"
    unplaced: Points = Decimal(1000)
    pd: Literal["one", "each"] = "one"


def rows(columns: Columns, settings: Settings) -> Rows:
    """One row per place, and one per place and unit that its person leads.

    ``Σ x + u = 1`` per place; with led units ``L``: ``Σ x + u + Σ_L open ≥ 1`` and
    ``Σ x + u + open_l ≤ 1`` for each ``l`` in ``L``; ``u`` costs ``unplaced``. With
    ``mode = "hard"`` each ``u`` is a breach.
    """
    made = Rows(columns.count)
    places = len(columns.place_person)
    unplaced = columns.unplaced_columns
    first = columns.visit_first
    column, place = columns.visit_column[first], columns.visit_place[first]
    led_place, led_unit = _led(columns)
    whole = np.ones(places, dtype=np.int64)
    whole[led_place] = UNBOUNDED
    row = made.block(places, lower=1, upper=whole)
    made.put(row[place], column)
    made.put(row, unplaced)
    made.count_first("unplaced", unplaced)
    made.put(row[led_place], columns.open_columns[led_unit])
    for q, unit in zip(led_place, led_unit, strict=True):
        row = made.block(1, upper=1)
        made.put(row, column[place == q])
        made.put(row, unplaced[q])
        made.put(row, columns.open_columns[unit])
    if settings.mode == "hard":
        breach = made.slack(places, cost=0, upper=1, hard=True)
        row = made.block(places, upper=0)
        made.put(row, unplaced)
        made.put(row, breach, -1)
        due = _due(columns)
        made.about(row, np.arange(places), due.__getitem__, "unplaced")
    else:
        made.charge(unplaced, units(settings.unplaced))
    return made


def _due(columns: Columns) -> list[tuple[str, ...]]:
    """Person, kind and block of each place, as findings name them."""
    due: list[tuple[str, ...]] = [()] * len(columns.place_person)
    for person, block in zip(*np.nonzero(columns.place_of >= 0), strict=True):
        place = columns.place_of[person, block]
        kind = KINDS[columns.place_kind[place]]
        once = kind == "advisory" or (kind == "pd" and columns.pd == "one")
        due[place] = (columns.people[person], kind, "" if once else columns.blocks[block])
    return due


def _led(columns: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Place and unit of every open pd session that would fill its leader's place."""
    block = columns.session_block[columns.lead_session]
    place = columns.place_of[columns.lead_person, block]
    pd = columns.place_kind[place] == 2
    pair = np.stack([place, columns.session_unit[columns.lead_session]])[:, (place >= 0) & pd]
    place, unit = np.unique(pair, axis=1)
    return place, unit


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings: ``unplaced`` (person, kind, block) and, never legal, ``twice``."""
    filled: dict[Place, list[str]] = defaultdict(list)
    for person, visits in facts.visits(plan).items():
        for session in visits:
            filled[facts.place(person, session)].append(session)
    leading = facts.filled_by_leading(plan)
    found = []
    for places in facts.places.values():
        for place in places:
            sessions = filled[place]
            subjects = (place.person, place.kind, place.block)
            if len(sessions) > 1 and sorted(sessions) != sorted(facts.together(sessions[0])):
                found.append(_finding("twice", subjects))
            if sessions and place in leading:
                found.append(_finding("leads", subjects))
            if not sessions and place not in leading:
                found.append(_unplaced(subjects, settings))
    return found


def _finding(what: str, subjects: tuple[str, ...]) -> Finding:
    return Finding(rule="place", what=what, subjects=subjects, weight="illegal")


def _unplaced(subjects: tuple[str, ...], settings: Settings) -> Finding:
    if settings.mode == "hard":
        return Finding(rule="place", what="unplaced", subjects=subjects, weight="waived")
    return Finding(rule="place", what="unplaced", subjects=subjects, cost=settings.unplaced)


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of an unplaced person or of a place filled twice."""
    person, kind, block = finding.subjects
    where = block or {"advisory": "an advisory group", "pd": "a community of practice"}[kind]
    if finding.what == "twice":
        return f"{person} is in more than one session of {where}."
    if finding.what == "leads":
        return f"{person} leads in {where} and cannot also attend there."
    return f"{person} has no place in {where}."


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of a place that must be filled."""
    person, kind, block = subjects
    where = block or {"advisory": "an advisory group", "pd": "a community of practice"}[kind]
    return f"{person} must have a place in {where}"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of leaving somebody without a place."""
    person, kind, block = subjects
    return f"leave {person} without a place in {block or kind}"
