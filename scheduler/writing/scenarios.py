"""Writes a scenario as a folder, a zip or one JSON document: equal ones give equal bytes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.models import TABLES
from scheduler.writing.cells import csv_bytes, dumped, toml_bytes
from scheduler.writing.files import put_in_place

if TYPE_CHECKING:
    from scheduler.models import Scenario

REQUIRED = ("bells", "activities", "sessions")
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a zip, so that equal scenarios give equal zips."""


def write_scenario(scenario: Scenario, target: Path | str) -> None:
    """Write a scenario so that reading it gives back an equal one.

    Empty tables are left out, required ones excepted. In CSV a text that a spreadsheet would run
    as a formula gets an apostrophe in front, which reading takes away again; JSON has it as it is.

    Parameters
    ----------
    scenario : Scenario
    target : Path or str
        A name that ends in ``.zip`` or ``.json``, or else a folder. In a folder that holds a
        scenario already, files of tables that are now empty are removed; others stay.

    Raises
    ------
    CannotWrite
        When the system refuses. Each file is then the old or the new one, never half.
    """
    path = Path(target)
    if path.suffix.lower() == ".json":
        put_in_place(path.parent, {path.name: scenario_json(scenario)})
    elif path.suffix.lower() == ".zip":
        put_in_place(path.parent, {path.name: scenario_zip(scenario)})
    else:
        content = scenario_files(scenario)
        absent = [f"{name}.csv" for name in TABLES if f"{name}.csv" not in content]
        put_in_place(path, content, absent)


def scenario_files(scenario: Scenario) -> dict[str, bytes]:
    """The files of the scenario's folder by name."""
    document = scenario.document()
    settings = {**document["scenario"], "rules": scenario.scenario.rules}
    found = {"scenario.toml": toml_bytes(settings)}
    needed = {*REQUIRED, "students" if not scenario.staff else "staff"}
    for name, model in TABLES.items():
        rows = document.get(name, [])
        if rows or name in needed:
            columns = list(model.model_fields)
            found[f"{name}.csv"] = csv_bytes(columns, rows)
    return found


def scenario_json(scenario: Scenario) -> bytes:
    """The scenario as one JSON document, one row a line."""
    document = scenario.document()
    if scenario.scenario.rules:
        document["scenario"]["rules"] = scenario.scenario.rules
    for name in REQUIRED:
        document.setdefault(name, [])
    if not scenario.people:
        document["students"] = []
    return (dumped(document) + "\n").encode()


def scenario_zip(scenario: Scenario) -> bytes:
    """The scenario's files as a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in scenario_files(scenario).items():
            member = zipfile.ZipInfo(name, EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = 0o644 << 16
            bundle.writestr(member, data)
    return buffer.getvalue()
