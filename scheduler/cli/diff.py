"""``flexweave diff``: what changed between two answers."""

from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.inputs import AsJson, Reader, somebody, split, tell_more
from scheduler.cli.screen import show, show_json
from scheduler.explain.difference import difference, sentences
from scheduler.reading import read, read_solution
from scheduler.report.tables import line

EXAMPLES = (
    "flexweave diff out/demo out/short --audience coordinator",
    "flexweave diff out/demo out/short --scenario fixtures/demo --audience coordinator",
    "flexweave diff out/demo out/short --person s001 --json",
)


def command(
    before: Annotated[
        Path, typer.Argument(metavar="OUT1", help="A folder that `flexweave solve` wrote.")
    ],
    after: Annotated[
        Path, typer.Argument(metavar="OUT2", help="Another one, to compare with the first.")
    ],
    scenario: Annotated[
        Path | None,
        typer.Option(
            "--scenario", "-s", metavar="SCENARIO", help="The scenario, to say findings in words."
        ),
    ] = None,
    person: Annotated[
        str, typer.Option(metavar="PERSON", help="With the audience student: the id of who reads.")
    ] = "",
    audience: Reader = "student",
    as_json: AsJson = False,
) -> None:
    """Say who moved, which findings came and went, and what each rule gained or lost.

    The two answers may be of different scenarios; what is compared are ids. A student is told which
    sessions open and close, and with --person their own moves; who else moved is for coordinators.
    """
    old, new = read_solution(before), read_solution(after)
    given = new.certificate.overrides
    school = None
    if scenario is not None:
        school = read(scenario, calendar=given.get("calendar"), kinds=split(given.get("kinds")))
    if person:
        known = {line.person for one in (old, new) for line in one.assignments}
        known |= {one.id for one in school.people} if school else set()
        somebody(person, sorted(known), audience)
    found = difference(old, new, audience, scenario=school, reader=person)
    if as_json:
        show_json(found.model_dump())
    else:
        show(map(line, sentences(found, audience, reader=person)))
    tell_more(audience)
