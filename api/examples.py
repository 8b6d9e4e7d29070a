"""Examples that the documentation shows; tests send them."""

from __future__ import annotations

from typing import Any

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
        {"id": "study", "kind": "flex", "title": "Study hall", "fallback": True},
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
    "choices": [
        {"person": "s1", "choice": "robotics", "rank": 1},
        {"person": "s2", "choice": "robotics", "rank": 1},
        {"person": "s3", "choice": "robotics", "rank": 2},
    ],
}
"""A scenario, as one JSON document."""
