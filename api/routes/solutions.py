"""Solutions: figures, tables, pages; questions, repairs, publication."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, status
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel

from api import orders
from api.access import (
    Adult,
    Anyone,
    Here,
    Insider,
    Overseer,
    Planner,
    person_asked,
    personal,
    there,
)
from api.bodies import chosen, json_only
from api.contract import (
    Difference,
    Explained,
    ExplainRequest,
    JobInfo,
    Repaired,
    RepairRequest,
    SolutionInfo,
    SolutionPage,
)
from api.errors import Refusal, value_of
from api.jobs.kinds import solution_of
from api.orders import IdempotencyKey
from api.responses import BODY, CSV, DESK, JSON, listed, secured, text, typed, written
from api.service import Service, audience_of
from api.shown import solution_info
from api.store import audit, solutions
from api.store.packing import unpacked
from api.store.tables import Solution
from api.store.tokens import Caller
from scheduler.models import Certificate, Finding
from scheduler.report import rows
from scheduler.report.rows import Debt, Line, State
from scheduler.writing import solutions as files
from scheduler.writing.cells import csv_bytes

router = APIRouter(prefix="/v1/solutions", tags=["solutions"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="How many to leave out.")]


def table(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """What a table may be answered: JSON, CSV, or a problem."""
    found = written(model, many=True)
    found["content"][CSV] = {"schema": {"type": "string"}}
    return {
        200: found,
        **secured("forbidden", "not-found", "not-acceptable"),
    }


def seen(here: Service, caller: Caller, key: str, action: str = "") -> Solution:
    """A solution that the caller may see; with an action, that they do is noted first."""
    with here.database.reading() as session:
        found = there(
            solutions.one(session, key, caller.schools, published=personal(caller)),
            "solution",
            key,
        )
    if action:
        here.audit.write(caller, found.school, action, found.id)
    return found


def tabular(request: Request, columns: tuple[str, ...], found: tuple[BaseModel, ...]) -> Response:
    """Rows in the form that the client likes best."""
    if chosen(request, JSON, CSV) == CSV:
        return Response(csv_bytes(columns, [dict(row) for row in found]), media_type=CSV)
    return listed(found)


@router.get("", operation_id="list_solutions", responses=secured("bad-input"))
def list_solutions(
    here: Here, caller: Anyone, limit: Limit = 50, offset: Offset = 0
) -> SolutionPage:
    """List solutions, the newest first; students and staff are shown published ones."""
    with here.database.reading() as session:
        found, total = solutions.page(
            session, caller.schools, limit, offset, published=personal(caller)
        )
    items = [solution_info(row, caller) for row in found]
    return SolutionPage(items=items, total=total, limit=limit, offset=offset)


@router.get("/{solution}", operation_id="get_solution", responses=secured("not-found"))
def get_solution(solution: str, here: Here, caller: Anyone) -> SolutionInfo:
    """Show a solution in figures."""
    return solution_info(seen(here, caller, solution), caller)


@router.get(
    "/{solution}/certificate",
    operation_id="get_certificate",
    response_class=Response,
    responses={200: written(Certificate), **secured("forbidden", "not-found")},
)
def get_certificate(solution: str, here: Here, caller: Overseer) -> Response:
    """Show what proves a solution: value, bound, gap, findings per rule, versions, hash."""
    return typed(Certificate.model_validate(seen(here, caller, solution).figures))


@router.get(
    "/{solution}/assignments",
    operation_id="list_assignments",
    response_class=Response,
    responses=table(Line),
)
def list_assignments(solution: str, here: Here, caller: Insider, request: Request) -> Response:
    """List who is where: students see their own lines, staff those of people they see to."""
    row = seen(here, caller, solution, "read assignments")
    view = here.view(row.id, caller)
    return tabular(request, files.ASSIGNMENTS, rows.assignments(view))


@router.get(
    "/{solution}/sessions",
    operation_id="list_sessions",
    response_class=Response,
    responses=table(State),
)
def list_sessions(solution: str, here: Here, caller: Insider, request: Request) -> Response:
    """List how sessions came out; small counts are not for students and staff."""
    row = seen(here, caller, solution, "read sessions")
    return tabular(request, files.SESSIONS, rows.sessions(here.view(row.id, caller)))


@router.get(
    "/{solution}/findings",
    operation_id="list_findings",
    response_class=Response,
    responses=table(Finding),
)
def list_findings(solution: str, here: Here, caller: Adult, request: Request) -> Response:
    """List breaches of promises; why support is needed is for an admin only."""
    row = seen(here, caller, solution, "read findings")
    return tabular(request, files.FINDINGS, rows.findings(here.view(row.id, caller)))


@router.get(
    "/{solution}/ledger",
    operation_id="list_ledger",
    response_class=Response,
    responses=table(Debt),
)
def list_ledger(solution: str, here: Here, caller: Insider, request: Request) -> Response:
    """List what people are owed in the next cycle."""
    row = seen(here, caller, solution, "read ledger")
    return tabular(request, files.LEDGER, rows.ledger(here.view(row.id, caller)))


def asked_about(here: Service, caller: Caller, row: Solution) -> dict[str, Any]:
    """What a worker needs to show or explain a solution to a caller."""
    with here.database.reading() as session:
        found = solution_of(session, row.id)
    reader = here.view(row.id, caller).person
    return {**found, "audience": audience_of(caller), "reader": reader}


@router.get(
    "/{solution}/report",
    operation_id="get_report",
    response_class=HTMLResponse,
    responses=secured("forbidden", "not-found", *DESK),
)
def get_report(solution: str, here: Here, caller: Insider) -> HTMLResponse:
    """Show the report as a page for who asks: HTML, complete in itself."""
    row = seen(here, caller, solution, "read report")
    return HTMLResponse(value_of(here.desk.ask("report", asked_about(here, caller, row))))


@router.get(
    "/{solution}/workbook",
    operation_id="get_workbook",
    response_class=Response,
    responses={
        200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}},
        **secured("forbidden", "not-found", *DESK),
    },
)
def get_workbook(solution: str, here: Here, caller: Insider) -> Response:
    """Get all tables as an Excel workbook."""
    row = seen(here, caller, solution, "read workbook")
    found = value_of(here.desk.ask("workbook", asked_about(here, caller, row)))
    return Response(found, media_type=XLSX)


@router.get(
    "/{solution}/diff",
    operation_id="get_diff",
    response_class=Response,
    responses={
        200: written(Difference),
        **secured("forbidden", "not-found", "conflict", *DESK),
    },
)
def get_diff(
    solution: str,
    here: Here,
    caller: Insider,
    since: Annotated[
        str | None, Query(description="The earlier solution; the one that was repaired by default.")
    ] = None,
) -> Response:
    """Say what changed from an earlier solution to this one."""
    row = seen(here, caller, solution, "read diff")
    earlier = since or row.before
    if earlier is None:
        raise Refusal("conflict", "it repairs no other solution; name one with since")
    before = seen(here, caller, earlier)
    payload = asked_about(here, caller, row)
    with here.database.reading() as session:
        payload["before"] = solution_of(session, before.id)["solution"]
    return text(value_of(here.desk.ask("diff", payload)))


@router.get(
    "/{solution}/repair",
    operation_id="get_repair",
    response_class=Response,
    responses={200: written(Repaired), **secured("forbidden", "not-found", "conflict")},
)
def get_repair(solution: str, here: Here, caller: Planner) -> Response:
    """Say what a repair did: who moves for which change, and that fewer moves are impossible."""
    row = seen(here, caller, solution, "read repair")
    if row.repair is None:
        raise Refusal("conflict", "it repairs no other solution")
    return text(unpacked(row.repair).decode())


@router.post(
    "/{solution}/explain",
    operation_id="explain_solution",
    dependencies=[Depends(json_only)],
    response_class=Response,
    responses={
        200: written(Explained),
        **secured("forbidden", "not-found", "no-answer", *BODY, *DESK),
    },
)
def explain_solution(solution: str, asked: ExplainRequest, here: Here, caller: Insider) -> Response:
    """Answer a question: why, why not, what a session's story is; worded for who asks."""
    row = seen(here, caller, solution, f"ask {asked.question}")
    payload = asked_about(here, caller, row)
    visible = here.view(row.id, caller).visible
    payload |= asked.model_dump() | {
        "person": person_asked(caller, asked.question, asked.person, visible)
    }
    return text(value_of(here.desk.ask("explain", payload)))


@router.post(
    "/{solution}/repairs",
    operation_id="repair_solution",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(json_only)],
    responses=orders.ANSWERS,
)
def repair_solution(
    solution: str,
    asked: RepairRequest,
    here: Here,
    caller: Planner,
    response: Response,
    key: IdempotencyKey = None,
) -> JobInfo:
    """Make a job that repairs a solution after changes: as few people as possible move."""
    return orders.repair(here, caller, solution, asked, key, response)


@router.post(
    "/{solution}/publish",
    operation_id="publish_solution",
    responses=secured("forbidden", "not-found"),
)
def publish_solution(solution: str, here: Here, caller: Planner) -> SolutionInfo:
    """Show a solution to students and staff."""
    with here.database.writing() as session:
        found = solutions.one(session, solution, caller.schools, published=False)
        row = there(found, "solution", solution)
        solutions.publish(row)
        session.add(audit.line(caller, row.school, "publish", row.id))
    return solution_info(row, caller)
