"""An improvement that a what-if found as a solution of its own, where somebody asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.models import Solution
from scheduler.verify import gap, judge, status, verify

if TYPE_CHECKING:
    from scheduler.explain.case import Case
    from scheduler.explain.typed import WhyNot


def adopted(case: Case, found: WhyNot) -> Solution | None:
    """The solution that a what-if leads to, certified by the bound that is known already.

    ``None`` where it is not better, or not legal without the person being locked in.
    """
    made = found.what_if
    if made is None or made.cost is None or made.cost >= 0 or not made.legal:
        return None
    plan = case.found[made.person, made.session].plan
    judged = judge(case.scenario, plan)
    before = case.solution.certificate
    certificate = before.model_copy(
        update={
            "value": judged.value,
            "gap": gap(judged.value, before.bound),
            "status": status(judged.value, before.bound, before.levels),
            "points_per_rule": judged.points_per_rule,
            "findings_per_rule": judged.findings_per_rule,
            "counts": judged.counts,
        }
    )
    better = Solution(
        assignments=judged.assignments,
        sessions=judged.sessions,
        findings=judged.findings,
        ledger=judged.ledger,
        certificate=certificate,
    )
    return None if verify(case.scenario, better) else better
