"""What is measured."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from api.access import Here, Operator
from api.responses import secured

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    operation_id="get_metrics",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        **secured("forbidden"),
    },
)
def get_metrics(here: Here, _: Operator) -> Response:
    """Requests, jobs and workers, for Prometheus: numbers without names or schools."""
    return Response(here.metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)
