"""Examples that the documentation shows; tests send them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.models import TABLES
from scheduler.reading.draft import columns_of

if TYPE_CHECKING:
    from pydantic import BaseModel

SCENARIO: dict[str, Any] = {
    "scenario": {"name": "Two sessions"},
    "students": [
        {"id": "s1", "grade": "9"},
        {"id": "s2", "grade": "9"},
        {"id": "s3", "grade": "10"},
    ],
    "staff": [{"id": "t1"}],
    "rooms": [{"id": "r1", "seats": 2}, {"id": "r2", "seats": 30}],
    "bells": [
        {
            "calendar": "current",
            "day": "Mon",
            "block": "flex",
            "kind": "flex",
            "start": "10:00",
            "end": "10:40",
        }
    ],
    "activities": [
        {"id": "robotics", "kind": "flex", "title": "Robotics"},
        {"id": "study", "kind": "flex", "title": "Study hall", "tags": ["math"], "fallback": True},
    ],
    "sessions": [
        {
            "id": "robotics-Mon",
            "activity": "robotics",
            "block": "Mon.flex",
            "room": "r1",
            "leaders": ["t1"],
        },
        {"id": "study-Mon", "activity": "study", "block": "Mon.flex", "room": "r2"},
    ],
    "needs": [{"person": "s3", "tag": "math", "visits": 2, "reason": "79.8 % in algebra"}],
    "choices": [
        {"person": "s1", "choice": "robotics", "rank": 1},
        {"person": "s2", "choice": "robotics", "rank": 1},
        {"person": "s3", "choice": "robotics", "rank": 2},
    ],
}
"""A scenario, as one JSON document."""


def _table(model: type[BaseModel]) -> dict[str, Any]:
    """A table as JSON Schema: what its rows must have, and may."""
    columns = columns_of(model)
    return {
        "type": ["array", "null"],
        "items": {
            "type": "object",
            "required": list(columns.required),
            "properties": {column: {} for column in columns.known},
        },
    }


SCENARIO_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A scenario as one JSON document: a list of rows for each table, by the columns "
    "of docs/scenario-format.md. A value is typed, or the text of a CSV cell.",
    "required": ["scenario", "bells", "activities", "sessions"],
    "anyOf": [{"required": ["students"]}, {"required": ["staff"]}],
    "properties": {
        "scenario": {
            "type": "object",
            "properties": {
                "name": {},
                "calendar": {},
                "cycle": {"description": "The days to solve."},
                "kinds": {"description": "The kinds to decide: flex, advisory, pd."},
                "rules": {
                    "type": ["object", "null"],
                    "description": "Knobs by rule; see /v1/rules.",
                },
            },
        },
        **{name: _table(model) for name, model in TABLES.items()},
    },
}
