"""What commands take: the arguments they share, checked, and the files behind them."""

import math
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.exits import Refused
from scheduler.cli.screen import tell
from scheduler.models import KINDS, Scenario, Solution
from scheduler.reading import read, read_solution
from scheduler.report import unknown
from scheduler.report.typed import Unknown, strangers
from scheduler.rules import catalogue
from scheduler.rules.contract import Audience
from scheduler.verify import verify

LONGEST = 1_000_000
"""Seconds: no search is longer (a computer's waits have an end, too)."""


def _kinds(text: str | None) -> str | None:
    """Kinds as they stand in ``scenario.toml``, joined by ``;``."""
    if text is None:
        return None
    kinds = list(dict.fromkeys(kind.strip() for kind in text.replace(";", ",").split(",")))
    for kind in kinds:
        if kind not in KINDS:
            raise typer.BadParameter(f"{unknown('kind', kind, KINDS)}.")
    return ";".join(kinds)


def _seconds(number: float | None) -> float | None:
    if number is not None and not 0 <= number <= LONGEST:
        raise typer.BadParameter(f"{number:g} is not between 0 and {LONGEST:,} seconds.")
    return number


def _fraction(number: float) -> float:
    if math.isnan(number) or not 0 <= number <= 1:
        raise typer.BadParameter(f"{number:g} is not between 0 and 1; 0.01 means one percent.")
    return number


Source = Annotated[
    Path,
    typer.Argument(
        metavar="SCENARIO", help="The scenario: a folder of CSV files, a zip of it, or JSON."
    ),
]
Answer = Annotated[
    Path,
    typer.Argument(metavar="OUT", help="The folder that `flexweave solve` wrote."),
]
Calendar = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The calendar to solve, instead of the scenario's."),
]
Kinds = Annotated[
    str | None,
    typer.Option(
        metavar="KINDS",
        callback=_kinds,
        help="The kinds to decide, instead of the scenario's: flex, advisory, pd, or several "
        "of them joined by commas.",
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS",
        callback=_seconds,
        help="Seconds to search; the best found until then is kept.",
    ),
]
Gap = Annotated[
    float,
    typer.Option(
        metavar="FRACTION",
        callback=_fraction,
        help="Stop when the plan is this close to the best possible: 0.01 is one percent.",
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        metavar="NUMBER",
        min=0,
        max=2**31 - 1,
        help="Equal input, seed and versions give equal answers.",
    ),
]
Reader = Annotated[
    Audience,
    typer.Option(
        metavar="AUDIENCE",
        help="Who reads: student, staff, coordinator or admin; the first sees least.",
    ),
]
MORE = "Said as to {audience}; --audience coordinator shows more."
"""The last line to those who are not told everything."""

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON to stdout, and nothing else.")]


def tell_more(audience: Audience) -> None:
    """Say that there is more to be told to others, where there is."""
    if audience in ("student", "staff"):
        tell(MORE.format(audience="a student" if audience == "student" else "staff"))


def split(kinds: str | None) -> tuple[str, ...] | None:
    """Kinds joined by ``;`` as reading takes them."""
    return None if kinds is None else tuple(kinds.split(";"))


def answered(source: Path, folder: Path) -> tuple[Scenario, Solution]:
    """A solution, and its scenario read as it was for the solve.

    Raises
    ------
    BadInput
        When either cannot be read.
    """
    solution = read_solution(folder)
    given = solution.certificate.overrides
    scenario = read(source, calendar=given.get("calendar"), kinds=split(given.get("kinds")))
    return scenario, solution


def fitting(source: Path, folder: Path) -> tuple[Scenario, Solution]:
    """As `answered`, for reports: the solution must be one of this scenario's.

    Raises
    ------
    Refused
        When it names people or sessions that the scenario does not have.
    """
    scenario, solution = answered(source, folder)
    names = strangers(catalogue.facts(scenario), solution)
    if names:
        raise Refused(
            f"{folder} is no answer to {source}: it names {names[0]!r}, which is not there; "
            "solve again, or name the scenario that it was made from"
        )
    return scenario, solution


def somebody(person: str, people: Collection[str], audience: Audience) -> None:
    """Refuse to speak of nobody; to coordinators and admins with the nearest id there is.

    Raises
    ------
    Unknown
        When the person is none of these. To students and staff it names nobody else.
    """
    if person not in people:
        if audience in ("coordinator", "admin"):
            raise unknown("person", person, people)
        raise Unknown(f"there is no person {person!r}")


def true(source: Path, folder: Path, audience: Audience) -> tuple[Scenario, Solution]:
    """As `fitting`, for what speaks of an answer as of facts: it must be as the checker says.

    Raises
    ------
    Refused
        When the answer is of another scenario, or was changed by hand. Coordinators and admins are
        told what is not so, others in which file.
    """
    scenario, solution = fitting(source, folder)
    if solution.certificate.scenario_hash != scenario.digest:
        raise Refused(f"{source} has changed since {folder} was made; solve it again")
    wrong = verify(scenario, solution)
    if wrong:
        full = audience in ("coordinator", "admin")
        said = str(wrong[0]) if full else f"something in {wrong[0].where} is not so"
        raise Refused(
            f"{folder} is no answer to {source} as it is now: {said}; "
            f"see: flexweave verify {source} {folder}"
        )
    return scenario, solution
