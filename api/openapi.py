"""The OpenAPI document: what FastAPI derives, and what it cannot know."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from api.contract import WRITTEN
from api.errors import MEDIA
from api.responses import placeholder

if TYPE_CHECKING:
    from fastapi import FastAPI
    from pydantic_core import core_schema

REFERENCE = "#/components/schemas/{model}"
VALIDATION = ("HTTPValidationError", "ValidationError")


class Plain(GenerateJsonSchema):
    """Schemas of what `dumped` writes: decimals are numbers."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> dict[str, Any]:
        """A number."""
        return {"type": "number"}


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
    )
    for path in found["paths"].values():
        for operation in path.values():
            _as_problems(operation["responses"])
            _exemplified(operation["operationId"], operation["responses"])
    schemas = found["components"]["schemas"]
    for name in VALIDATION:
        schemas.pop(name, None)
    references, definitions = _written()
    schemas.update(definitions)
    filled: dict[str, Any] = _filled(found, references)
    return filled


@cache
def answers() -> dict[str, dict[str, Any]]:
    """Examples of answers, by operation and form: made by ``docs/answers.py``."""
    found = resources.files("api").joinpath("answers.json").read_text(encoding="utf-8")
    parsed: dict[str, dict[str, Any]] = json.loads(found)
    return parsed


def _exemplified(operation: str, responses: dict[str, Any]) -> None:
    """Put an example beside each form of what is answered when all is well."""
    done = next(one for status, one in responses.items() if status.startswith("2"))
    for form, example in answers().get(operation, {}).items():
        done["content"][form]["example"] = example


def _as_problems(answers: dict[str, Any]) -> None:
    """Problems are sent in their own form and no other; what cannot be wrong is not told of."""
    for status, response in list(answers.items()):
        content = response.get("content", {})
        if MEDIA in content:
            for form in [form for form in content if form != MEDIA]:
                content[MEDIA].setdefault("schema", content.pop(form).get("schema"))
        elif VALIDATION[0] in str(content):
            # FastAPI adds it to every route with a parameter; an id may be any text.
            del answers[status]


def _written() -> tuple[dict[str, str], dict[str, Any]]:
    """Schemas of what `dumped` writes, and where they stand, by their placeholders."""
    found, definitions = models_json_schema(
        [(model, "serialization") for model in WRITTEN],
        schema_generator=Plain,
        ref_template=REFERENCE,
    )
    references = {placeholder(model): found[model, "serialization"]["$ref"] for model in WRITTEN}
    return references, definitions["$defs"]


def _filled(node: Any, references: dict[str, str]) -> Any:
    """The document with references in place of their placeholders."""
    if isinstance(node, dict):
        return {key: _filled(value, references) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(one, references) for one in node]
    return references.get(node, node) if isinstance(node, str) else node
