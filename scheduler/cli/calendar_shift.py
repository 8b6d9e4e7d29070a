"""``flexweave calendar shift``: another calendar made from one that there is."""

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from scheduler.calendars import CannotShift, shifted
from scheduler.calendars.shift import LEAST
from scheduler.cli.exits import Refused
from scheduler.cli.inputs import AsJson, Source
from scheduler.cli.screen import show, show_json, tell
from scheduler.cli.shifting import USUAL, Gives, Keeps, Pays, Takes, Weighs
from scheduler.models import Scenario
from scheduler.models.cells import minutes
from scheduler.reading import read
from scheduler.report.minutes import of_shifted
from scheduler.writing import scenario_files, write_scenario
from scheduler.writing.files import put_in_place

EXAMPLES = (
    "flexweave calendar shift fixtures/demo --from current --name monday-60 --day Mon "
    "--minutes -60 -o out/monday-60",
    "flexweave calendar shift fixtures/demo --from current --name monday-90 --day Mon "
    "--minutes -90 --spread year --give class,flex --pd auto -o out/monday-90.zip",
)

CHANGED = ("scenario.toml", "bells.csv", "sessions.csv", "days.csv")
"""Files of a folder that may change, in an order in which the folder can be read at any moment."""


def command(
    scenario: Source,
    name: Annotated[str, typer.Option(metavar="NAME", help="Name of the new calendar.")],
    day: Annotated[
        list[str], typer.Option(metavar="DAY", help="A day that changes, as often as needed.")
    ],
    change: Annotated[
        int,
        typer.Option(
            "--minutes",
            metavar="MINUTES",
            help="Minutes by which each such day becomes longer; below 0: shorter.",
        ),
    ],
    base: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="NAME",
            help="The calendar to start from.",
            show_default="the one that the scenario solves",
        ),
    ] = "",
    spread: Pays = "even",
    give: Gives = USUAL,
    take: Takes = USUAL,
    by: Weighs = "length",
    least: Keeps = LEAST,
    pd: Annotated[
        str | None,
        typer.Option(
            metavar="HOURS",
            help="Move pd to the changed days: START-END, or auto for the time set free.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="TARGET",
            help="A folder, or a file that ends in .zip or .json.",
            show_default="the scenario's own folder",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make another calendar from one that there is, in whole minutes.

    Lunch, passing and whatever else is not named keep their length; blocks keep their names, so
    that sessions still meet in them. With --pd, CoPs meet then instead of when they met before.
    """
    if out is None and not scenario.is_dir():
        raise Refused(f"{scenario} is no folder; name a target with -o TARGET")
    school = read(scenario)
    try:
        made, told = shifted(
            school,
            base=base,
            name=name,
            days=day,
            minutes=change,
            spread=spread,
            give=_names(give),
            take=_names(take),
            weighing=by,
            least=least,
            pd=_hours(pd),
        )
    except CannotShift as wrong:
        raise Refused(str(wrong)) from wrong
    target = out or scenario
    if out is None:
        _rewrite(school, made, scenario)
    else:
        write_scenario(made, out)
    if as_json:
        show_json(told.model_dump())
    else:
        show(of_shifted(told))
    tell(f"Wrote {target}; see: flexweave calendar minutes {target}")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip()))


def _hours(text: str | None) -> tuple[int, int] | Literal["auto"] | None:
    if text is None:
        return None
    if text == "auto":
        return "auto"
    found = re.fullmatch(r"\s*([\d:]+)\s*[-–]\s*([\d:]+)\s*", text)
    try:
        if found:
            return minutes(found[1]), minutes(found[2])
    except ValueError:
        pass
    raise typer.BadParameter(
        f"{text!r} are no hours; write START-END, such as 13:55-15:15, or auto."
    )


def _rewrite(before: Scenario, after: Scenario, folder: Path) -> None:
    """Write the files that change into the folder; every other one stays as it is, byte by byte."""
    old, new = scenario_files(before), scenario_files(after)
    content = {name: new[name] for name in CHANGED if name in new and new[name] != old.get(name)}
    put_in_place(folder, content)
