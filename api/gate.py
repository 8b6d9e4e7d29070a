"""The gate that every request goes through: who is it, how much, how often; what goes out.

It stands before everything that reads a body, so that nobody without a token is listened to.
"""

from __future__ import annotations

import logging
import math
import time
from typing import TYPE_CHECKING

from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders

from api.errors import problem
from api.jobs.outcomes import place
from api.jobs.tasks import JOB_ROUTE
from api.limits import Body, Rate
from api.store import tokens

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from api.metrics import Metrics
    from api.service import Service
    from api.store.tokens import Caller, Role

log = logging.getLogger("flexweave.requests")

OPEN = frozenset({"/healthz", "/readyz", "/docs", "/openapi.json"})
"""What needs no token."""

METHODS = frozenset({"GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH"})

LARGE = "/v1/scenarios"
"""What takes a scenario of any size: its worker reads it, while others are read right here."""

DOOR = frozenset({"/v1/solve", "/v1/explain"})
"""What takes small ones only."""

PLANNERS: tuple[Role, ...] = ("coordinator", "admin")
"""Roles that may send one."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Strict-Transport-Security": "max-age=31536000",
}
"""Of every answer: nothing is guessed, framed, kept by a cache, or fetched from elsewhere."""


class Gate:
    """The outermost layer of the service."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service
        settings = service.settings
        self._rate = Rate(settings.rate, settings.burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = _Seen(scope, send, self._service.metrics)
        try:
            await self._judge(scope, receive, seen)
        except Exception as error:
            # Noted here, and no further: what the error says could be somebody's name.
            log.error("%s: %s", route_of(scope), place(error))
            if not seen.begun:
                await problem("internal")(scope, receive, seen)
        finally:
            seen.count()

    async def _judge(self, scope: Scope, receive: Receive, send: Send) -> None:
        settings = self._service.settings
        if scope["path"] not in OPEN:
            caller = await self._caller(scope)
            if caller is None:
                await problem("unauthorized")(scope, receive, send)
                return
            wait = self._rate.wait(caller.token)
            if wait:
                headers = {"Retry-After": str(math.ceil(wait))}
                await problem("too-many-requests", headers=headers)(scope, receive, send)
                return
            scope.setdefault("state", {})["caller"] = caller
        most = self._most(scope)
        if _announced(scope) > most:
            beside = f"; {JOB_ROUTE}" if scope["path"] in DOOR else ""
            said = f"the body has more than {most:,} bytes{beside}"
            await problem("too-large", said)(scope, receive, send)
            return
        await self._app(scope, Body(receive, most, settings.body_seconds), send)

    def _most(self, scope: Scope) -> int:
        """Bytes that this body may have: a scenario's only from those who may send one."""
        caller: Caller | None = scope.get("state", {}).get("caller")
        large = scope["path"] == LARGE and caller is not None and caller.role in PLANNERS
        settings = self._service.settings
        return settings.scenario_bytes if large else settings.body_bytes

    async def _caller(self, scope: Scope) -> Caller | None:
        kind, _, text = Headers(scope=scope).get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        return await run_in_threadpool(self._found, text.strip())

    def _found(self, text: str) -> Caller | None:
        with self._service.database.reading() as session:
            return tokens.found(session, text)


def _announced(scope: Scope) -> int:
    """Bytes that the body is said to have."""
    text = Headers(scope=scope).get("content-length", "0")
    return int(text) if text.isascii() and text.isdigit() else 0


def route_of(scope: Scope) -> str:
    """The route that a request took, without what it asks for."""
    return getattr(scope.get("route"), "path", "elsewhere")


class _Seen:
    """An answer on its way out: gets its headers, and is counted."""

    def __init__(self, scope: Scope, send: Send, metrics: Metrics) -> None:
        self._scope, self._send, self._metrics = scope, send, metrics
        self._began = time.monotonic()
        self._status = 499
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status, self.begun = message["status"], True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)

    def count(self) -> None:
        """Note the request: its route, never what it asks for."""
        seconds = time.monotonic() - self._began
        route = route_of(self._scope)
        method = self._scope["method"] if self._scope["method"] in METHODS else "OTHER"
        self._metrics.saw(route, method, self._status, seconds)
        caller = self._scope.get("state", {}).get("caller")
        token = caller.token if caller else "-"
        log.info("%s %s %d %.0f ms %s", method, route, self._status, 1000 * seconds, token)
