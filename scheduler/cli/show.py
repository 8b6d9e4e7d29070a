"""``flexweave show``: an answer at a glance, one person's week, one session's roster."""

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import RenderableType

from scheduler.cli.inputs import Answer, AsJson, Source, fitting
from scheduler.cli.screen import show, show_json, tell
from scheduler.report import Report, roster, summary, week
from scheduler.report.tables import of_roster, of_summary, of_week

EXAMPLES = (
    "flexweave show fixtures/demo out/demo",
    "flexweave show fixtures/demo out/demo --person s001",
    "flexweave show fixtures/demo out/demo --session study-hall-Mon --json",
)


def command(
    scenario: Source,
    out: Answer,
    person: Annotated[
        str | None, typer.Option(metavar="PERSON", help="Show one person's week: an id or a name.")
    ] = None,
    session: Annotated[
        str | None, typer.Option(metavar="SESSION", help="Show one session's roster.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show an answer: who is placed and how well, what was met, what stands out.

    With --person or --session, show one person's week or one session's roster instead.
    """
    if person is not None and session is not None:
        raise typer.BadParameter("give --person or --session, not both.")
    school, solution = fitting(scenario, out)
    if solution.certificate.scenario_hash != school.digest:
        tell("note: the scenario has changed since this answer was made; flexweave verify says how")
    if person is not None:
        one = week(school, solution, person)
        _show(one, of_week(one), as_json)
    elif session is not None:
        there = roster(school, solution, session)
        _show(there, of_roster(there), as_json)
    else:
        whole = summary(school, solution)
        _show(whole, of_summary(whole), as_json)


def _show(report: Report, tables: Iterable[RenderableType], as_json: bool) -> None:
    if as_json:
        show_json(report.model_dump())
    else:
        show(tables)
