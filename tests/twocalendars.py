"""A school of two students and two teachers whose calendars `now` and `then` couple, by hand.

Under ``now`` the CoP meets while art would; t1, who leads art, is due there. Under ``then`` it
meets after the students leave.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scheduler.reading import read

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.models import Scenario

HEAD = ("calendar", "day", "block", "kind", "start", "end")
BELLS = [
    ("now", "Mon", "p1", "class", "09:00", "10:00"),
    ("now", "Mon", "flex", "flex", "10:00", "10:40"),
    ("now", "Mon", "cops", "pd", "10:00", "10:40"),
    ("now", "Tue", "p1", "class", "09:00", "10:00"),
    ("now", "Tue", "flex", "flex", "10:05", "10:45"),
    ("then", "Mon", "p1", "class", "09:00", "09:40"),
    ("then", "Mon", "flex", "flex", "09:40", "10:10"),
    ("then", "Mon", "late", "pd", "10:15", "11:15"),
    ("then", "Tue", "p1", "class", "09:00", "10:20"),
]


def document(**more: Any) -> dict[str, Any]:
    """The school as one JSON document, some tables replaced."""
    return {
        "scenario": {
            "name": "Two calendars",
            "calendar": "now",
            "rules": {"fairness": {"form": "sum"}, "supervision": {"mode": "off"}},
        },
        "students": [{"id": "a", "grade": "9"}, {"id": "b", "grade": "10"}],
        "staff": [{"id": "t1"}, {"id": "t2"}],
        "bells": [dict(zip(HEAD, row, strict=True)) for row in BELLS],
        "days": [
            {"calendar": name, "date": date, "day": day}
            for name in ("now", "then")
            for date, day in (("2026-09-07", ""), ("2026-09-08", "Tue"), ("2026-09-14", "Mon"))
        ],
        "activities": [
            {"id": "art", "kind": "flex", "tags": ["art"]},
            {"id": "hall", "kind": "flex", "fallback": True},
            {"id": "cop", "kind": "pd"},
        ],
        "sessions": [
            {"id": "art-mon", "activity": "art", "block": "Mon.flex", "leaders": ["t1"]},
            {"id": "hall-mon", "activity": "hall", "block": "Mon.flex"},
            {"id": "art-tue", "activity": "art", "block": "Tue.flex", "max_size": 1},
            {"id": "cop-now", "activity": "cop", "block": "Mon.cops", "leaders": ["t2"]},
            {"id": "cop-then", "activity": "cop", "block": "Mon.late", "leaders": ["t2"]},
        ],
        "choices": [
            {"person": "a", "choice": "art-mon", "rank": 1},
            {"person": "b", "choice": "art-mon", "rank": 1},
            {"person": "b", "choice": "art-tue", "rank": 2},
            {"person": "t1", "choice": "cop", "rank": 1},
        ],
        "needs": [{"person": "a", "tag": "art", "visits": 1, "priority": "low"}],
        "pulls": [
            {"person": "b", "target": "art-mon", "by": "t1", "tier": "request"},
            {"person": "b", "target": "art-mon", "by": "t2", "tier": "request"},
        ],
        **more,
    }


def school(calendar: str, **more: Any) -> Scenario:
    """The school under one of its calendars."""
    return read(document(**more), calendar=calendar)


def put(path: Path, **more: Any) -> Path:
    """Write the school as a JSON file."""
    path.write_text(json.dumps(document(**more)))
    return path
