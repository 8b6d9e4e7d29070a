"""``flexweave explain``: why somebody is where they are, why not elsewhere, and what if."""

from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.exits import Refused
from scheduler.cli.inputs import Answer, AsJson, Source, fitting
from scheduler.cli.screen import show, show_json, tell
from scheduler.cli.solve import undisturbed
from scheduler.explain import Case, Unanswerable, Words, adopted, sentences, shown, why, why_not
from scheduler.explain.typed import Answer as Explained
from scheduler.explain.typed import WhyNot
from scheduler.report.tables import line
from scheduler.rules.contract import Audience
from scheduler.writing import write_solution

EXAMPLES = (
    "flexweave explain fixtures/demo out/demo --person s001",
    "flexweave explain fixtures/demo out/demo --person s001 --session robotics-Mon",
    "flexweave explain fixtures/demo out/demo --person s001 --session robotics-Mon "
    "--audience coordinator --json",
)


def command(
    scenario: Source,
    out: Answer,
    person: Annotated[
        str | None, typer.Option(metavar="PERSON", help="Explain where this person is: an id.")
    ] = None,
    session: Annotated[
        str | None,
        typer.Option(metavar="SESSION", help="Explain why the person is not in this session."),
    ] = None,
    audience: Annotated[
        Audience, typer.Option(help="Who reads; a student sees least.")
    ] = "student",
    adopt: Annotated[
        bool,
        typer.Option("--adopt", help="Write a better answer to OUT, if the what-if finds one."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Explain an answer: why a person is where they are, or why not in another session.

    Why not comes with a what-if: the person is put there, everything around is solved again, and
    what that costs is checked from ids. Nothing is changed unless --adopt is given and the what-if
    turns out better than the answer.
    """
    if person is None:
        raise typer.BadParameter("give --person, with or without --session.")
    if adopt and session is None:
        raise typer.BadParameter("--adopt needs --person and --session.")
    school, solution = fitting(scenario, out)
    if solution.certificate.scenario_hash != school.digest:
        raise Refused(f"{scenario} has changed since {out} was made; solve it again")
    with Case(school, solution) as case:
        try:
            if session is None:
                _tell([shown(case, one, audience) for one in why(case, person)], as_json)
                return
            found = why_not(case, person, session)
        except Unanswerable as nothing:
            raise Refused(str(nothing)) from nothing
        _tell([shown(case, found, audience)], as_json)
        if adopt:
            _adopt(case, found, out)


def _tell(answers: list[Explained], as_json: bool) -> None:
    if as_json:
        show_json([one.model_dump() for one in answers])
    else:
        words = Words()
        show(line(text) for one in answers for text in sentences(one, words))


def _adopt(case: Case, found: WhyNot, out: Path) -> None:
    """Write the better answer, if it is one."""
    better = adopted(case, found)
    if better is None:
        tell("There is nothing to adopt: the answer stays as it is.")
        return
    with undisturbed():
        write_solution(better, out)
    tell(f"The better answer, worth {better.certificate.value} points, is in {out}.")
