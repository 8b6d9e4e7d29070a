"""Writing: a scenario or a solution becomes files, each of them whole at any moment."""

from scheduler.writing.files import CannotWrite, put_in_place
from scheduler.writing.prices import price_file
from scheduler.writing.repairs import AFTERWARDS, write_repaired
from scheduler.writing.scenarios import (
    scenario_files,
    scenario_json,
    scenario_zip,
    write_scenario,
)
from scheduler.writing.solutions import solution_files, write_solution

__all__ = [
    "AFTERWARDS",
    "CannotWrite",
    "price_file",
    "put_in_place",
    "scenario_files",
    "scenario_json",
    "scenario_zip",
    "solution_files",
    "write_repaired",
    "write_scenario",
    "write_solution",
]
