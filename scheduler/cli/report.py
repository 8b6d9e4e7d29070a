"""``flexweave report``: pages and a workbook to read, print and hand out."""

from __future__ import annotations

import importlib
from pathlib import Path  # noqa: TC003
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from scheduler.cli.exits import Refused
from scheduler.cli.inputs import Answer, AsJson, fitting
from scheduler.cli.screen import show_json, tell
from scheduler.reading import read_prices, read_solution
from scheduler.report import unknown
from scheduler.report.page import page
from scheduler.report.slips import rosters, slips
from scheduler.report.view import View
from scheduler.rules.contract import Audience
from scheduler.writing.files import put_in_place

if TYPE_CHECKING:
    from decimal import Decimal

    from scheduler.models import Scenario, Solution

EXAMPLES = (
    "flexweave report out/demo -o report.html --scenario fixtures/demo --audience coordinator",
    "flexweave report out/demo --scenario fixtures/demo --audience coordinator "
    "--rosters rosters.html --slips slips.html --xlsx demo.xlsx",
    "flexweave report out/demo --scenario fixtures/demo --person s001 --slips s001.html",
)

AUDIENCES: tuple[str, ...] = get_args(Audience)


def _audience(text: str) -> str:
    if text not in AUDIENCES:
        raise typer.BadParameter(f"{unknown('audience', text, AUDIENCES)}.")
    return text


def _file(flag: str, what: str, *more: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        flag, *more, metavar="FILE", help=what, show_default=False
    )
    return option


def command(
    out: Answer,
    target: Annotated[Path | None, _file("--output", "The report as one HTML file.", "-o")] = None,
    scenario: Annotated[
        Path | None,
        typer.Option(
            metavar="SCENARIO",
            help="The scenario that OUT answers: adds names, grades, hours, titles and wishes.",
        ),
    ] = None,
    audience: Annotated[
        str,
        typer.Option(
            metavar="AUDIENCE",
            callback=_audience,
            help="Who reads it: student, staff, coordinator or admin. A student sees counts and "
            "themselves; staff see whom they lead, advise or pulled; only an admin reads why "
            "support is needed.",
        ),
    ] = "student",
    person: Annotated[
        str,
        typer.Option(
            metavar="PERSON",
            help="Who reads it, where that is a student or staff; else whose slip is wanted.",
            show_default=False,
        ),
    ] = "",
    roster_file: Annotated[
        Path | None, _file("--rosters", "Rosters of the open sessions, a printed page each.")
    ] = None,
    slip_file: Annotated[
        Path | None, _file("--slips", "Slips of people to hand out, a printed page each.")
    ] = None,
    xlsx_file: Annotated[Path | None, _file("--xlsx", "All of it as an Excel workbook.")] = None,
    price_file: Annotated[
        Path | None,
        _file("--prices", "Verified prices of seats: a CSV file with columns session and price."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write an answer as pages and a workbook: a report, rosters, slips.

    Each file stands alone: no network, no scripts. Without --audience everything is written for a
    student: counts, and with --person that person's own places.
    """
    if not (target or roster_file or slip_file or xlsx_file or as_json):
        raise Refused("nothing to write; add -o report.html, --rosters, --slips, --xlsx or --json")
    school, solution = _read(scenario, out)
    view = View(solution, school, audience, person)  # type: ignore[arg-type]
    prices = _prices(price_file, view)
    files = _pages(view, prices, target, roster_file, slip_file)
    if xlsx_file is not None:
        files[xlsx_file] = importlib.import_module("scheduler.report.workbook").workbook(view)
    for path in files:
        _check(path)
    for path, content in files.items():
        put_in_place(path.parent, {path.name: content})
        tell(f"Wrote {path} for {audience}")
    if audience == "student" and school is not None and not person:
        tell("note: a student sees counts only; add --person, or --audience coordinator for all")
    if as_json:
        show_json(page(view, prices).model_dump())


def _read(source: Path | None, folder: Path) -> tuple[Scenario | None, Solution]:
    return (None, read_solution(folder)) if source is None else fitting(source, folder)


def _pages(
    view: View,
    prices: dict[str, Decimal],
    target: Path | None,
    roster_file: Path | None,
    slip_file: Path | None,
) -> dict[Path, bytes]:
    """Pages by their files.

    Raises
    ------
    Refused
        When this audience may see nothing of what it asks for.
    """
    # Drawing takes a second to load, which the other commands need not wait for.
    html = importlib.import_module("scheduler.report.html")
    name = view.scenario.scenario.name if view.scenario else ""
    found: dict[Path, bytes] = {}
    if target is not None:
        found[target] = html.report(page(view, prices)).encode()
    if roster_file is not None:
        sessions = rosters(view)
        if not sessions:
            raise Refused(
                "there is no roster to show: they name people, so give --audience staff with "
                "--person and somebody who leads a session, or --audience coordinator"
            )
        found[roster_file] = html.rosters(name, sessions).encode()
    if slip_file is not None:
        people = slips(view)
        if not people:
            raise Refused(
                "there is no slip to show: give --person with somebody who is assigned, or "
                "--audience coordinator for everybody"
            )
        found[slip_file] = html.slips(name, people).encode()
    return found


def _prices(path: Path | None, view: View) -> dict[str, Decimal]:
    """Prices by session, each of a session of this answer."""
    found = {} if path is None else read_prices(path)
    for session in found:
        if session not in view.states:
            raise unknown("session", session, view.states)
    return found


def _check(path: Path) -> None:
    """See that the file can be one: pages are not written over folders."""
    if path.is_dir():
        raise Refused(f"{path} is a folder; name a file")
