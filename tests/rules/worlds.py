"""A world of three persons and two sessions, in which each rule is tried by hand.

Ada, Ben and Cy are in grade 9; ``x`` (activity X) and ``y`` (activity Y) meet in ``Mon.flex``.
A test replaces what it needs: `table` writes rows as they stand in a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scheduler.models import Plan, Scenario
from scheduler.models.points import from_units
from scheduler.rules import catalogue
from scheduler.solver.columns import Columns
from tests.rules.least import Price

if TYPE_CHECKING:
    from scheduler.models import Finding
    from scheduler.rules.contract import Audience
    from scheduler.rules.facts import Facts

Table = list[dict[str, str]]


def table(header: str, *lines: str) -> Table:
    """Rows of a CSV file; empty cells are left out."""
    names = header.split(",")
    cells = [zip(names, line.split(","), strict=True) for line in lines]
    return [{name: cell for name, cell in row if cell} for row in cells]


BELLS = "calendar,day,block,kind,start,end,grades"
STUDENTS = "id,grade,tags,home"
STAFF = "id,tags,max_sessions"
SESSIONS = "id,activity,block,room,leaders"

MONDAY = table(BELLS, "c,Mon,flex,flex,09:00,10:00,")
TWO_DAYS = table(BELLS, "c,Mon,flex,flex,09:00,10:00,", "c,Tue,flex,flex,09:00,10:00,")
ADVISORY = table(BELLS, "c,Mon,adv,advisory,09:00,09:30,")
PD = table(BELLS, "c,Mon,pd,pd,09:00,10:00,", "c,Tue,pd,pd,09:00,10:00,")
TEACHERS = table(STAFF, "tom,,", "una,,", "vic,,")

STANDARD: dict[str, Table] = {
    "bells": MONDAY,
    "students": table(STUDENTS, "ada,9,,", "ben,9,,", "cy,9,,"),
    "activities": table("id,kind", "X,flex", "Y,flex"),
    "sessions": table(SESSIONS, "x,X,Mon.flex,,", "y,Y,Mon.flex,,"),
}


class Brief(NamedTuple):
    """A finding without its rule and words."""

    what: str
    subjects: tuple[str, ...]
    amount: Decimal
    cost: Decimal
    weight: str


@dataclass(frozen=True)
class World:
    """A scenario, and one rule tried in it."""

    rule: str
    scenario: Scenario

    @cached_property
    def facts(self) -> Facts:
        return catalogue.facts(self.scenario)

    @cached_property
    def columns(self) -> Columns:
        return Columns(self.scenario, catalogue.pd_form(self.scenario))

    @property
    def knobs(self) -> Any:
        return catalogue.knobs(self.scenario, self.rule)

    @property
    def rows(self) -> Any:
        return catalogue.rules()[self.rule].rows(self.columns, self.knobs)

    def measure(self, lines: str, opened: str) -> list[Finding]:
        """Findings of a plan, written as ``"ada:x ben:y"`` and ``"x y"``."""
        return catalogue.rules()[self.rule].measure(self.facts, _plan(lines, opened), self.knobs)

    def judge(self, lines: str, opened: str) -> list[Brief]:
        """Findings of a plan, once the rows have said the same of it."""
        found = self.measure(lines, opened)
        legal = all(finding.weight != "illegal" for finding in found)
        waived = sum(finding.weight == "waived" for finding in found)
        cost = sum((finding.cost for finding in found), Decimal(0))
        admits = self.price(lines, opened)
        assert admits[0] == legal, (admits, found)
        if legal:
            assert admits == (legal, waived, cost), (admits, found)
        return [Brief(f.what, f.subjects, f.amount, f.cost, f.weight) for f in found]

    def price(self, lines: str, opened: str) -> tuple[bool, int, Decimal]:
        """What the rows say of a plan: whether they admit it, waived findings, points it costs."""
        rows, base = self.rows, self._base(_plan(lines, opened))
        if self.rule == "place":
            base = base[: -len(self.columns.place_person)]
        admitted, waived, cost = Price(rows, len(base)).solved(base)
        return admitted, waived, from_units(cost)

    def words(self, lines: str, opened: str, audience: Audience = "coordinator") -> list[str]:
        """The sentences in which a plan's findings are said."""
        say = catalogue.rules()[self.rule].say
        return [say(finding, self.facts, audience) for finding in self.measure(lines, opened)]

    def _base(self, plan: Plan) -> np.ndarray:
        """Base columns of a plan that some assignment of them stands for."""
        columns = self.columns
        visits = [
            columns.visit_at[columns.person_index[person], columns.session_index[session]]
            for person, session in plan.lines
        ]
        assert all(visit >= 0 for visit in visits), "no column stands for one of these lines"
        base = np.zeros(columns.count, dtype=np.int64)
        base[columns.visit_column[visits]] = 1
        base[columns.session_open(np.array([columns.session_index[s] for s in plan.open], int))] = 1
        filled = columns.visit_place[visits].tolist()
        base[np.delete(columns.unplaced_columns, filled)] = 1
        return base


def _plan(lines: str, opened: str) -> Plan:
    pairs = (line.split(":") for line in lines.split())
    return Plan(
        lines=tuple((person, session) for person, session in pairs),
        open=frozenset(opened.split()),
    )


def world(rule: str, knobs: dict[str, Any] | None = None, **tables: Any) -> World:
    """The standard world with some tables replaced, and this rule's knobs.

    ``settings`` is the table of top-level settings; ``rules`` in it are those of other rules.
    """
    settings = tables.pop("settings", {})
    rules = {**settings.get("rules", {}), rule: knobs or {}}
    document = {**STANDARD, **tables, "scenario": {**settings, "rules": rules}}
    return World(rule, Scenario.model_validate(document))
