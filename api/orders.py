"""Jobs as they are asked for: requests become rows, and then an answer with a Location."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Header

from api.access import there
from api.errors import value_of
from api.jobs.kinds import solution_of
from api.responses import BODY, DESK, secured
from api.shown import job_info
from api.store import audit, jobs, scenarios, solutions
from api.store.jobs import Order
from api.store.packing import unpacked

if TYPE_CHECKING:
    from fastapi.responses import Response
    from pydantic import BaseModel

    from api.contract import CompareRequest, JobInfo, RepairRequest, SolveRequest
    from api.service import Service
    from api.store.tables import Scenario
    from api.store.tokens import Caller

ANSWERS = secured("forbidden", "not-found", "key-reused", *BODY, *DESK)
"""What a request for a job may be answered."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="Sent again with the same request, it gives the same job.",
    ),
]


def solve(
    here: Service,
    caller: Caller,
    scenario: str,
    asked: SolveRequest,
    key: str | None,
    response: Response,
) -> JobInfo:
    """A job that solves a scenario; what is wrong with its settings is said at once."""
    with here.database.reading() as session:
        row = there(scenarios.one(session, scenario, caller.schools), "scenario", scenario)
    overrides = asked.overrides()
    if overrides:
        opened = {"scenario": unpacked(row.document), "overrides": overrides}
        value_of(here.desk.ask("check-settings", opened))
    order = Order(
        kind="solve",
        request={
            "overrides": overrides,
            "seed": asked.seed,
            "gap": asked.target_gap,
            "time_limit": limited(here, asked.time_limit_s),
        },
        fingerprint=fingerprint("solve", scenario, asked),
        idempotency_key=key,
    )
    return submitted(here, caller, row, order, response)


def repair(
    here: Service,
    caller: Caller,
    solution: str,
    asked: RepairRequest,
    key: str | None,
    response: Response,
) -> JobInfo:
    """A job that repairs a solution; what is wrong with the changes is said at once."""
    with here.database.reading() as session:
        row = there(
            solutions.one(session, solution, caller.schools, published=False), "solution", solution
        )
        scenario = there(
            scenarios.one(session, row.scenario, caller.schools), "scenario", row.scenario
        )
        payload = solution_of(session, row.id)
    request = {
        "changes": [change.model_dump() for change in asked.changes],
        "since": asked.since,
        "seed": asked.seed,
        "time_limit": limited(here, asked.time_limit_s),
    }
    value_of(here.desk.ask("check-changes", payload | request))
    order = Order(
        kind="repair",
        request=request,
        fingerprint=fingerprint("repair", solution, asked),
        idempotency_key=key,
        before=row.id,
    )
    return submitted(here, caller, scenario, order, response)


def compare(
    here: Service,
    caller: Caller,
    scenario: str,
    asked: CompareRequest,
    key: str | None,
    response: Response,
) -> JobInfo:
    """A job that compares calendars; what is wrong with one of them is said at once."""
    with here.database.reading() as session:
        row = there(scenarios.one(session, scenario, caller.schools), "scenario", scenario)
    each = asked.time_limit_s
    request = {
        "calendars": asked.calendars,
        "pack": asked.pack,
        "seed": asked.seed,
        "gap": asked.target_gap,
        # Of all calendars together: no job may search for longer than the service lets one.
        "time_limit": limited(here, None if each is None else each * len(asked.calendars)),
    }
    opened = {"scenario": unpacked(row.document), "calendars": asked.calendars}
    value_of(here.desk.ask("check-calendars", opened))
    order = Order(
        kind="compare",
        request=request,
        fingerprint=fingerprint("compare", scenario, asked),
        idempotency_key=key,
    )
    return submitted(here, caller, row, order, response)


def limited(here: Service, seconds: float | None) -> float:
    """The seconds that a search may take."""
    most = here.settings.solve_seconds
    return most if seconds is None else min(seconds, most)


def fingerprint(what: str, subject: str, asked: BaseModel) -> str:
    """Tells requests apart."""
    said: list[Any] = [what, subject, asked.model_dump(mode="json")]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def submitted(
    here: Service, caller: Caller, scenario: Scenario, order: Order, response: Response
) -> JobInfo:
    """The job, which is on disk before it is acknowledged."""
    with here.database.writing() as session:
        # It may have been purged since it was looked up.
        there(scenarios.one(session, scenario.id, caller.schools), "scenario", scenario.id)
        job = jobs.submit(session, scenario, order, here.settings.queue_limit)
        session.add(audit.line(caller, job.school, order.kind, job.id))
    here.runner.wake()
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return job_info(job, caller)
