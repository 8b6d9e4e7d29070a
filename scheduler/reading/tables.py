"""CSV to rows of text: the shape of a file, before anybody asks what its cells mean.

Pandas reads. Where it refuses a file, the csv module says in which row and why, and the rows that
can be read are kept, so that everything else that is wrong with them is reported too.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.models.cells import unguarded
from scheduler.reading.containers import ZIP_MAGIC
from scheduler.reading.problems import Where
from scheduler.reading.words import nearest, resembling, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scheduler.reading.problems import Complaints

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
HEADER = 1
MOST_COLUMNS = 1_000

Record = list[str]


@dataclass(frozen=True)
class Columns:
    """Columns that a file may have, and those that it must have."""

    known: tuple[str, ...]
    required: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One row: its number, the text of its filled cells, and the columns already found wrong."""

    row: int
    cells: dict[str, str]
    wrong: frozenset[str]


@dataclass(frozen=True)
class Table:
    """The rows of one file, and which of the known columns it has."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def table(file: str, data: bytes, columns: Columns, say: Complaints) -> Table | None:
    """Rows of a CSV file; ``None``, with a problem said, when it is no table at all."""
    text = _decoded(file, data, columns, say)
    if text is None:
        return None
    if _too_wide(text):
        say.wrong(
            Where(file, HEADER),
            f"the header has more than {MOST_COLUMNS:,} columns",
            f"leave only those that are used: {','.join(columns.known)}",
        )
        return None
    records = list(_records(file, text, say))
    names = [cell.strip() for cell in records[0]] if records else []
    if not any(names):
        say.wrong(
            Where(file, HEADER),
            "the first row is no header",
            f"let the file begin with the names of the columns: {','.join(columns.known)}",
        )
        return None
    if parted_by := _other_sign(names):
        say.wrong(
            Where(file, HEADER),
            f"the cells are parted by {parted_by}",
            "save the file as “CSV UTF-8 (comma delimited)”, or part the cells by commas",
        )
        return None
    usable = _checked_header(file, names, columns, say)
    lines = [
        line
        for row, record in enumerate(records[1:], HEADER + 1)
        if (line := _line(file, row, record, names, usable, say))
    ]
    return Table(tuple(usable.values()), tuple(lines))


def _decoded(file: str, data: bytes, columns: Columns, say: Complaints) -> str | None:
    """The text; bytes that are not UTF-8 become surrogates, found later in their rows."""
    if data.startswith((*ZIP_MAGIC, OLE_MAGIC)):
        wrong = "this is an Excel workbook, not a CSV file"
        right = "open it in Excel and save it as “CSV UTF-8 (comma delimited)”"
    elif data.startswith(UTF16_MARKS):
        wrong, right = "the file is UTF-16 text", "save it as “CSV UTF-8 (comma delimited)”"
    elif not data.strip(b"\xef\xbb\xbf \t\r\n"):
        wrong = "the file is empty"
        right = f"give it a header row, {','.join(columns.known)}, or delete it"
    else:
        return data.decode("utf-8-sig", errors="surrogateescape")
    say.wrong(Where(file), wrong, right)
    return None


def _too_wide(text: str) -> bool:
    return text.partition("\n")[0].count(",") > MOST_COLUMNS


def _records(file: str, text: str, say: Complaints) -> Iterator[Record]:
    """All records, the header first, up to the one that breaks off the file, which is said."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    row = 0
    try:
        for record in reader:
            row += 1
            yield record
    except csv.Error:
        say.wrong(
            Where(file, row + 1),
            "from this row on the file cannot be split into cells, its quotes do not match",
            'close every quote; write a quote inside a cell twice, as in "the ""big"" room"',
        )


def _other_sign(names: Sequence[str]) -> str | None:
    """What parts the cells, if it is no comma."""
    signs = {";": "semicolons", "\t": "tabs", "|": "bars"}
    found = (called for sign, called in signs.items() if sign in names[0])
    return next(found, None) if len(names) == 1 else None


def _checked_header(
    file: str, names: Sequence[str], columns: Columns, say: Complaints
) -> dict[int, str]:
    """Known columns by position; says what is wrong with the others."""
    usable: dict[int, str] = {}
    for position, name in enumerate(names):
        if _is_foreign(name):
            say.wrong(Where(file, HEADER), *_not_utf8(name))
        elif name in usable.values():
            say.wrong(Where(file, HEADER, name), f"the column {name!r} is there twice", "keep one")
        elif name in columns.known:
            usable[position] = name
    meant = unknown_names(
        [name for name in names if name and not _is_foreign(name)],
        columns,
        lambda name: Where(file, HEADER, name),
        "column",
        say,
    )
    for name in columns.required:
        if name not in names and name not in meant:
            say.wrong(
                Where(file, HEADER, name),
                f"the column {name!r} is missing",
                "add it, with a value in every row",
            )
    return usable


def unknown_names(
    names: Sequence[str],
    columns: Columns,
    where: Callable[[str], Where],
    what: str,
    say: Complaints,
) -> set[str]:
    """Say which names are unknown: wrong where one resembles a known one that is missing.

    Returns
    -------
    set of str
        The missing names that were meant.
    """
    missing = [name for name in columns.known if name not in names]
    meant = set()
    for name in dict.fromkeys(names):
        if name in columns.known:
            continue
        near = resembling(name, missing)
        if near is not None:
            meant.add(near)
            say.wrong(where(name), f"there is no {what} {shown(name)}", f"write {near!r}")
        else:
            near = nearest(name, columns.known)
            say.note(
                where(name),
                f"the {what} {shown(name)} is not used",
                f"leave it, or write one that is known, such as {near!r}, the nearest",
            )
    return meant


def _line(
    file: str,
    row: int,
    record: Record,
    names: Sequence[str],
    usable: dict[int, str],
    say: Complaints,
) -> Line | None:
    cells = [cell.strip() for cell in record]
    if not any(cells):
        return None
    if misshapen := _misshapen(cells, names):
        say.wrong(Where(file, row), *misshapen)
    foreign = {at: cell for at, cell in enumerate(cells) if _is_foreign(cell)}
    for at, cell in foreign.items():
        name = names[at] if at < len(names) else ""
        say.wrong(Where(file, row, name or None), *_not_utf8(cell))
    filled = {
        name: unguarded(cells[at])
        for at, name in usable.items()
        if at < len(cells) and cells[at] and at not in foreign
    }
    wrong = usable.values() if misshapen else [usable[at] for at in foreign if at in usable]
    return Line(row, filled, frozenset(wrong))


def _misshapen(cells: Sequence[str], names: Sequence[str]) -> tuple[str, str] | None:
    """What is wrong with the number of cells; empty ones past the header are tolerated."""
    count, wanted = len(cells), len(names)
    if count < wanted:
        return (
            f"the row has {count} cell{'s' * (count != 1)} but the header has {wanted}",
            "write a comma for every empty cell too",
        )
    for at, cell in enumerate(cells):
        if cell and (at >= wanted or not names[at]):
            return (
                f"{shown(cell)} stands in cell {at + 1}, for which the header has no name",
                "put a cell that holds a comma in double quotes, or name its column",
            )
    return None


def _is_foreign(cell: str) -> bool:
    """Whether the cell holds bytes that are not UTF-8."""
    return not cell.isascii() and any("\udc80" <= sign <= "\udcff" for sign in cell)


def _not_utf8(cell: str) -> tuple[str, str]:
    text = cell.encode("utf-8", errors="surrogateescape").decode("cp1252", errors="replace")
    return (
        f"there are bytes that are not UTF-8 (perhaps {shown(text)})",
        "save the file as “CSV UTF-8 (comma delimited)”",
    )
