"""``flexweave repair``: after something changed, as few people as possible move."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.exits import IMPOSSIBLE, Refused
from scheduler.cli.inputs import (
    Answer,
    AsJson,
    Reader,
    Seed,
    Source,
    TimeLimit,
    tell_more,
    true,
)
from scheduler.cli.screen import show, show_json, tell
from scheduler.cli.solve import check_folder, undisturbed
from scheduler.models import Change, Scenario
from scheduler.reading.draft import Spot
from scheduler.repair import Repaired, checked, readable, repair, sentences, spotted
from scheduler.report.tables import line
from scheduler.rules.contract import Audience
from scheduler.writing import AFTERWARDS, write_repaired

if TYPE_CHECKING:
    from scheduler.reading import Problem

EXAMPLES = (
    "flexweave repair fixtures/demo out/demo --away t01 --block Mon.flex -o out/monday "
    "--audience coordinator",
    "flexweave repair fixtures/demo out/demo --away t01 --from Wed.flex -o out/repaired",
    "flexweave repair fixtures/demo out/demo --changes fixtures/changes.csv -o out/changed "
    "--audience coordinator",
)


def command(
    scenario: Source,
    out: Answer,
    target: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="OUT2",
            help="The folder to write the repaired answer to.",
            show_default="OUT-repaired",
        ),
    ] = None,
    changes: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="What changed; without it, the scenario's own changes.csv."
        ),
    ] = None,
    away: Annotated[
        str | None, typer.Option(metavar="PERSON", help="Somebody who is away.")
    ] = None,
    block: Annotated[
        str | None,
        typer.Option(metavar="BLOCK", help="The block in which they are away; all by default."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="BLOCK", help="Leave all blocks before this one alone."),
    ] = None,
    audience: Reader = "student",
    curve: Annotated[
        bool, typer.Option("--curve/--no-curve", help="Show what more moves would bring.")
    ] = True,
    time_limit: TimeLimit = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Repair an answer after something changed: as few people as possible move.

    In this order: nobody without a place, no lock and no required pull missed, few people moved,
    many points. Writes OUT2 like solve does, and the scenario after the changes into
    OUT2/scenario. Exit code 1 means that not all that must hold can hold any more. Who moves, and
    why, is for coordinators and admins.
    """
    folder = target or out.with_name(f"{out.name}-repaired")
    check_folder(folder)
    school, solution = true(scenario, out, audience)
    rows = _checked(school, changes, away, block, since)
    extra = {} if curve else {"curve": ()}
    found = repair(school, solution, rows, since=since, seed=seed, time_limit=time_limit, **extra)
    answer = found.solution.overridden(solution.certificate.overrides)
    with undisturbed():
        write_repaired(found.scenario, answer, folder)
        _tell(found, audience, as_json)
        tell_more(audience)
        tell(f"The answer is in {folder}; see: flexweave verify {folder / AFTERWARDS} {folder}")
    if answer.certificate.status == "impossible":
        raise typer.Exit(IMPOSSIBLE)


def _checked(
    school: Scenario,
    changes: Path | None,
    away: str | None,
    block: str | None,
    since: str | None,
) -> tuple[Change, ...]:
    """Rows of the file, and the one of --away; or else the scenario's own."""
    if block is not None and away is None:
        raise typer.BadParameter("--block belongs to --away.")
    rows: tuple[tuple[Change, Spot], ...] = ()
    problems: tuple[Problem, ...] = ()
    if changes is not None:
        if not changes.is_file():
            raise Refused(f"there is no file {changes}; name a file of changes with --changes")
        rows, problems = readable(changes)
    elif away is None:
        rows = spotted(school.changes)
    if away is not None:
        change = Change(action="away", id=away, block=block or "")
        rows = (*rows, (change, Spot("--away")))
    if not rows and not problems:
        raise Refused("nothing has changed; name a file with --changes, or somebody with --away")
    return checked(school, rows, since, problems)


def _tell(found: Repaired, audience: Audience, as_json: bool) -> None:
    if as_json and audience in ("coordinator", "admin"):
        show_json(found.report.model_dump())
    elif as_json:
        show_json({"said": list(sentences(found.report, audience))})
    else:
        show(line(text) for text in sentences(found.report, audience))
