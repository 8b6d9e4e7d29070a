"""Reads back what a run wrote: assignments, sessions, findings, ledger and certificate."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from scheduler.models import (
    Assignment,
    Certificate,
    Finding,
    Multipliers,
    Owed,
    SessionState,
    Solution,
)
from scheduler.reading import documents
from scheduler.reading.containers import Files, Limits, opened
from scheduler.reading.draft import columns_of, validated
from scheduler.reading.problems import BadSolution, Complaints, Where, in_order
from scheduler.reading.tables import table

if TYPE_CHECKING:
    from pydantic import BaseModel

M = TypeVar("M", bound="BaseModel")

CERTIFICATE = "certificate.json"
MULTIPLIERS = "multipliers.json"
LISTS = ("subjects", "leaders")


def read_solution(folder: Path | str) -> Solution:
    """Read the solution that a run wrote into ``folder``.

    Multipliers save work and mean nothing else: where they are missing or wrong there are none.

    Raises
    ------
    BadSolution
        When a file is missing or wrong; it carries every problem.
    """
    say = Complaints()
    content = opened(Path(folder), Limits(), say)
    files = content.content if isinstance(content, Files) else {}
    if content is not None and not isinstance(content, Files):
        say.wrong(Where(Path(folder).name), "this is no folder", "name the folder of a solution")
    elif content is not None:
        ledger = _rows("ledger.csv", Owed, files, say)
        parts: dict[str, Any] = {
            "assignments": _rows("assignments.csv", Assignment, files, say),
            "sessions": _rows("sessions.csv", SessionState, files, say),
            "findings": _rows("findings.csv", Finding, files, say),
            "ledger": tuple((row.person, row.owed) for row in ledger),
            "certificate": _certificate(files, say),
            "multipliers": _multipliers(files),
        }
        if not say.problems:
            return Solution(**parts)
    raise BadSolution(in_order(say.problems))


def _present(file: str, files: Mapping[str, bytes], say: Complaints) -> bool:
    if file not in files:
        say.wrong(Where(file), "the file is missing", "solve again to write it")
    return file in files


def _rows(file: str, model: type[M], files: Mapping[str, bytes], say: Complaints) -> tuple[M, ...]:
    if not _present(file, files, say):
        return ()
    columns = columns_of(model)
    found = table(file, files[file], columns, say)
    if found is None:
        return ()
    absent = set(columns.required) - set(found.columns)
    rows = []
    for line in found.lines:
        cells = {k: v.split(";") if k in LISTS else v for k, v in line.cells.items()}
        if "subjects" in columns.known:
            cells.setdefault("subjects", [])

        def where(column: str, row: int = line.row) -> Where:
            return Where(file, row, column)

        rows.append(validated(model, cells, where, say, line.wrong | absent))
    return tuple(row for row in rows if row is not None)


def _certificate(files: Mapping[str, bytes], say: Complaints) -> Certificate | None:
    if not _present(CERTIFICATE, files, say):
        return None
    found = documents.loaded(CERTIFICATE, files[CERTIFICATE], Limits(), say)
    if found is None:
        return None
    if not isinstance(found, Mapping):
        say.wrong(Where(CERTIFICATE), "this is no object", "solve again to write it")
        return None
    return validated(Certificate, found, lambda key: Where(CERTIFICATE, key, key), say)


def _multipliers(files: Mapping[str, bytes]) -> Multipliers | None:
    if MULTIPLIERS not in files:
        return None
    with suppress(ValueError):
        return Multipliers.model_validate_json(files[MULTIPLIERS])
    return None
