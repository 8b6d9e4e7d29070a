"""The catalogue of rules."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from api.access import Anyone
from api.contract import Rule
from api.responses import listed, secured
from scheduler.report import entries

router = APIRouter(prefix="/v1", tags=["rules"])


@router.get(
    "/rules",
    operation_id="list_rules",
    response_class=Response,
    responses={200: {"model": list[Rule]}, **secured()},
)
def list_rules(_: Anyone) -> Response:
    """What each rule promises, its maths, and its knobs as JSON Schema."""
    return listed([Rule.of(entry) for entry in entries()])
