"""``flexweave solve``: decide who goes where."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.exits import IMPOSSIBLE, Refused
from scheduler.cli.inputs import AsJson, Calendar, Gap, Kinds, Seed, Source, TimeLimit, split
from scheduler.cli.progress import Progress
from scheduler.cli.screen import show, show_json, tell
from scheduler.reading import BadScenario, examine
from scheduler.report import headline
from scheduler.report.tables import of_headline
from scheduler.report.wording import counted
from scheduler.solver.solve import solve
from scheduler.writing import write_solution

EXAMPLES = (
    "flexweave solve fixtures/tiny --seed 7 --json",
    "flexweave solve fixtures/demo -o out/demo --time-limit 60 --gap 0.005",
    "flexweave solve fixtures/demo -o out/short --calendar short-monday --kinds pd",
)


def command(
    scenario: Source,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="OUT",
            help="The folder to write the answer to.",
            show_default="out/<name of the scenario>",
        ),
    ] = None,
    calendar: Calendar = None,
    kinds: Kinds = None,
    time_limit: TimeLimit = None,
    gap: Gap = 0.0,
    seed: Seed = 0,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Decide who goes where, and prove how good that is.

    Writes assignments, sessions, findings, the next ledger and the certificate to OUT. Ctrl-C ends
    the search and writes the best plan found. Exit code 1 means that not all that must hold can
    hold; the best effort is written all the same.
    """
    folder = out or default_folder(scenario)
    check_folder(folder)
    found = examine(scenario, calendar=calendar, kinds=split(kinds))
    if found.scenario is None:
        raise BadScenario(found.problems)
    if found.notes and not quiet:
        tell(f"{counted(len(found.notes), 'note')} on the data; see: flexweave check {scenario}")
    with Progress(quiet) as progress:
        solution = solve(
            found.scenario, time_limit=time_limit, gap=gap, seed=seed, progress=progress
        )
    given = {"calendar": calendar, "kinds": kinds}
    solution = solution.overridden({k: v for k, v in given.items() if v is not None})
    with undisturbed():
        write_solution(solution, folder)
        if as_json:
            show_json(solution.certificate.model_dump())
        else:
            show(of_headline(headline(solution.certificate)))
            tell(f"The answer is in {folder}; see: flexweave show {scenario} {folder}")
    if solution.certificate.status == "impossible":
        raise typer.Exit(IMPOSSIBLE)


def default_folder(scenario: Path) -> Path:
    """``out/<name of the scenario>``, without the ending of a zip or JSON file."""
    path = scenario.resolve()
    return Path("out") / (path.name if path.is_dir() else path.stem)


def check_folder(folder: Path) -> None:
    """See before the search that the answer can be written.

    Raises
    ------
    Refused
        When it could not be, or would mix with a scenario, whose ``sessions.csv`` and
        ``ledger.csv`` it would overwrite.
    """
    if (folder / "scenario.toml").exists():
        raise Refused(f"{folder} holds a scenario; name another folder with -o")
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise Refused(f"{there} is a file; name a folder with -o")
    if not os.access(there, os.W_OK | os.X_OK):
        raise Refused(f"{there} may not be written to; name another folder with -o")


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore Ctrl-C for a moment: what was found is written, and all of it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
