"""What the OpenAPI document says is complete, and true of what it shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from api import errors
from api.routes import OPEN, SECURED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.conftest import Served

METHODS = ("get", "post", "delete")


@pytest.fixture(scope="module")
def document(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = served.client.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def forms(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every form of every body and answer."""
    for name, operation in operations(document):
        body = operation.get("requestBody", {}).get("content", {})
        for form, content in body.items():
            yield f"{name} body", form, content
        for status, answer in operation["responses"].items():
            for form, content in answer.get("content", {}).items():
                yield f"{name} {status}", form, content


def examples(document: dict[str, Any], content: dict[str, Any]) -> list[Any]:
    if "example" in content:
        return [content["example"]]
    if "examples" in content:
        return [one["value"] for one in content["examples"].values()]
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    return list(document["components"]["schemas"].get(name, {}).get("examples", []))


BINARY = ("application/zip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def test_every_body_and_answer_has_an_example_that_fits(document: dict[str, Any]) -> None:
    for where, form, content in forms(document):
        if form in BINARY or "503" in where:
            continue
        found = examples(document, content)
        assert found, (where, form)
        schema = content.get("schema")
        if form.endswith("json"):
            whole = {**schema, "components": document["components"]}
            for example in found:
                jsonschema_rs.validate(whole, example)


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(
    document: dict[str, Any],
) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(set(names)) == len(names)
    for where, operation in operations(document):
        assert operation["description"], where
        assert re.fullmatch(r"[a-z_]+", operation["operationId"]), where


def test_everything_but_health_needs_a_token(document: dict[str, Any], served: Served) -> None:
    for where, operation in operations(document):
        open_to_all = where in ("GET /healthz", "GET /readyz")
        assert ("security" in operation) != open_to_all, where
        assert ("401" in operation["responses"]) != open_to_all, where
    for router in SECURED:
        for route in router.routes:
            for method in route.methods:  # type: ignore[attr-defined]
                sent = served.client.request(method, route.path)  # type: ignore[attr-defined]
                assert sent.status_code == 401, route
                assert sent.headers["www-authenticate"] == "Bearer"
    assert [route.path for router in OPEN for route in router.routes] == [  # type: ignore[attr-defined]
        "/healthz",
        "/readyz",
        "/docs",
    ]


def test_every_problem_is_told_somewhere(document: dict[str, Any]) -> None:
    text = str(document)
    rare = {"not-acceptable", "internal", "method-not-allowed"}
    for slug in set(errors.TYPES) - rare:
        assert f"{errors.URN}{slug}" in text, slug


def test_decimals_are_numbers(document: dict[str, Any]) -> None:
    value = document["components"]["schemas"]["Certificate"]["properties"]["value"]
    assert value["type"] == "number"


def test_the_page_shows_every_route_and_fetches_nothing(
    served: Served, document: dict[str, Any]
) -> None:
    page = served.client.get("/docs").text
    for where, _ in operations(document):
        assert where.split()[1] in page
    assert "<script" not in page
    assert not re.search(r'(src|href)="(https?:)?//', page)
