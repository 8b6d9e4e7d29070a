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


def secured(*slugs: str) -> dict[int | str, dict[str, Any]]:
    """Responses for these problems and those of every route that needs a token."""
    return problems("unauthorized", "too-many-requests", *slugs)


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
