"""``flexweave check``: says whether a scenario is sound, and what it holds."""

import typer

from scheduler.cli.exits import BAD_INPUT
from scheduler.cli.inputs import AsJson, Calendar, Kinds, Source, split
from scheduler.cli.screen import show, show_json, tell
from scheduler.reading import Problem, examine
from scheduler.report import overview
from scheduler.report.tables import of_overview
from scheduler.report.wording import counted

EXAMPLES = (
    "flexweave check fixtures/demo",
    "flexweave check fixtures/demo --calendar short-monday --kinds flex,advisory",
    "flexweave check fixtures/tiny --json",
)


def command(
    scenario: Source, calendar: Calendar = None, kinds: Kinds = None, as_json: AsJson = False
) -> None:
    """Check a scenario: what it holds, seats against demand, and everything that is wrong.

    Problems go to stderr, each as file:row:column, and end with exit code 2. Notes are legal, and
    yet worth a look.
    """
    found = examine(scenario, calendar=calendar, kinds=split(kinds))
    held = None if found.scenario is None else overview(found.scenario)
    for problem in found.problems:
        tell(str(problem))
    if as_json:
        show_json(
            {
                "overview": None if held is None else held.model_dump(),
                "problems": [_document(problem) for problem in found.problems],
                "notes": [_document(note) for note in found.notes],
            }
        )
    elif held is not None:
        show(of_overview(held))
    if not as_json:
        for note in found.notes:
            tell(f"note: {note}")
    if found.problems:
        tell(f"flexweave: {counted(len(found.problems), 'problem')}")
        raise typer.Exit(BAD_INPUT)


def _document(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "row": problem.row,
        "column": problem.column,
        "message": problem.message,
        "hint": problem.hint,
    }
