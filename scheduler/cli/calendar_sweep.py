"""``flexweave calendar sweep``: a day shortened step by step, each step solved."""

import importlib
import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from scheduler.calendars import CannotShift, read_pack
from scheduler.calendars.shift import LEAST
from scheduler.calendars.spans import Span
from scheduler.cli.compare import Packs, default_results, solutions
from scheduler.cli.exits import IMPOSSIBLE, Refused
from scheduler.cli.inputs import AsJson, Gap, Seed, Source, TimeLimit
from scheduler.cli.runs import ClusterAddress, Jobs, Quiet, ResultsFolder, solve_all, workers
from scheduler.cli.screen import show, show_json, tell
from scheduler.cli.shifting import USUAL, Gives, Keeps, Pays, Takes, Weighs
from scheduler.cli.solve import check_folder
from scheduler.comparison import Shift, Sweep, shifts, sweep
from scheduler.models.cells import minutes as since_midnight
from scheduler.reading import read
from scheduler.report.compared import of_sweep, sweep_csv
from scheduler.runs import Task
from scheduler.writing.cells import dumped
from scheduler.writing.files import put_in_place

EXAMPLES = (
    "flexweave calendar sweep fixtures/tiny --day Mon --minutes -10:-20:10 --pd none --pack IL "
    "-o out/sweep",
)

MOST = 200
"""Steps of one sweep."""

_RANGE = re.compile(r"([+-]?\d{1,4}):([+-]?\d{1,4})(?::([+-]?\d{1,4}))?")


def command(
    scenario: Source,
    day: Annotated[
        list[str], typer.Option(metavar="DAY", help="A day that changes, as often as needed.")
    ],
    minutes: Annotated[
        str,
        typer.Option(
            metavar="MINUTES",
            help="By how much: FIRST:LAST:STEP, such as -30:-120:15, or a list with commas.",
        ),
    ],
    base: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="NAME",
            help="The calendar to start from, which is solved too.",
            show_default="the one that the scenario solves",
        ),
    ] = "",
    spread: Pays = "even",
    give: Gives = USUAL,
    take: Takes = USUAL,
    by: Weighs = "length",
    least: Keeps = LEAST,
    pd: Annotated[
        str,
        typer.Option(
            metavar="HOURS",
            help="When CoPs meet on the changed days: START-END, auto for the time set free, or "
            "none to leave them where they are.",
        ),
    ] = "auto",
    pack: Packs = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="OUT",
            help="The folder for sweep.html, sweep.json and sweep.csv.",
            show_default="out/sweep-<name of the scenario>",
        ),
    ] = None,
    time_limit: TimeLimit = None,
    gap: Gap = 0.005,
    seed: Seed = 0,
    results: ResultsFolder = None,
    jobs: Jobs = 0,
    cluster: ClusterAddress = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Shorten a day step by step, solve each step, and draw what is given for what.

    Flex time served to students stands against teachers' time together. Writes the curve as a page,
    as JSON and as CSV; answers are kept in OUT/answers. After Ctrl-C what came is drawn, and the
    same command goes on from there.
    """
    folder = out or default_results("sweep", [scenario])
    check_folder(folder)
    packs = [read_pack(name) for name in pack or ()]
    try:
        found = shifts(
            read(scenario),
            _steps(minutes),
            day,
            base,
            spread=spread,
            give=_names(give),
            take=_names(take),
            weighing=by,
            least=least,
            pd=_hours(pd),
        )
    except CannotShift as wrong:
        raise Refused(str(wrong)) from wrong
    tasks = [_task(one, time_limit, gap, seed) for one in found]
    came, stopped = solve_all(tasks, workers(cluster, jobs), results or folder / "answers", quiet)
    told = sweep(found, day, solutions(came, stopped=stopped and not came), packs)
    _write(told, folder)
    if as_json:
        show_json(_document(told))
    else:
        show(of_sweep(told))
        tell(f"Wrote {folder}/sweep.html, sweep.json and sweep.csv")
    if any(ran.solution and ran.solution.certificate.status == "impossible" for ran in came):
        raise typer.Exit(IMPOSSIBLE)


def _task(one: Shift, time_limit: float | None, gap: float, seed: int) -> Task:
    subject = one.subject
    calendar = {"calendar": subject.scenario.scenario.calendar}
    return Task(subject.key, subject.scenario, time_limit, gap, seed, calendar)


def _write(told: Sweep, folder: Path) -> None:
    # Drawing takes a second to load, which the other commands need not wait for.
    html = importlib.import_module("scheduler.report.html")
    content = {
        "sweep.csv": sweep_csv(told),
        "sweep.json": (dumped(_document(told)) + "\n").encode(),
        "sweep.html": html.sweep(told).encode(),
    }
    put_in_place(folder, content)


def _document(told: Sweep) -> dict[str, object]:
    """The curve's rows in front of everything that is behind them."""
    return {"rows": list(told.rows), **told.model_dump()}


def _steps(text: str) -> list[int]:
    """Minutes of each step: a range with both ends, or a list."""
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        return _listed(text)
    first, last, step = int(found[1]), int(found[2]), abs(int(found[3] or 15))
    if not step:
        raise typer.BadParameter("a step of 0 minutes leads nowhere; write -30:-120:15.")
    down = last < first
    steps = list(range(first, last + (-1 if down else 1), -step if down else step))
    if len(steps) > MOST:
        raise typer.BadParameter(f"{len(steps):,} steps are more than {MOST}; take larger ones.")
    return steps


def _listed(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} are no minutes; write FIRST:LAST:STEP, such as -30:-120:15, or -60,-90."
        ) from None


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip()))


def _hours(text: str) -> Span | Literal["auto"] | None:
    if text in ("auto", "none"):
        return "auto" if text == "auto" else None
    start, _, end = text.replace("–", "-").partition("-")
    try:
        return int(since_midnight(start.strip())), int(since_midnight(end.strip()))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} are no hours; write START-END, such as 13:55-15:15, auto or none."
        ) from None
