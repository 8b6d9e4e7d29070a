"""Three years of university students' interest in project centres, as scenarios.

Real university preference data (INFORMSJoC/2021.0058, doi 10.1287/ijoc.2022.1237.cd, MIT), read
from the folder that FLEXWEAVE_DATA names and never committed. One flex block, one session per
centre with its capacity and no minimum, interest as ``score``, fairness ``sum``: a solution's value
is 100 times the sum of interest once everyone is at a centre they marked.

    python -m benchmarks.datasets.wpi_iqp
"""

from __future__ import annotations

import csv
import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scheduler.models import Activity, Bell, Choice, Scenario, Session, Settings, Student
from scheduler.solver import solve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.models import Solution

BLOCK = "Term.projects"
EXPECTED = {
    "IQP2017-2018": Decimal("906.5"),
    "IQP2018-2019": Decimal("927"),
    "IQP2019-2020": Decimal("1087.5"),
}
"""The best possible sum of interest of each year."""


class Outcome(NamedTuple):
    """How one year came out; ``interest`` and ``bound`` are sums of interest."""

    year: str
    students: int
    centres: int
    interest: Decimal
    bound: Decimal | None
    marked: bool

    @property
    def agrees(self) -> bool:
        """Whether value and bound are what is expected and everyone is where they marked."""
        expected = EXPECTED[self.year]
        return self.marked and self.interest == self.bound == expected


def folder() -> Path | None:
    """Where the years are, or None where FLEXWEAVE_DATA is unset or lacks them."""
    root = os.environ.get("FLEXWEAVE_DATA")
    found = Path(root) / "wpi_iqp" if root else None
    return found if found and found.is_dir() else None


def scenario(year_folder: Path) -> Scenario:
    """One year as a scenario.

    Parameters
    ----------
    year_folder : Path
        Holds ``student_preference.csv`` (students × centres: 0, 0.5 or 1) and
        ``project_capacity.csv``.
    """
    head, *interest = _lines(year_folder / "student_preference.csv")
    seats = {row[0]: int(row[1]) for row in _lines(year_folder / "project_capacity.csv")[1:]}
    centres = head[1:]
    return Scenario(
        scenario=Settings(name=f"WPI {year_folder.name}", rules={"fairness": {"form": "sum"}}),
        students=tuple(Student(id=_student(row), grade="university") for row in interest),
        bells=(
            Bell(calendar="year", day="Term", block="projects", kind="flex", start=480, end=540),
        ),
        activities=tuple(
            Activity(
                id=f"centre-{c}", kind="flex", title=f"Centre {c}", min_size=0, max_size=seats[c]
            )
            for c in centres
        ),
        sessions=tuple(
            Session(id=f"centre-{c}-session", activity=f"centre-{c}", block=BLOCK) for c in centres
        ),
        choices=tuple(_choices(centres, interest)),
    )


def _lines(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.reader(file) if row]


def _student(row: list[str]) -> str:
    """Id of a student: the table numbers them as 1.0, 2.0, ..."""
    return f"student-{int(float(row[0]))}"


def _choices(centres: list[str], interest: Iterable[list[str]]) -> Iterable[Choice]:
    for row in interest:
        for centre, mark in zip(centres, row[1:], strict=True):
            score = Decimal(mark)
            if score > 0:
                yield Choice(person=_student(row), choice=f"centre-{centre}", score=score)


def outcome(year: str, case: Scenario, solution: Solution) -> Outcome:
    """What a solution of a year comes to."""
    marks = {(c.person, c.choice): c.score or Decimal(0) for c in case.choices}
    certificate = solution.certificate
    placed = [marks.get((line.person, line.activity), Decimal(0)) for line in solution.assignments]
    bound = certificate.bound
    return Outcome(
        year=year,
        students=len(case.students),
        centres=len(case.activities),
        interest=certificate.value / 100,
        bound=None if bound is None else bound / 100,
        marked=len(placed) == len(case.students)
        and all(score > 0 for score in placed)
        and sum(placed) == certificate.value / 100,
    )


def run(years: Path) -> list[Outcome]:
    """Solve every expected year."""
    found = []
    for year in EXPECTED:
        case = scenario(years / year)
        found.append(outcome(year, case, solve(case)))
    return found


def table(outcomes: Iterable[Outcome]) -> str:
    """The outcomes as text, a line for each year."""
    head = f"{'year':<14}{'students':>9}{'centres':>9}{'interest':>10}{'bound':>10}{'expected':>10}"
    lines = [f"{head}{'all marked':>12}{'agrees':>8}"]
    lines += [
        f"{o.year:<14}{o.students:>9}{o.centres:>9}{o.interest:>10}{o.bound or '-':>10}"
        f"{EXPECTED[o.year]:>10}{'yes' if o.marked else 'no':>12}{'yes' if o.agrees else 'NO':>8}"
        for o in outcomes
    ]
    return "\n".join(lines)


def main() -> int:
    """Print the table; 0 where all agree, 1 where one does not, 2 without the data."""
    years = folder()
    if years is None:
        print("FLEXWEAVE_DATA names no folder that holds wpi_iqp", file=sys.stderr)
        return 2
    outcomes = run(years)
    print(table(outcomes))
    return 0 if all(o.agrees for o in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
