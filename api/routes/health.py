"""What needs no token: whether the service lives, whether it can work, its documentation."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response, status
from fastapi.responses import HTMLResponse
from sqlalchemy.exc import SQLAlchemyError

from api import docs
from api.access import Here
from api.contract import Health, Readiness

router = APIRouter(tags=["health"])


@router.get("/healthz", operation_id="get_health")
def get_health() -> Health:
    """Whether the service lives. Needs no token."""
    return Health(status="ok")


@router.get(
    "/readyz",
    operation_id="get_readiness",
    responses={503: {"model": Readiness, "description": "It cannot work now"}},
)
def get_readiness(here: Here, response: Response) -> Readiness:
    """Whether the database answers and workers take jobs. Needs no token."""
    try:
        database = here.database.ready()
    except SQLAlchemyError:
        database = False
    workers = here.runner.alive()
    ready = database and workers
    if not ready:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return Readiness(status="ready" if ready else "not ready", database=database, workers=workers)


@router.get("/docs", include_in_schema=False)
def get_docs(request: Request) -> HTMLResponse:
    """The documentation as a page."""
    return HTMLResponse(docs.page(request.app.openapi()))
