"""Staff get whom they asked for."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from scheduler.models import Finding
from scheduler.models.points import Points, units
from scheduler.models.wishes import TIERS, Tier
from scheduler.rules.contract import Audience, Rows, Soft

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.models import Plan
    from scheduler.rules.facts import Asked, Facts
    from scheduler.solver.columns import Columns

title = "Staff get whom they asked for."
maths = "Σ_{s of target} x[p,s] + missed ≥ 1; cost·missed by the highest tier asked"

first = {"required": (2, "required pulls missed")}


class Settings(Soft):
    """Knobs: points for a pull that is missed, by its tier."""

    required: Points = Decimal(2000)
    priority: Points = Decimal(800)
    request: Points = Decimal(250)

    def cost(self, tier: Tier) -> Decimal:
        """Points of a missed pull."""
        by_tier = {"required": self.required, "priority": self.priority, "request": self.request}
        return self.price(by_tier[tier])


def rows(columns: Columns, settings: Settings) -> Rows:
    """``Σ x + missed ≥ 1`` per person and target that eligibility lets come true."""
    made = Rows(columns.count)
    tiers = _tiers(columns)
    pair, visit = columns.visits_to([p for p, _ in tiers], [target for _, target in tiers])
    key = np.unique(pair * made.base + columns.visit_column[visit])
    pair, column = np.divmod(key, max(1, made.base))
    reachable, which = np.unique(pair, return_inverse=True)
    cost = np.array([units(settings.cost(tier)) for tier in tiers.values()], dtype=np.int64)
    row = made.block(len(reachable), lower=1)
    made.put(row[which], column)
    missed = made.slack(len(row), cost[reachable], upper=1, hard=settings.hard)
    made.put(row, missed)
    if settings.hard:
        made.about(row, reachable, list(tiers).__getitem__)
    required = np.array([tier == "required" for tier in tiers.values()], dtype=bool)
    made.count_first("required", missed[required[reachable]])
    return made


def _tiers(columns: Columns) -> dict[tuple[str, str], Tier]:
    """Highest tier asked, by person and target."""
    found: dict[tuple[str, str], Tier] = {}
    for pull in columns.scenario.pulls:
        key = (pull.person, pull.target)
        found[key] = min(found.get(key, pull.tier), pull.tier, key=TIERS.index)
    return found


def touches(columns: Columns, settings: Settings) -> NDArray[np.bool_]:
    """(people, sessions): who is asked for, and where."""
    pulls = columns.scenario.pulls
    return columns.named([pull.person for pull in pulls], [pull.target for pull in pulls])


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings, each named by its tier: (person, target) of pulls that are missed."""
    visits = facts.visits(plan)
    return [
        _finding(asked, settings)
        for asked in facts.pulls.values()
        if not set(visits[asked.person]) & set(facts.reachable(asked.person, asked.target))
    ]


def _finding(asked: Asked, settings: Settings) -> Finding:
    return Finding(
        rule="pulls",
        what=asked.tier,
        subjects=(asked.person, asked.target),
        cost=settings.cost(asked.tier),
        weight=settings.weight,
    )


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of a missed pull; students see only who shares theirs, reasons are for coordinators."""
    person, target = finding.subjects
    pulls = facts.pulls[person, target].pulls
    by = [pull.by for pull in pulls if pull.share or audience != "student"]
    missed = f"{person} is not in {target}, where {_listed(by) or 'staff'} asked for them"
    reasons = [pull.reason for pull in pulls if pull.reason]
    if audience in ("student", "staff") or not reasons:
        return f"{missed} ({finding.what})."
    return f"{missed} ({finding.what}: {'; '.join(reasons)})."


def _listed(names: list[str]) -> str:
    return " and ".join(dict.fromkeys(names))


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of a pull; students see only who shares theirs."""
    person, target = subjects
    pulls = facts.pulls[person, target].pulls
    by = [pull.by for pull in pulls if pull.share or audience != "student"]
    return f"{_listed(by) or 'staff'} asked for {person} in {target}"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of dropping the pull."""
    person, target = subjects
    return f"drop the pull of {person} to {target}"
