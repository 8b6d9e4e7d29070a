"""The app put together: gate, routes, problems, documentation."""

from __future__ import annotations

import threading
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

import anyio.to_thread
from fastapi import APIRouter, FastAPI, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from api import errors, openapi, retention
from api.gate import Gate
from api.routes import OPEN, SECURED
from api.service import Service
from api.store import schema

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from api.settings import Settings

THREADS = 64
"""Requests that are worked on at once, beside those that wait for an answerer."""

DESCRIPTION = (
    "Decides who goes where in a school's flex blocks, advisory groups and CoPs, and says why. "
    "Every route but health and documentation needs a token: Authorization: Bearer <token>."
)


def create_app(settings: Settings) -> FastAPI:
    """The service as an ASGI app.

    Raises
    ------
    OldDatabase
        When the database was made by another version.
    """
    service = Service(settings)
    schema.check(service.database)
    app = FastAPI(
        title="Flexweave",
        version=version("flexweave"),
        summary="A thin door to the scheduler.",
        description=DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.service, app.state.stopping = service, threading.Event()
    token = Security(HTTPBearer(auto_error=False, description="Made by flexweave token create."))
    for router in SECURED:
        app.include_router(router, dependencies=[token])
    for router in OPEN:
        app.include_router(router)
    errors.handle(app, [route for router in (*OPEN, *SECURED) for route in _routes(router)])
    openapi.describe(app)
    app.add_middleware(Gate, service=service)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
            expose_headers=["Location", "Retry-After"],
        )
    return app


def _routes(router: APIRouter) -> list[APIRoute]:
    return [route for route in router.routes if isinstance(route, APIRoute)]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    waiting = service.settings.waiting_limit + service.settings.answerers
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS + waiting
    service.start()
    keeper = threading.Thread(target=retention.keep, args=(service, app.state.stopping))
    keeper.start()
    try:
        yield
    finally:
        app.state.stopping.set()
        await run_in_threadpool(keeper.join)
        await run_in_threadpool(service.stop)
