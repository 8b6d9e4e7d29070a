"""Many solves from one command: where they run, what they show, and where their results stay."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from scheduler.cli.progress import begun, said
from scheduler.cli.screen import tell, terminal
from scheduler.report.wording import counted, number, percent, safe
from scheduler.runs import Cluster, Processes, Results, run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from rich.live import Live

    from scheduler.runs import Ran, Task, Workers
    from scheduler.solver.solve import State

EVERY = 5.0
"""Seconds between two plain lines."""

ClusterAddress = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Solve on a Dask cluster, such as tcp://10.0.0.5:8786, instead of on this machine.",
        show_default=False,
    ),
]
Jobs = Annotated[
    int,
    typer.Option(
        min=0,
        metavar="NUMBER",
        help="Solves at once on this machine.",
        show_default="one for each core",
    ),
]
ResultsFolder = Annotated[
    Path | None,
    typer.Option(
        "--results",
        metavar="DIR",
        help="Where to keep each answer as it comes. What is there already and still fits is not "
        "solved again, so a broken run goes on where it ended.",
        show_default="below out/",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


def workers(cluster: str | None, jobs: int) -> Workers:
    """A cluster where an address was given, or this machine.

    Raises
    ------
    NoCluster
        When ``distributed`` is not installed.
    """
    return Cluster(cluster) if cluster else Processes(jobs)


def solve_all(
    tasks: Sequence[Task], workers: Workers, folder: Path, quiet: bool = False
) -> tuple[list[Ran], bool]:
    """Solve all, show how it goes, and keep what comes.

    Returns
    -------
    list of Ran
        What came, in the order of the tasks.
    bool
        Whether Ctrl-C ended it before all had come.
    """
    came: dict[str, Ran] = {}
    stopped = False
    with Runs(len(tasks), quiet) as shown:
        going = run(tasks, workers, results=Results(folder), progress=shown.heard)
        try:
            with closing(going):
                for ran in going:
                    came[ran.task.name] = ran
                    shown.came(ran)
        except KeyboardInterrupt:
            stopped = True
    if stopped:
        tell(
            f"stopped: {len(came):,} of {counted(len(tasks), 'answer')} came and are kept in "
            f"{folder}; the same command goes on from there"
        )
    return [came[task.name] for task in tasks if task.name in came], stopped


class Runs:
    """Shows how several solves go: live where that is a terminal, else a line now and then."""

    def __init__(self, total: int, quiet: bool = False) -> None:
        self._total = total
        self._done = 0
        self._quiet = quiet
        self._states: dict[str, State] = {}
        self._said_at = time.monotonic()
        self._live: Live | None = None

    def __enter__(self) -> Self:
        console = None if self._quiet else terminal()
        if console is not None:
            self._live = begun(console, self._now)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def heard(self, name: str, state: State) -> None:
        """Take the newest state of one solve; called from another thread."""
        self._states[name] = state
        now = time.monotonic()
        if self._live is None and now - self._said_at >= EVERY:
            self._said_at = now
            self._say(f"{said(state, state.seconds)}  {name}")

    def came(self, ran: Ran) -> None:
        """Say that one is done, and how well."""
        self._done += 1
        self._states.pop(ran.task.name, None)
        self._say(f"{self._done} of {self._total}  {ran.task.name}: {_outcome(ran)}")

    def _say(self, text: str) -> None:
        if self._quiet:
            return
        if self._live is not None:
            self._live.console.print(Text(safe(text)))
        else:
            tell(text)

    def _now(self) -> Text:
        """The live lines: who is under way."""
        states = dict(self._states)
        lines = [f"{said(state, state.seconds)}  {safe(name)}" for name, state in states.items()]
        return Text("\n".join(lines or [f"{self._done} of {self._total} solved"]))


def _outcome(ran: Ran) -> str:
    if ran.failure is not None or ran.solution is None:
        return f"no answer: {ran.failure.why if ran.failure else ''}"
    certificate = ran.solution.certificate
    how = "was there already" if ran.kept else f"{ran.seconds:.1f} s"
    again = f", begun {ran.tries} times" if ran.tries > 1 else ""
    gap = "no bound" if certificate.gap is None else f"gap {percent(certificate.gap)}"
    return f"{number(certificate.value)} points, {gap}, {how}{again}"
