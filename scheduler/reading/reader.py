"""From a folder, a zip or JSON to a draft, table by table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scheduler.models import TABLES
from scheduler.reading import documents, toml
from scheduler.reading.containers import Document, Files
from scheduler.reading.draft import Draft, Entry, Spot, columns_of, validated
from scheduler.reading.problems import Where
from scheduler.reading.settings import settings
from scheduler.reading.tables import HEADER, Table, table, unknown_names
from scheduler.reading.words import nearest, resembling, shown

if TYPE_CHECKING:
    from scheduler.models.cells import Row
    from scheduler.reading.containers import Limits
    from scheduler.reading.problems import Complaints

SETTINGS = "scenario"
SETTINGS_FILE = "scenario.toml"
REQUIRED = ("bells", "activities", "sessions")
PEOPLE = ("students", "staff")
WISH = ("rank", "score")


def drafted(source: Files | Document, limits: Limits, say: Complaints) -> Draft:
    """Everything that can be read, with what is wrong said."""
    if isinstance(source, Files):
        return _from_files(source.content, say)
    return _from_document(source, limits, say)


# ---- a folder or zip -----------------------------------------------------------------------------


def _from_files(content: Mapping[str, bytes], say: Complaints) -> Draft:
    lines: dict[tuple[str, ...], int] = {}

    def at(keys: Sequence[str]) -> Where:
        return Where(SETTINGS_FILE, toml.line_of(tuple(keys), lines), ".".join(keys))

    draft = Draft(at)
    draft.heads = {name: Spot(f"{name}.csv", HEADER) for name in TABLES}
    known = (SETTINGS_FILE, *(f"{name}.csv" for name in TABLES))
    _check_files(content, known, say)
    if SETTINGS_FILE in content:
        found = toml.parsed(SETTINGS_FILE, content[SETTINGS_FILE], say)
        if found is not None:
            lines.update(found[1])
            draft.settings = settings(found[0], at, say)
    for name, model in TABLES.items():
        if f"{name}.csv" in content:
            _read_file(draft, name, model, content[f"{name}.csv"], say)
    _note_absent(draft, content, ".csv")
    return draft


def _check_files(content: Mapping[str, bytes], known: Sequence[str], say: Complaints) -> None:
    """Say which required files are missing, and which files nobody knows."""
    missing = [name for name in known if name not in content]
    meant = set()
    for name in content:
        if name in known:
            continue
        near = resembling(name.lower(), missing)
        if near:
            meant.add(near)
            say.wrong(Where(name), "a scenario has no such file", f"call it {near}")
        else:
            say.note(Where(name), "the file is not used", "leave it, or remove it")
    for name in (SETTINGS_FILE, *(f"{name}.csv" for name in REQUIRED)):
        if name in missing and name not in meant:
            say.wrong(Where(name), "the file is missing", "add it, every scenario needs it")
    people = [f"{name}.csv" for name in PEOPLE]
    if all(name in missing and name not in meant for name in people):
        say.wrong(
            Where(people[0]),
            f"both {people[0]} and {people[1]} are missing",
            "add at least one of them",
        )


def _note_absent(draft: Draft, content: Mapping[str, Any], ending: str) -> None:
    """Absent means empty; but where it is wrong to be absent, nothing is known of its ids."""
    absent = {name for name in TABLES if f"{name}{ending}" not in content}
    draft.unread |= absent & set(REQUIRED)
    if set(PEOPLE) <= absent:
        draft.unread |= set(PEOPLE)


def _read_file(draft: Draft, name: str, model: type[Row], data: bytes, say: Complaints) -> None:
    file = f"{name}.csv"
    before = len(say.problems)
    found = table(file, data, columns_of(model), say)
    if found is None or (not found.lines and len(say.problems) > before):
        draft.unread.add(name)
        return
    absent = set(columns_of(model).required) - set(found.columns)
    if name == "choices" and not set(WISH) & set(found.columns):
        say.wrong(
            Where(file, HEADER, WISH[0]),
            "neither the column 'rank' nor 'score' is there",
            "add one of them",
        )
        absent |= {WISH[0]}
    if absent:
        draft.unread.add(name)
    draft.tables[name] = list(_entries(file, model, found, absent, say))


def _entries(
    file: str, model: type[Row], found: Table, absent: set[str], say: Complaints
) -> Iterator[Entry]:
    for line in found.lines:
        spot = Spot(file, line.row)
        row = validated(model, line.cells, spot.at, say, line.wrong | absent)
        yield Entry(spot, line.cells, row)


# ---- a JSON document -----------------------------------------------------------------------------


def _from_document(document: Document, limits: Limits, say: Complaints) -> Draft:
    file = document.file

    def at(keys: Sequence[str]) -> Where:
        return Where(file, ".".join((SETTINGS, *keys)), keys[-1])

    draft = Draft(at)
    draft.heads = {name: Spot(file, name) for name in TABLES}
    found = documents.parsed(document, limits, say)
    if found is None:
        draft.unread |= set(TABLES)
        return draft
    _check_keys(file, found, say)
    values = found.get(SETTINGS, {})
    if isinstance(values, Mapping):
        draft.settings = settings(values, at, say)
    else:
        say.wrong(Where(file, SETTINGS), f"{shown(values)} is no object", 'write {"name": "..."}')
    for name, model in TABLES.items():
        if name in found:
            _read_list(draft, name, model, found[name], say)
    _note_absent(draft, found, "")
    return draft


def _check_keys(file: str, found: Mapping[str, Any], say: Complaints) -> None:
    known = (SETTINGS, *TABLES)
    missing = [name for name in known if name not in found]
    for name in found:
        near = resembling(name, missing)
        if name not in known and near:
            missing.remove(near)
            say.wrong(Where(file, name), f"there is no table {shown(name)}", f"write {near!r}")
        elif name not in known:
            near = nearest(name, known)
            say.note(
                Where(file, name),
                f"the table {shown(name)} is not used",
                f"leave it out, or write {near!r}, the nearest that is known",
            )
    for name in (SETTINGS, *REQUIRED):
        if name in missing:
            say.wrong(Where(file, name), f"{name!r} is missing", "add it, every scenario needs it")
    if set(PEOPLE) <= set(missing):
        say.wrong(
            Where(file, PEOPLE[0]),
            f"both {PEOPLE[0]!r} and {PEOPLE[1]!r} are missing",
            "add at least one of them",
        )


def _read_list(draft: Draft, name: str, model: type[Row], rows: Any, say: Complaints) -> None:
    head = draft.heads[name]
    if not isinstance(rows, list):
        say.wrong(head.at(), f"{shown(rows)} is no list", "write a list of objects")
        draft.unread.add(name)
        return
    entries = []
    noted: set[str] = set()
    for number, cells in enumerate(rows):
        spot = Spot(head.file, f"{name}[{number}]")
        if isinstance(cells, Mapping):
            entries.append(_entry(spot, model, cells, noted, say))
        else:
            say.wrong(spot.at(), "this is no object", f"write an object, such as {_example(model)}")
    draft.tables[name] = entries


def _entry(
    spot: Spot, model: type[Row], cells: Mapping[str, Any], noted: set[str], say: Complaints
) -> Entry:
    columns = columns_of(model)
    strange = [name for name in cells if name not in columns.known and name not in noted]
    meant: set[str] = set()
    if strange:
        meant = unknown_names(list(cells), columns, spot.at, "key", say)
        noted.update(strange)
    known = {name: cell for name, cell in cells.items() if name in columns.known}
    meant |= {name for name, cell in known.items() if isinstance(cell, documents.NoNumber)}
    return Entry(spot, known, validated(model, known, spot.at, say, meant))


def _example(model: type[Row]) -> str:
    inside = ", ".join(f'"{name}": "..."' for name in columns_of(model).required)
    return f"{{{inside}}}"
