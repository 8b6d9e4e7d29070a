"""Scenarios: taken in, shown, purged; and what is made of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, status
from fastapi.responses import Response

from api import orders
from api.access import Here, Overseer, Planner, there
from api.bodies import ZIP, ScenarioBody, json_only
from api.contract import (
    CompareRequest,
    Diagnosed,
    DiagnoseRequest,
    JobInfo,
    ScenarioInfo,
    ScenarioPage,
    SolveRequest,
)
from api.errors import value_of
from api.examples import SCENARIO, SCENARIO_SCHEMA
from api.orders import IdempotencyKey
from api.responses import BODY, DESK, JSON, secured, text, written
from api.service import audience_of
from api.shown import scenario_info
from api.store import audit, scenarios, solutions
from api.store.packing import unpacked

router = APIRouter(prefix="/v1/scenarios", tags=["scenarios"])

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="How many to leave out.")]


@router.post(
    "",
    operation_id="create_scenario",
    status_code=status.HTTP_201_CREATED,
    responses=secured("forbidden", "timeout", "unsupported-media-type", "bad-input", *DESK),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                JSON: {"schema": SCENARIO_SCHEMA, "example": SCENARIO},
                ZIP: {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
def create_scenario(
    body: ScenarioBody, here: Here, caller: Planner, response: Response
) -> ScenarioInfo:
    """Take in a scenario: a JSON document, or a zip of CSV files. Says all that is wrong."""
    found = value_of(here.desk.ask("read", {"data": body, **here.limits()}))
    with here.database.writing() as session:
        row = scenarios.keep(session, school=caller.schools[0], **found)
        session.add(audit.line(caller, row.school, "create scenario", row.id))
    response.headers["Location"] = f"/v1/scenarios/{row.id}"
    return scenario_info(row, caller)


@router.get("", operation_id="list_scenarios", responses=secured("forbidden", "bad-input"))
def list_scenarios(
    here: Here, caller: Overseer, limit: Limit = 50, offset: Offset = 0
) -> ScenarioPage:
    """List scenarios, the newest first."""
    with here.database.reading() as session:
        rows, total = scenarios.page(session, caller.schools, limit, offset)
    return ScenarioPage(
        items=[scenario_info(row, caller) for row in rows], total=total, limit=limit, offset=offset
    )


@router.get("/{scenario}", operation_id="get_scenario", responses=secured("forbidden", "not-found"))
def get_scenario(scenario: str, here: Here, caller: Overseer) -> ScenarioInfo:
    """Show what a scenario holds."""
    with here.database.reading() as session:
        found = scenarios.one(session, scenario, caller.schools)
        return scenario_info(there(found, "scenario", scenario), caller)


@router.delete(
    "/{scenario}",
    operation_id="purge_scenario",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=secured("forbidden", "not-found"),
)
def purge_scenario(scenario: str, here: Here, caller: Planner) -> None:
    """Purge a scenario with all its solutions and jobs; that it happened is noted."""
    with here.database.writing() as session:
        row = there(scenarios.one(session, scenario, caller.schools), "scenario", scenario)
        scenarios.purge(session, row.id)
        session.add(audit.line(caller, row.school, "purge scenario", row.id))
    here.forget()
    here.database.scrub(whole=False)


@router.post(
    "/{scenario}/solves",
    operation_id="solve_scenario",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(json_only)],
    responses=orders.ANSWERS,
)
def solve_scenario(
    scenario: str,
    asked: SolveRequest,
    here: Here,
    caller: Planner,
    response: Response,
    key: IdempotencyKey = None,
) -> JobInfo:
    """Make a job that solves a scenario."""
    return orders.solve(here, caller, scenario, asked, key, response)


@router.post(
    "/{scenario}/comparisons",
    operation_id="compare_calendars",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(json_only)],
    responses=orders.ANSWERS,
)
def compare_calendars(
    scenario: str,
    asked: CompareRequest,
    here: Here,
    caller: Planner,
    response: Response,
    key: IdempotencyKey = None,
) -> JobInfo:
    """Make a job that solves a scenario under several calendars and compares them."""
    return orders.compare(here, caller, scenario, asked, key, response)


@router.post(
    "/{scenario}/diagnose",
    operation_id="diagnose_scenario",
    dependencies=[Depends(json_only)],
    response_class=Response,
    responses={
        200: written(Diagnosed),
        **secured("forbidden", "not-found", *BODY, *DESK),
    },
)
def diagnose_scenario(
    scenario: str, asked: DiagnoseRequest, here: Here, caller: Planner
) -> Response:
    """Say why a scenario is impossible, or why people have no place, and what would help."""
    payload: dict[str, Any] = {"audience": audience_of(caller), "seed": asked.seed}
    with here.database.reading() as session:
        row = there(scenarios.one(session, scenario, caller.schools), "scenario", scenario)
        found = None
        if asked.solution is not None:
            key = asked.solution
            found = there(
                solutions.one(session, key, caller.schools, published=False), "solution", key
            )
    payload["scenario"] = unpacked(row.document)
    payload["overrides"] = asked.overrides() if found is None else found.figures["overrides"]
    payload["solution"] = None if found is None else unpacked(found.document)
    payload["time_limit"] = min(asked.time_limit_s, here.settings.answer_seconds / 2)
    here.audit.write(caller, row.school, "diagnose scenario", row.id)
    return text(value_of(here.desk.ask("diagnose", payload)))
