"""The thin door: a small scenario in the body, the answer in the reply, nothing kept."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from api.access import Here, Planner
from api.bodies import json_only
from api.contract import Explained, SmallExplainRequest, SmallSolveRequest, Solved
from api.errors import Refusal, value_of
from api.jobs.tasks import JOB_ROUTE
from api.responses import BODY, DESK, secured, text, written
from api.service import Service, audience_of

router = APIRouter(prefix="/v1", tags=["thin door"], dependencies=[Depends(json_only)])

PROBLEMS = ("forbidden", "nothing-found", *BODY, *DESK)


def payload(here: Service, asked: SmallSolveRequest) -> dict[str, Any]:
    """What a worker needs to read and solve a small scenario."""
    longest = here.settings.answer_seconds / 2
    if (asked.time_limit_s or 0) > longest:
        raise Refusal("took-too-long", f"a reply may take {longest:g} seconds; {JOB_ROUTE}")
    return {
        "data": asked.scenario,
        **here.limits(),
        "people": here.settings.small_people,
        "overrides": asked.overrides(),
        "seed": asked.seed,
        "gap": asked.target_gap,
        "limited": asked.time_limit_s is not None,
        "time_limit": longest if asked.time_limit_s is None else asked.time_limit_s,
    }


@router.post(
    "/solve",
    operation_id="solve_small",
    response_class=Response,
    responses={200: written(Solved), **secured(*PROBLEMS)},
)
def solve_small(asked: SmallSolveRequest, here: Here, _: Planner) -> Response:
    """Solve a small scenario at once; nothing is kept. Larger ones go to /v1/scenarios."""
    return text(value_of(here.desk.ask("solve-small", payload(here, asked))))


@router.post(
    "/explain",
    operation_id="explain_small",
    response_class=Response,
    responses={200: written(Explained), **secured("no-answer", *PROBLEMS)},
)
def explain_small(asked: SmallExplainRequest, here: Here, caller: Planner) -> Response:
    """Solve a small scenario and answer a question about the solution; nothing is kept."""
    question = asked.model_dump(include={"question", "person", "session"})
    audience = {"audience": audience_of(caller), "reader": asked.person or ""}
    return text(
        value_of(here.desk.ask("explain-small", payload(here, asked) | question | audience))
    )
