"""``flexweave compare``: calendars side by side, each of them solved."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.calendars import pack_names, read_pack
from scheduler.cli.exits import IMPOSSIBLE, Refused
from scheduler.cli.inputs import AsJson, Gap, Kinds, Seed, TimeLimit, split
from scheduler.cli.runs import ClusterAddress, Jobs, Quiet, ResultsFolder, solve_all, workers
from scheduler.cli.screen import show, show_json, tell
from scheduler.comparison import Subject, compare
from scheduler.models.cycle import calendar_names
from scheduler.reading import BadScenario, examine
from scheduler.report.compared import of_comparison
from scheduler.runs import Task
from scheduler.writing.files import put_in_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.models import Scenario, Solution
    from scheduler.runs import Ran

EXAMPLES = (
    "flexweave compare fixtures/short-monday/middle --calendar current --calendar short-monday "
    "--pack IL --gap 0.1 -o compare.html",
    "flexweave compare fixtures/tiny fixtures/tiny --results out/pilots --json",
)

Packs = Annotated[
    list[str] | None,
    typer.Option(
        "--pack",
        metavar="PACK",
        help="Whose law to hold the calendars against, as often as needed: "
        f"{', '.join(pack_names())}, or the path of a TOML file.",
        show_default=False,
    ),
]


def command(
    scenario: Annotated[
        list[Path],
        typer.Argument(
            metavar="SCENARIO...", help="Scenarios: folders of CSV files, zips of them, or JSON."
        ),
    ],
    calendar: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A calendar to compare; give it at least twice for one scenario. Others are "
            "compared with the first.",
            show_default="all calendars of one scenario; of several each one's own",
        ),
    ] = None,
    pack: Packs = None,
    target: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The comparison as one HTML file; one school's prints on two pages.",
            show_default=False,
        ),
    ] = None,
    kinds: Kinds = None,
    time_limit: TimeLimit = None,
    gap: Gap = 0.005,
    seed: Seed = 0,
    results: ResultsFolder = None,
    jobs: Jobs = 0,
    cluster: ClusterAddress = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Judge calendars side by side: minutes, law, and people, with every scenario solved.

    Each figure has its difference from the first calendar's. A difference within the two plans'
    gaps together is none. Several scenarios under several calendars get a table each, and one of
    all; several under one calendar are compared with the first. What the law says is no legal
    advice. Exit code 1 means that for some calendar not all that must hold can hold.
    """
    if target is not None and target.is_dir():
        raise Refused(f"{target} is a folder; name a file")
    packs = [read_pack(name) for name in pack or ()]
    groups = _groups(scenario, calendar or [], split(kinds))
    given = {"kinds": kinds} if kinds else {}
    tasks = {
        one.key: Task(
            one.key,
            one.scenario,
            time_limit,
            gap,
            seed,
            {"calendar": one.scenario.scenario.calendar, **given},
        )
        for group in groups
        for one in group
    }
    folder = results or default_results("compare", scenario)
    came, stopped = solve_all(list(tasks.values()), workers(cluster, jobs), folder, quiet)
    found = compare(groups, solutions(came, stopped), packs)
    if target is not None:
        # Drawing takes a second to load, which the other commands need not wait for.
        html = importlib.import_module("scheduler.report.html")
        put_in_place(target.parent, {target.name: html.comparison(found).encode()})
        tell(f"Wrote {target}")
    if as_json:
        show_json(found.model_dump())
    else:
        show(of_comparison(found))
    if any(ran.solution and ran.solution.certificate.status == "impossible" for ran in came):
        raise typer.Exit(IMPOSSIBLE)


def default_results(what: str, scenarios: Sequence[Path]) -> Path:
    """``out/compare-<name of the scenario>``, or ``out/compare`` of several."""
    names = [named(path) for path in scenarios]
    return Path("out") / (f"{what}-{names[0]}" if len(names) == 1 else what)


def named(path: Path) -> str:
    """The name of a scenario's folder, or of its file without the ending."""
    whole = path.resolve()
    return whole.name if whole.is_dir() else whole.stem


def solutions(came: Sequence[Ran], stopped: bool) -> dict[str, Solution]:
    """Answers by the name of their task.

    Raises
    ------
    KeyboardInterrupt
        When some are missing because the run was stopped.
    NothingFound, SolverCrashed, CheckerDisagrees
        When one could not be solved.
    """
    if stopped:
        raise KeyboardInterrupt
    for ran in came:
        if ran.failure is not None:
            tell(f"{ran.task.name}: {ran.failure.why}")
            raise ran.failure.error()
    return {ran.task.name: ran.solution for ran in came if ran.solution is not None}


def _groups(
    sources: Sequence[Path], calendars: Sequence[str], kinds: tuple[str, ...] | None
) -> list[list[Subject]]:
    """What stands in one table: a scenario's calendars, or scenarios under a calendar each.

    Raises
    ------
    Refused
        When that leaves nothing to compare.
    """
    wanted = list(calendars)
    if len(sources) == 1 and not wanted:
        wanted = calendar_names(_read(sources[0], None, kinds))
    if len(sources) == 1 and len(wanted) < 2:
        raise Refused(
            f"one calendar of one scenario leaves nothing to compare; add --calendar NAME, such as "
            f"one that 'flexweave calendar shift {sources[0]}' makes, or another scenario"
        )
    names: list[str | None] = [*wanted] or [None]
    read = [[_read(path, name, kinds) for name in names] for path in sources]
    files = _apart([named(path) for path in sources])
    schools = _apart([one[0].scenario.name or file for one, file in zip(read, files, strict=True)])
    groups = []
    for school, file, ones in zip(schools, files, read, strict=True):
        labels = _apart(wanted) if len(wanted) > 1 else [school]
        alone = "" if len(sources) == 1 else f"{file}-"
        groups.append(
            [
                Subject(label, school, one, f"{alone}{one.scenario.calendar}")
                for label, one in zip(labels, ones, strict=True)
            ]
        )
    return groups if len(wanted) > 1 else [[one for group in groups for one in group]]


def _read(path: Path, calendar: str | None, kinds: tuple[str, ...] | None) -> Scenario:
    """A scenario under one of its calendars, which its settings then name.

    Raises
    ------
    BadScenario
        When anything is wrong with it, such as that it has no such calendar.
    """
    found = examine(path, calendar=calendar, kinds=kinds)
    if found.scenario is None:
        tell(f"{path}:")
        raise BadScenario(found.problems)
    settings = found.scenario.scenario
    if settings.calendar:
        return found.scenario
    own = settings.model_copy(update={"calendar": calendar_names(found.scenario)[0]})
    return found.scenario.model_copy(update={"scenario": own})


def _apart(names: Sequence[str]) -> list[str]:
    """Names told apart: one that comes again gets a number."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
