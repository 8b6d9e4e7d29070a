"""The documentation as a page: made from the OpenAPI document, nothing fetched, no scripts."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from collections.abc import Iterator


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(document: dict[str, Any]) -> str:
    """The page of an OpenAPI document."""
    schemas = document["components"]["schemas"]
    operations = [
        _operation(path, method, one, schemas)
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    ]
    template = _templates().get_template("docs.html")
    return template.render(about=document["info"], operations=operations)


def _operation(
    path: str, method: str, one: dict[str, Any], schemas: dict[str, Any]
) -> dict[str, Any]:
    body = one.get("requestBody", {}).get("content", {})
    return {
        "id": one["operationId"],
        "method": method.upper(),
        "path": path,
        "said": one.get("description", ""),
        "secured": "security" in one,
        "parameters": [
            {"description": parameter.get("schema", {}).get("description", ""), **parameter}
            for parameter in one.get("parameters", ())
        ],
        "bodies": [(form, _example(content, schemas)) for form, content in body.items()],
        "answers": [
            {
                "status": status,
                "said": answer["description"],
                "forms": list(_forms(answer.get("content", {}), schemas)),
            }
            for status, answer in sorted(one["responses"].items())
        ],
    }


def _forms(content: dict[str, Any], schemas: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Forms of an answer, each with its examples."""
    for form, one in content.items():
        several = one.get("examples", {}).values()
        for example in several:
            yield form, _text(example["value"])
        if not several:
            yield form, _example(one, schemas)


def _example(content: dict[str, Any], schemas: dict[str, Any]) -> str | None:
    """The example of a form, or the first of its schema."""
    if "example" in content:
        return _text(content["example"])
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    examples = schemas.get(name, {}).get("examples", ())
    return _text(examples[0]) if examples else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
