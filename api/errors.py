"""Problems as answers: ``application/problem+json`` (RFC 9457) with a type that stays.

Each problem that the service knows is one line of `TYPES`. Nothing else goes out: whatever is not
foreseen is an ``internal`` problem without a word of what happened.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api.jobs.outcomes import Abandoned, Broken, Busy, Crashed, Done, Outcome, Overran, Refused
from api.store.jobs import KeyReused, QueueFull

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastapi import FastAPI
    from fastapi.routing import APIRoute

MEDIA = "application/problem+json"
URN = "urn:flexweave:problem:"
RETRY_SECONDS = 5

log = logging.getLogger("flexweave")


@dataclass(frozen=True)
class Type:
    """A sort of problem: its status, its title, and what could be said of one."""

    status: int
    title: str
    detail: str


TYPES: dict[str, Type] = {
    "malformed": Type(400, "The request cannot be read", "the body is no JSON"),
    "unauthorized": Type(401, "A valid token is needed", "send Authorization: Bearer <token>"),
    "forbidden": Type(403, "This token may not do that", "a student asks about themselves only"),
    "not-found": Type(404, "There is no such thing", "there is no scenario scn_0"),
    "method-not-allowed": Type(405, "This cannot be done here", "see the Allow header"),
    "not-acceptable": Type(
        406, "It cannot be had in this form", "ask for application/json or text/csv"
    ),
    "timeout": Type(408, "The request took too long to arrive", "the body came too slowly"),
    "conflict": Type(409, "It does not fit what there is", "the job has not ended yet"),
    "too-large": Type(413, "It is too large", "the body has more than 50,000,000 bytes"),
    "unsupported-media-type": Type(
        415, "It cannot be read in this form", "send application/json or application/zip"
    ),
    "bad-input": Type(422, "Something is wrong with the input", "1 problem"),
    "no-answer": Type(422, "There is no answer to this", "there is no person 's999'"),
    "nothing-found": Type(
        422, "No answer was found", "stopped before any answer that keeps every lock was found"
    ),
    "took-too-long": Type(
        422, "It took too long, or too much memory, to do at once", "make a job of it"
    ),
    "key-reused": Type(
        422, "The idempotency key was used for something else", "take a new Idempotency-Key"
    ),
    "busy": Type(429, "Too much is waiting", "try again later"),
    "too-many-requests": Type(429, "This token asks too often", "try again later"),
    "internal": Type(500, "Something went wrong inside", "it was noted"),
    "crashed": Type(503, "The worker was lost", "try again"),
}
"""Every problem by the last part of its type. Types and statuses stay; titles may be put better."""


class InputProblem(BaseModel):
    """One thing that is wrong with the input, and what would be right."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "file": "choices.csv",
                "row": 3,
                "column": "rank",
                "message": "'first' is no whole number",
                "hint": "write a number, such as 1",
            }
        }
    )

    file: str = Field(description="The file, or where else it is: body, query, path, header.")
    row: int | str | None = Field(
        description="The row of a table, 1 is its header; in JSON the path; null for the whole."
    )
    column: str | None = Field(description="The column or key.")
    message: str = Field(description="What is wrong.")
    hint: str = Field(description="What would be right.")


class Problem(BaseModel):
    """A problem (RFC 9457)."""

    type: str = Field(description="What sort of problem; it stays the same between versions.")
    title: str
    status: int
    detail: str
    problems: list[InputProblem] = Field(
        description="Everything that is wrong with the input, by file and row."
    )


class Refusal(Exception):
    """A request that is not done; ``slug`` is one of `TYPES`."""

    def __init__(
        self, slug: str, detail: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(slug)
        self.slug = slug
        self.detail = detail
        self.headers = headers


def problem(
    slug: str,
    detail: str | None = None,
    problems: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem as an answer."""
    return JSONResponse(
        document(slug, detail, problems),
        status_code=TYPES[slug].status,
        headers={**_headers(slug), **(headers or {})},
        media_type=MEDIA,
    )


def document(
    slug: str, detail: str | None = None, problems: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """A problem as its JSON."""
    known = TYPES[slug]
    return {
        "type": URN + slug,
        "title": known.title,
        "status": known.status,
        "detail": known.detail if detail is None else detail,
        "problems": [dict(one) for one in problems],
    }


def _headers(slug: str) -> dict[str, str]:
    if slug == "unauthorized":
        return {"WWW-Authenticate": "Bearer"}
    if slug in ("timeout", "too-large"):
        # What is still to come of the body is not read: nothing else can be said on this line.
        return {"Connection": "close"}
    return {"Retry-After": str(RETRY_SECONDS)} if TYPES[slug].status in (429, 503) else {}


def value_of(outcome: Outcome) -> Any:
    """What a task came to.

    Raises
    ------
    NotDone
        When it was refused.
    Internal
        When the worker made a mistake.
    """
    if isinstance(outcome, Done):
        return outcome.value
    if isinstance(outcome, Broken):
        log.error("task: %s", outcome.place)
        raise Internal
    assert isinstance(outcome, Refused)
    raise NotDone(outcome)


class Internal(Exception):
    """Something went wrong that nobody foresaw; it was noted already."""


class NotDone(Exception):
    """A task that a worker refused."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.slug)
        self.refused = refused


def _methods(routes: Sequence[APIRoute], path: str) -> set[str]:
    """Everything that can be done at a path; the framework names one route's only."""
    there = (route.methods or () for route in routes if route.path_regex.match(path))
    return {method for methods in there for method in methods}


# ---- handlers ------------------------------------------------------------------------------------

_BY_STATUS = {
    400: "malformed",
    404: "not-found",
    405: "method-not-allowed",
    408: "timeout",
    413: "too-large",
    415: "unsupported-media-type",
}


def handle(app: FastAPI, routes: Sequence[APIRoute]) -> None:
    """Make every failure of an app with these routes a problem."""

    @app.exception_handler(Refusal)
    def refused(_: Request, found: Refusal) -> Response:
        return problem(found.slug, found.detail, headers=found.headers)

    @app.exception_handler(NotDone)
    def not_done(_: Request, found: NotDone) -> Response:
        one = found.refused
        return problem(one.slug, one.detail, one.problems)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, found: RequestValidationError) -> Response:
        errors = found.errors()
        if any(error["type"] == "json_invalid" for error in errors):
            return problem("malformed")
        return problem("bad-input", problems=[_wrong(error) for error in errors])

    @app.exception_handler(HTTPException)
    def http(request: Request, found: HTTPException) -> Response:
        slug = _BY_STATUS.get(found.status_code, "internal")
        if slug == "method-not-allowed":
            allowed = ", ".join(sorted(_methods(routes, request.scope["path"])))
            return problem(slug, headers={"Allow": allowed})
        return problem(slug, "" if slug == "not-found" else None)

    @app.exception_handler(Internal)
    def internal(_: Request, __: Internal) -> Response:
        return problem("internal")

    @app.exception_handler(Busy)
    def busy(_: Request, __: Busy) -> Response:
        return problem("busy")

    @app.exception_handler(QueueFull)
    def full(_: Request, __: QueueFull) -> Response:
        return problem("busy", "as many jobs wait as may")

    @app.exception_handler(KeyReused)
    def reused(_: Request, __: KeyReused) -> Response:
        return problem("key-reused")

    @app.exception_handler(Overran)
    def overran(_: Request, found: Overran) -> Response:
        return problem("took-too-long", f"ended over its {found.what}")

    @app.exception_handler(Crashed)
    @app.exception_handler(Abandoned)
    def crashed(_: Request, __: Exception) -> Response:
        return problem("crashed")


def _wrong(error: Mapping[str, Any]) -> dict[str, Any]:
    """An error of pydantic as a problem with the input; what was sent is not quoted."""
    where, *path = [str(part) for part in error["loc"]]
    return {
        "file": where,
        "row": ".".join(path) or None,
        "column": path[-1] if path else None,
        "message": error["msg"],
        "hint": HINTS.get(error["type"], "see the documentation of this route"),
    }


HINTS = {
    "missing": "add it",
    "extra_forbidden": "leave it out, or write a name that is known",
    "literal_error": "write one of these",
    "enum": "write one of these",
    "json_type": "write JSON",
    "too_deep": "give each table as one list of flat objects",
    "repeated": "name each one once",
    "unknown_pack": "write one of these",
}
"""What would be right, by pydantic's sort of error."""
