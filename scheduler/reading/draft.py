"""A scenario in the making: rows with the places where they stand, the valid and the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from scheduler.models import TABLES, Scenario, Settings
from scheduler.models.cells import Row
from scheduler.reading.problems import Complaints, Where
from scheduler.reading.tables import Columns
from scheduler.reading.words import put_right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence, Set

R = TypeVar("R", bound=Row)
M = TypeVar("M", bound=BaseModel)

TABLE_OF = {model: name for name, model in TABLES.items()}


@dataclass(frozen=True)
class Spot:
    """Where one row stands: a file and a row number, or the path of an object in JSON."""

    file: str
    row: int | str | None = None

    def at(self, column: str | None = None) -> Where:
        """The place of one of its cells, or of the row."""
        if isinstance(self.row, str) and column:
            return Where(self.file, f"{self.row}.{column}", column)
        return Where(self.file, self.row, column)

    def __str__(self) -> str:
        """As another row's message names it."""
        return self.row if isinstance(self.row, str) else f"{self.file} row {self.row}"


@dataclass(frozen=True)
class Entry:
    """One row: where it stands, its cells, and, if they are valid, what they make."""

    spot: Spot
    cells: Mapping[str, Any]
    row: Row | None

    @property
    def id(self) -> str:
        """The id in its cells, valid or not; empty if there is none."""
        cell = self.cells.get("id", "")
        return cell.strip() if isinstance(cell, str) else ""


@dataclass
class Draft:
    """What was read so far.

    Attributes
    ----------
    setting : callable
        Place of a key of the settings, such as ``("rules", "place", "pd")``.
    settings : Settings or None
        ``None`` where they are wrong.
    tables : dict of str to list of Entry
    heads : dict of str to Spot
        Where each table stands: its header, or its key in JSON.
    asked : frozenset of str
        Settings that the caller gave; a problem with them is in no file.
    unread : set of str
        Tables that are missing though they should not be, or that could not be read: nobody can
        say which ids are unknown in them.
    """

    setting: Callable[[Sequence[str]], Where]
    settings: Settings | None = None
    tables: dict[str, list[Entry]] = field(default_factory=dict)
    heads: dict[str, Spot] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    unread: set[str] = field(default_factory=set)

    def rows(self, model: type[R]) -> Iterator[tuple[Spot, R]]:
        """Valid rows of a table with their places."""
        for entry in self.tables.get(TABLE_OF[model], ()):
            if entry.row is not None:
                yield entry.spot, cast("R", entry.row)

    def ids(self, *tables: str) -> dict[str, Spot]:
        """Ids in these tables, of valid rows and others, with the place of the first."""
        found: dict[str, Spot] = {}
        for table in tables:
            for entry in self.tables.get(table, ()):
                found.setdefault(entry.id, entry.spot)
        found.pop("", None)
        return found

    def key(self, name: str) -> Where:
        """Where a top-level key of the settings stands; its name, if the caller gave it."""
        return Where(name) if name in self.asked else self.setting((name,))

    def scenario(self) -> Scenario:
        """The scenario, once nothing is wrong."""
        rows = {name: tuple(e.row for e in entries) for name, entries in self.tables.items()}
        return Scenario.model_validate({"scenario": self.settings or Settings(), **rows})


def columns_of(model: type[BaseModel]) -> Columns:
    """Columns of a model's file."""
    fields, header = model.model_fields, getattr(model, "header", ())
    required = (n for n, field in fields.items() if field.is_required() or n in header)
    return Columns(tuple(fields), tuple(required))


def validated(
    model: type[M],
    cells: Mapping[str, Any],
    where: Callable[[str], Where],
    say: Complaints,
    passed_over: Set[str] = frozenset(),
) -> M | None:
    """A row from its cells; ``None`` where one is wrong, which is said.

    Parameters
    ----------
    model : type
    cells : mapping of str to text or list
        The filled cells only, so that defaults stand for the others.
    where : callable
        The place of a column.
    say : Complaints
    passed_over : set of str
        Columns of which it has been said already what is wrong.
    """
    try:
        row = model.model_validate(cells)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            column = str(detail["loc"][0])
            if column not in passed_over:
                say.wrong(where(column), *put_right(detail))
        return None
    return None if passed_over else row
