"""What routes may answer, as OpenAPI says it: problems with an example each, forms of data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from fastapi.responses import Response
from pydantic import BaseModel

from api.errors import MEDIA, TYPES, Problem, document
from scheduler.writing.cells import dumped

CSV = "text/csv"
JSON = "application/json"
HTML = "text/html"

WRONG = [
    {
        "file": "choices.csv",
        "row": 3,
        "column": "rank",
        "message": "'first' is no whole number",
        "hint": "write a number, such as 1",
    }
]


def problems(*slugs: str) -> dict[int | str, dict[str, Any]]:
    """Responses for these problems, with an example of each."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for slug in slugs:
        by_status[TYPES[slug].status].append(slug)
    return {
        status: {
            "model": Problem,
            "description": TYPES[group[0]].title,
            "content": {MEDIA: {"examples": {slug: _example(slug) for slug in group}}},
        }
        for status, group in sorted(by_status.items())
    }


EVERY = ("unauthorized", "too-large", "too-many-requests")
BODY = ("malformed", "timeout", "unsupported-media-type", "bad-input")
DESK = ("took-too-long", "busy", "crashed")
"""Problems of every route that needs a token, that takes a body, that waits for an answerer."""


def secured(*slugs: str) -> dict[int | str, dict[str, Any]]:
    """Responses for these problems and those of every route that needs a token."""
    return problems(*EVERY, *slugs)


def written(model: type[BaseModel], *, many: bool = False) -> dict[str, Any]:
    """A response that `dumped` writes, one of ``model`` or a list of them.

    FastAPI would say that its decimals are texts; `api.openapi` fills in what they are.
    """
    one = {"$ref": placeholder(model)}
    schema = {"type": "array", "items": one} if many else one
    return {"content": {JSON: {"schema": schema}}}


def placeholder(model: type[BaseModel]) -> str:
    """What stands for a model's schema until `api.openapi` has it."""
    return f"#/written/{model.__module__}.{model.__qualname__}"


def _example(slug: str) -> dict[str, Any]:
    wrong = WRONG if slug == "bad-input" else ()
    return {"summary": TYPES[slug].title, "value": document(slug, problems=wrong)}


def text(document: str) -> Response:
    """A document that `dumped` wrote, numbers plain as in the files."""
    return Response(document + "\n", media_type=JSON)


def typed(found: BaseModel) -> Response:
    """A typed answer, numbers plain as in the files."""
    return text(dumped(found.model_dump()))


def listed(found: Sequence[BaseModel]) -> Response:
    """Typed answers in a list, numbers plain as in the files."""
    return text(dumped([one.model_dump() for one in found]))
