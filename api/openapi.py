"""The OpenAPI document: what FastAPI derives, put right where answers are written by `dumped`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from api.errors import MEDIA

if TYPE_CHECKING:
    from fastapi import FastAPI

DECIMAL = "^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$"
"""The pattern by which pydantic tells of a decimal that is written as text."""

METHODS = ("get", "put", "post", "delete", "patch")


def describe(app: FastAPI) -> None:
    """Give an app its document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    for path in found["paths"].values():
        for method in METHODS:
            for response in path.get(method, {}).get("responses", {}).values():
                _problem_only(response)
    numbers: dict[str, Any] = _numbers(found)
    return numbers


def _problem_only(response: dict[str, Any]) -> None:
    """A problem is sent in its own form and no other."""
    content = response.get("content", {})
    if MEDIA in content:
        for form in [form for form in content if form != MEDIA]:
            content[MEDIA].setdefault("schema", content.pop(form).get("schema"))


def _numbers(node: Any) -> Any:
    """The document with decimals as the numbers that they are written as."""
    if isinstance(node, dict):
        if node.get("pattern") == DECIMAL:
            kept = {key: value for key, value in node.items() if key not in ("pattern", "type")}
            return {"type": "number", **kept}
        return {key: _numbers(value) for key, value in node.items()}
    return [_numbers(one) for one in node] if isinstance(node, list) else node
