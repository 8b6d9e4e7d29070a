"""The commands put together; how each of their failures ends."""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperGroup

from scheduler.calendars import NoCalendar
from scheduler.cli import (
    calendar_minutes,
    calendar_shift,
    calendar_sweep,
    check,
    compare,
    diagnose,
    diff,
    explain,
    generate,
    repair,
    report,
    rules,
    show,
    solve,
    verify,
)
from scheduler.cli.exits import BAD_INPUT, DISAGREES, NOTHING, Refused
from scheduler.cli.screen import tell, write
from scheduler.reading import BadInput
from scheduler.report import Unknown
from scheduler.report.wording import counted
from scheduler.runs import NoCluster
from scheduler.solver.isolate import SolverCrashed
from scheduler.solver.solve import CheckerDisagrees, NothingFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@contextmanager
def ending() -> Iterator[None]:
    """Say what went wrong on stderr and end with its exit code, instead of a traceback."""
    try:
        yield
    except BadInput as bad:
        for problem in bad.problems:
            tell(str(problem))
        raise _ended(BAD_INPUT, counted(len(bad.problems), "problem")) from bad
    except (NoCalendar, NoCluster, Refused, Unknown) as wrong:
        raise _ended(BAD_INPUT, str(wrong)) from wrong
    except OSError as refused:
        raise _ended(BAD_INPUT, _refusal(refused)) from refused
    except (NothingFound, SolverCrashed) as nothing:
        raise _ended(NOTHING, f"{nothing}; nothing was written") from nothing
    except MemoryError as full:
        raise _ended(NOTHING, "there is not enough memory; nothing was written") from full
    except KeyboardInterrupt as stop:
        raise _ended(NOTHING, "stopped before there was anything to show") from stop
    except CheckerDisagrees as bug:
        for disagreement in bug.disagreements:
            tell(str(disagreement))
        said = "the checker disagrees with the solver, which is a bug; nothing was written"
        raise _ended(DISAGREES, said) from bug


def _refusal(error: OSError) -> str:
    """What the system refuses, and where; errors of our own say both themselves."""
    if type(error).__str__ is not OSError.__str__ or not error.strerror:
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


def _ended(code: int, text: str) -> typer.Exit:
    tell(f"flexweave: {text}")
    return typer.Exit(code)


class Commands(TyperGroup):
    """The commands, each of which ends as `ending` says."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        with ending():
            return super().invoke(ctx)


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _version(wanted: bool) -> None:
    if wanted:
        write(f"flexweave {version('flexweave')}\n")
        raise typer.Exit


@app.callback()
def _flexweave(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Decide who goes where in a school's flex blocks, advisory groups and CoPs, and say why."""


def add(to: typer.Typer, name: str, command: Callable[..., None], examples: Sequence[str]) -> None:
    """Register a command with its docstring as help, and examples below."""
    paragraphs = (inspect.getdoc(command) or "").split("\n\n")
    text = "\n\n".join(paragraph.replace("\n", " ") for paragraph in paragraphs)
    shown = "\n".join(f"  {escape(example)}" for example in examples)
    to.command(name, help=escape(text), epilog=f"[bold]Examples[/bold]\n{shown}")(command)


_MODULES = (
    *(check, solve, verify, show, explain, report, repair, diagnose, diff, compare, rules),
    generate,
)
for _module in _MODULES:
    add(app, _module.__name__.rpartition(".")[2], _module.command, _module.EXAMPLES)

calendar = typer.Typer(
    help="Judge a bell schedule, and make another one from it, before a school does.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
app.add_typer(calendar, name="calendar")
for _module in (calendar_minutes, calendar_shift, calendar_sweep):
    add(calendar, _module.__name__.rpartition("_")[2], _module.command, _module.EXAMPLES)
