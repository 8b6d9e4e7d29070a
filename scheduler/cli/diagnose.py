"""``flexweave diagnose``: why a scenario is impossible, or people have no place."""

from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.exits import IMPOSSIBLE
from scheduler.cli.inputs import (
    AsJson,
    Calendar,
    Kinds,
    Reader,
    Seed,
    Source,
    TimeLimit,
    fitting,
    split,
    tell_more,
)
from scheduler.cli.screen import show, show_json, tell
from scheduler.explain.conflict import diagnosed, sentences
from scheduler.reading import BadScenario, examine
from scheduler.report.tables import line

EXAMPLES = (
    "flexweave diagnose fixtures/demo",
    "flexweave diagnose fixtures/demo out/demo --audience coordinator",
    "flexweave diagnose fixtures/tiny --audience coordinator --json",
)


def command(
    scenario: Source,
    out: Annotated[
        Path | None,
        typer.Argument(
            metavar="OUT",
            help="The folder that `flexweave solve` wrote: say why people have no place in it.",
        ),
    ] = None,
    calendar: Calendar = None,
    kinds: Kinds = None,
    audience: Reader = "student",
    time_limit: TimeLimit = 60.0,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Say why a scenario is impossible, why people have no place, and what would help.

    Says what the data alone make impossible; then locks and hard rules that cannot hold together,
    as few as possible, each set proven by two solvers and each way out by a plan. Exit code 1 means
    that the scenario is impossible; `flexweave solve` writes the best effort all the same. What it
    rests on names people: all but whether it is possible is for coordinators and admins.
    """
    if out is None:
        found = examine(scenario, calendar=calendar, kinds=split(kinds))
        if found.scenario is None:
            raise BadScenario(found.problems)
        school, solution = found.scenario, None
        if audience in ("coordinator", "admin"):
            for note in found.notes:
                tell(str(note))
    else:
        school, solution = fitting(scenario, out)
    diagnosis = diagnosed(school, solution, audience, time_limit=time_limit, seed=seed)
    if as_json:
        show_json(diagnosis.model_dump())
    else:
        show(map(line, sentences(diagnosis)))
    tell_more(audience)
    if diagnosis.status == "impossible":
        raise typer.Exit(IMPOSSIBLE)
