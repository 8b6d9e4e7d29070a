"""The scenario: everything that goes in."""

import hashlib
import json
from typing import Any

from scheduler.models.cells import Row
from scheduler.models.offer import Activity, Room, Session
from scheduler.models.people import Person, Staff, Student
from scheduler.models.settings import Settings
from scheduler.models.time import Bell, Day
from scheduler.models.wishes import (
    Away,
    Change,
    Choice,
    Knows,
    Lock,
    Need,
    Owed,
    Pair,
    Previous,
    Pull,
)

TABLES: dict[str, type[Row]] = {
    "students": Student,
    "staff": Staff,
    "rooms": Room,
    "bells": Bell,
    "days": Day,
    "activities": Activity,
    "sessions": Session,
    "choices": Choice,
    "needs": Need,
    "pulls": Pull,
    "locks": Lock,
    "pairs": Pair,
    "away": Away,
    "knows": Knows,
    "ledger": Owed,
    "previous": Previous,
    "changes": Change,
}
"""Name of each table, which is the name of its CSV file, and the model of its rows."""


class Scenario(Row):
    """A school's cycle: people, time, offer and wishes, as read, in the order of the files."""

    scenario: Settings = Settings()
    students: tuple[Student, ...] = ()
    staff: tuple[Staff, ...] = ()
    rooms: tuple[Room, ...] = ()
    bells: tuple[Bell, ...] = ()
    days: tuple[Day, ...] = ()
    activities: tuple[Activity, ...] = ()
    sessions: tuple[Session, ...] = ()
    choices: tuple[Choice, ...] = ()
    needs: tuple[Need, ...] = ()
    pulls: tuple[Pull, ...] = ()
    locks: tuple[Lock, ...] = ()
    pairs: tuple[Pair, ...] = ()
    away: tuple[Away, ...] = ()
    knows: tuple[Knows, ...] = ()
    ledger: tuple[Owed, ...] = ()
    previous: tuple[Previous, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def people(self) -> tuple[Person, ...]:
        """Students, then staff."""
        return self.students + self.staff

    def document(self) -> dict[str, Any]:
        """The scenario as one JSON document: typed values, empty ones left out."""
        found: dict[str, Any] = {"scenario": _settings(self.scenario)}
        for table in TABLES:
            rows = [_filled(row) for row in getattr(self, table)]
            if rows:
                found[table] = rows
        return found

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON: keys sorted, no spaces, empty values left out."""
        text = json.dumps(self.document(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _settings(settings: Settings) -> dict[str, Any]:
    return {key: value for key, value in settings.model_dump(mode="json").items() if value}


def _filled(row: Row) -> dict[str, Any]:
    """The values of a row that differ from its defaults; what has no default always stays."""
    shown = row.model_dump(mode="json", exclude_defaults=True)
    return {key: value for key, value in shown.items() if value is not None}
