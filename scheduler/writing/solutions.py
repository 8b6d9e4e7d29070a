"""Writes a solution: assignments, sessions, findings, ledger and certificate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.writing.cells import csv_bytes, dumped
from scheduler.writing.files import put_in_place

if TYPE_CHECKING:
    from scheduler.models import Solution

ASSIGNMENTS = ("person", "block", "session", "activity", "rank", "reason", "points")
SESSIONS = (
    "session",
    "activity",
    "block",
    "room",
    "leaders",
    "open",
    "size",
    "min_size",
    "max_size",
    "waiting",
)
FINDINGS = ("rule", "subjects", "amount", "cost", "text", "what", "weight")
LEDGER = ("person", "owed")
MULTIPLIERS = "multipliers.json"


def write_solution(solution: Solution, folder: Path | str) -> None:
    """Write a solution's files into a folder, which is made where it is missing.

    Each file is at any moment the old or the new one as a whole. The certificate is renamed last:
    once it is the new one, so are all others. A run that is killed between two renames can leave
    new files beside the old certificate; ``verify`` notices, for it computes the certificate again.

    Raises
    ------
    CannotWrite
        When the system refuses.
    """
    files = solution_files(solution)
    put_in_place(Path(folder), files, [name for name in (MULTIPLIERS,) if name not in files])


def solution_files(solution: Solution) -> dict[str, bytes]:
    """The solution's files by name, the certificate last; multipliers where they are known."""
    ledger = [{"person": person, "owed": owed} for person, owed in solution.ledger]
    return {
        "assignments.csv": csv_bytes(ASSIGNMENTS, [dict(row) for row in solution.assignments]),
        "sessions.csv": csv_bytes(SESSIONS, [dict(row) for row in solution.sessions]),
        "findings.csv": csv_bytes(FINDINGS, [dict(row) for row in solution.findings]),
        "ledger.csv": csv_bytes(LEDGER, ledger),
        **_multipliers(solution),
        "certificate.json": (dumped(solution.certificate.model_dump()) + "\n").encode(),
    }


def _multipliers(solution: Solution) -> dict[str, bytes]:
    known = solution.multipliers
    return {} if known is None else {MULTIPLIERS: known.model_dump_json().encode() + b"\n"}
