"""``flexweave calendar minutes``: what a calendar comes to, and what the law says of it."""

from typing import Annotated

import typer

from scheduler.calendars import NOTICE, changes, judge, minutes, read_pack
from scheduler.cli.inputs import AsJson, Source
from scheduler.cli.screen import show, show_json
from scheduler.models.cycle import calendar_names
from scheduler.reading import read
from scheduler.report.minutes import of_changes, of_minutes, of_verdict

EXAMPLES = (
    "flexweave calendar minutes fixtures/demo",
    "flexweave calendar minutes fixtures/demo --calendar short-monday --pack IL",
    "flexweave calendar minutes fixtures/demo --pack NY --pack TX --json",
)


def command(
    scenario: Source,
    calendar: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A calendar, as often as needed; the others are held against the first.",
            show_default="all calendars",
        ),
    ] = None,
    pack: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PACK",
            help="A state's law: CA, IL, NY, TX, or the path of a TOML file; as often as needed.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count the minutes of calendars: by day, cycle and year, by grade, for staff.

    With several calendars, show what each would need for the week's and the year's balance. With
    --pack, hold each against a state's floors: every margin is shown. This is not legal advice.
    """
    packs = [read_pack(name) for name in dict.fromkeys(pack or ())]
    school = read(scenario)
    names = list(dict.fromkeys(calendar or calendar_names(school)))
    found = [minutes(school, name) for name in names]
    first, *others = found
    against = {second.calendar: changes(school, first, second) for second in others}
    verdicts = [judge(school, one, name) for one in packs for name in names]
    if as_json:
        show_json(
            {
                "calendars": [one.model_dump() for one in found],
                "changes": {
                    name: [change.model_dump() for change in rows] for name, rows in against.items()
                },
                "law": [verdict.model_dump() for verdict in verdicts],
                "notice": NOTICE if verdicts else "",
            }
        )
        return
    for one in found:
        show([*of_minutes(one), ""])
    for name, rows in against.items():
        show(of_changes(first.calendar, name, rows))
    for verdict in verdicts:
        show(of_verdict(verdict))
