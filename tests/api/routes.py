"""Routes as ``docs/access.md`` lists them, and requests as the documentation shows them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

PAGE = Path(__file__).parents[2] / "docs" / "access.md"


class Route(NamedTuple):
    """A line of the table."""

    method: str
    path: str
    words: dict[str, str]

    @property
    def subject(self) -> str:
        """What its path names, if anything."""
        found = re.search(r"\{(\w+)\}", self.path)
        return found[1] if found else ""

    def to(self, ids: dict[str, str]) -> str:
        """Its path with these ids."""
        return re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], self.path)


def table() -> list[Route]:
    """The table of the page."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
    start = next(at for at, line in enumerate(lines) if line.startswith("| route |"))
    roles = cells(lines[start])[1:]
    found = []
    for line in lines[start + 2 :]:
        route, *words = cells(line)
        method, path = route.strip("`").split()
        found.append(Route(method, path, dict(zip(roles, words, strict=True))))
    return found


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


TABLE = table()
SECURED = [route for route in TABLE if "open" not in route.words.values()]


def body(document: dict[str, Any], route: Route) -> Any:
    """A body that the documentation shows; a question that everybody may ask."""
    if route.path.endswith("/explain") and route.subject:
        return {"question": "why"}
    operation = document["paths"].get(route.path, {}).get(route.method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if "example" in content:
        return content["example"]
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    examples = document["components"]["schemas"].get(name, {}).get("examples", [])
    return examples[0] if examples else None
