"""Writes a repaired solution together with the scenario that it is one of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.models import TABLES
from scheduler.writing.files import put_in_place
from scheduler.writing.scenarios import scenario_files
from scheduler.writing.solutions import solution_files

if TYPE_CHECKING:
    from scheduler.models import Scenario, Solution

AFTERWARDS = "scenario"
"""Folder, in that of the solution, with the scenario after the changes."""


def write_repaired(scenario: Scenario, solution: Solution, folder: Path | str) -> None:
    """Write a solution's files, and its scenario's into a folder inside.

    All are written under temporary names before the first is put in place, the certificate last: a
    run that is killed before leaves what was there, and once the certificate is new, so is all.

    Raises
    ------
    CannotWrite
        When the system refuses.
    """
    school = scenario_files(scenario)
    absent = [f"{AFTERWARDS}/{name}.csv" for name in TABLES if f"{name}.csv" not in school]
    inside = {f"{AFTERWARDS}/{name}": data for name, data in school.items()}
    put_in_place(Path(folder), inside | solution_files(solution), absent)
