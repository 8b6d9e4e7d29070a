"""Rows of the database as answers show them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, overload

from api.contract import JobInfo, ScenarioInfo, SolutionInfo
from api.store.tokens import PERSONAL
from scheduler.models import Certificate

if TYPE_CHECKING:
    from api.store.tables import Job, Scenario, Solution
    from api.store.tokens import Caller


@overload
def moment(seconds: float) -> datetime.datetime: ...
@overload
def moment(seconds: float | None) -> datetime.datetime | None: ...
def moment(seconds: float | None) -> datetime.datetime | None:
    """A moment as it is shown, in UTC."""
    return None if seconds is None else datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def scenario_info(row: Scenario, caller: Caller) -> ScenarioInfo:
    """A scenario: what it holds; warnings, which can name people, are not for a district."""
    return ScenarioInfo.model_validate(
        {
            "id": row.id,
            "school": row.school,
            "name": row.name,
            "created": moment(row.created),
            "digest": row.digest,
            "counts": row.rows,
            "warnings": [] if caller.role == "district" else row.warnings,
            "changed_from": row.parent,
        }
    )


def job_info(row: Job, caller: Caller) -> JobInfo:
    """A job and where it stands; what was wrong with the input is not for a district."""
    error = row.error and {**row.error}
    if error and caller.role == "district":
        error["problems"] = []
    return JobInfo.model_validate(
        {
            "id": row.id,
            "kind": row.kind,
            "status": row.status,
            "scenario": row.scenario,
            "solution": None if row.kind == "compare" else row.after,
            "repairs": row.before,
            "comparison": row.after if row.kind == "compare" else None,
            "cancelling": row.cancelling,
            "created": moment(row.created),
            "started": moment(row.started),
            "finished": moment(row.finished),
            "progress": row.state,
            "error": error,
        }
    )


def solution_info(row: Solution, caller: Caller) -> SolutionInfo:
    """A solution in figures; counts, which can be of few, are not for students and staff."""
    found = Certificate.model_validate(row.figures)
    return SolutionInfo.model_validate(
        {
            "id": row.id,
            "scenario": row.scenario,
            "job": row.job,
            "repairs": row.before,
            "created": moment(row.created),
            "published": moment(row.published),
            "status": found.status,
            "value": found.value,
            "bound": found.bound,
            "gap": found.gap,
            "counts": {} if caller.role in PERSONAL else found.counts,
        }
    )
