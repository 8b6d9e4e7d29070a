"""``flexweave rules``: what is promised, and every knob."""

from typing import Annotated

import typer

from scheduler.cli.inputs import AsJson
from scheduler.cli.screen import show, show_json, write
from scheduler.report import entries, markdown
from scheduler.report.tables import of_rules

EXAMPLES = (
    "flexweave rules",
    "flexweave rules fairness",
    "flexweave rules --json",
)


def command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One rule only.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Write the page of the documentation.")
    ] = False,
) -> None:
    """List the rules: what each promises, its maths, and its knobs with type and default.

    Knobs are the keys under [rules.NAME] of scenario.toml.
    """
    if as_json and as_markdown:
        raise typer.BadParameter("give --json or --markdown, not both.")
    found = entries(name)
    if as_json:
        show_json([entry.model_dump() for entry in found])
    elif as_markdown:
        write(markdown(found))
    else:
        show(of_rules(found))
