"""What can be wrong with what was read, and how it is said.

The errors that reading raises::

    BadInput            something is wrong with the input; carries every problem
    ├── BadScenario     with a scenario
    └── BadSolution     with a solution that was written earlier
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN = 20
"""Problems that the text of an error lists; all are in its ``problems``."""

LONGEST = 500
"""Characters of one part of a message."""


class BadInput(ValueError):
    """Something is wrong with the input.

    Attributes
    ----------
    problems : tuple of Problem
        Everything that is wrong, by file and row.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        more = len(self.problems) - SHOWN
        super().__init__("\n".join(lines + [f"and {more} more"] * (more > 0)))


class BadScenario(BadInput):
    """Something is wrong with a scenario."""


class BadSolution(BadInput):
    """Something is wrong with the files of a solution."""


class Where(NamedTuple):
    """A place in the input.

    Attributes
    ----------
    file : str
        Name of the file, without its folder.
    row : int, str or None
        In CSV the row as a spreadsheet counts: 1 is the header, blank rows count, and a cell with
        line breaks is one row. In TOML the line. In JSON the path, counted from 0
        (``choices[3].rank``). ``None`` where it is about the whole file.
    column : str or None
        The column, or the key in TOML; in JSON it is the end of the path.
    """

    file: str
    row: int | str | None = None
    column: str | None = None


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or worth a note.

    Attributes
    ----------
    file, row, column
        Where; see `Where`.
    message : str
        What is wrong.
    hint : str
        What would be right.
    """

    file: str
    row: int | str | None
    column: str | None
    message: str
    hint: str

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(str(self.row))
        if self.column is not None and not isinstance(self.row, str):
            place.append(self.column)
        said = f"{self.message}; {self.hint}" if self.hint else self.message
        return f"{':'.join(place)}: {said}"


@dataclass
class Complaints:
    """Collects what is wrong (``problems``) and what is only worth saying (``notes``)."""

    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def wrong(self, where: Where, message: str, hint: str) -> None:
        """Add a problem."""
        self.problems.append(_problem(where, message, hint))

    def note(self, where: Where, message: str, hint: str) -> None:
        """Add a note."""
        self.notes.append(_problem(where, message, hint))


def _problem(where: Where, message: str, hint: str) -> Problem:
    file, row, column = where
    return Problem(
        _on_one_line(file),
        _on_one_line(row) if isinstance(row, str) else row,
        column if column is None else _on_one_line(column),
        _on_one_line(message),
        _on_one_line(hint),
    )


def _on_one_line(text: str) -> str:
    """Escape what cannot be printed, and cut what is very long: names may come from the input."""
    if not text.isprintable():
        signs = (s if s.isprintable() else s.encode("unicode_escape").decode() for s in text)
        text = "".join(signs)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems by file, row and column, each once."""
    return tuple(sorted(dict.fromkeys(problems), key=_rank))


def _rank(problem: Problem) -> tuple[str, list[tuple[int, str]], str, str]:
    return problem.file, _natural(problem.row), problem.column or "", problem.message


def _natural(row: int | str | None) -> list[tuple[int, str]]:
    """Sort key by which ``choices[3]`` comes before ``choices[12]``, and no row before row 1."""
    parts = re.findall(r"(\d+)|(\D+)", "" if row is None else str(row))
    return [(int(digits[:18]) if digits else -1, other) for digits, other in parts]
