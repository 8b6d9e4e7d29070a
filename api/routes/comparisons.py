"""Comparisons of calendars, as JSON or as a page."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.access import Here, Planner, there
from api.bodies import chosen
from api.contract import Compared
from api.responses import HTML, JSON, secured, text, written
from api.store import comparisons
from api.store.packing import unpacked

router = APIRouter(prefix="/v1/comparisons", tags=["comparisons"])

FORMS: dict[str, Any] = written(Compared)
FORMS["content"][HTML] = {"schema": {"type": "string"}}


@router.get(
    "/{comparison}",
    operation_id="get_comparison",
    response_class=Response,
    responses={200: FORMS, **secured("forbidden", "not-found", "not-acceptable")},
)
def get_comparison(comparison: str, here: Here, caller: Planner, request: Request) -> Response:
    """Show calendars side by side: JSON, or an HTML page that is complete in itself."""
    form = chosen(request, JSON, HTML)
    with here.database.reading() as session:
        found = comparisons.one(session, comparison, caller.schools)
        row = there(found, "comparison", comparison)
    here.audit.write(caller, row.school, "read comparison", row.id)
    if form == HTML:
        return HTMLResponse(unpacked(row.page))
    return text(unpacked(row.document).decode())
