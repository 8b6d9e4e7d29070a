"""``flexweave explain``: why somebody is where they are, why not elsewhere, and what if."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.exits import Refused
from scheduler.cli.inputs import Answer, AsJson, Source, somebody, true
from scheduler.cli.screen import show, show_json, tell
from scheduler.cli.solve import undisturbed
from scheduler.explain import (
    Case,
    Unanswerable,
    Words,
    adopted,
    grouped,
    prices,
    sentences,
    shown,
    story,
    what_it_takes,
    why,
    why_not,
)
from scheduler.explain.treatment import sentences as treated_sentences
from scheduler.explain.treatment import treated
from scheduler.explain.typed import Answer as Explained
from scheduler.explain.typed import Price, PriceOf, WhyNot
from scheduler.explain.words import plain
from scheduler.models import Scenario
from scheduler.report import unknown
from scheduler.report.tables import line
from scheduler.rules.contract import Audience
from scheduler.writing import price_file, put_in_place, write_solution

EXAMPLES = (
    "flexweave explain fixtures/demo out/demo --person s001",
    "flexweave explain fixtures/demo out/demo --person s001 --session documentary-project-Wed",
    "flexweave explain fixtures/demo out/demo --person s001 --session documentary-project-Wed "
    "--audience coordinator --json",
    "flexweave explain fixtures/tiny out/tiny --person s4 --session robotics-mon --take",
    "flexweave explain fixtures/demo out/demo --session documentary-project-Wed",
    "flexweave explain fixtures/tiny out/tiny --prices --save out/prices.csv",
    "flexweave explain fixtures/tiny out/tiny --prices --by block",
    "flexweave explain fixtures/demo out/demo --fairness --audience coordinator",
)


def command(
    scenario: Source,
    out: Answer,
    person: Annotated[
        str | None, typer.Option(metavar="PERSON", help="Explain where this person is: an id.")
    ] = None,
    session: Annotated[
        str | None,
        typer.Option(metavar="SESSION", help="Why the person is not in it; alone: its story."),
    ] = None,
    audience: Annotated[
        Audience, typer.Option(help="Who reads; a student sees least.")
    ] = "student",
    take: Annotated[
        bool,
        typer.Option("--take", help="Show what it would take that the person gets the session."),
    ] = False,
    dearest: Annotated[
        bool, typer.Option("--prices", help="Show which seats are worth most, each verified.")
    ] = False,
    by: Annotated[
        PriceOf, typer.Option(help="With --prices: gather them by tag, room or block.")
    ] = "session",
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="With --prices: also write them as a CSV file, for `flexweave report --prices`.",
        ),
    ] = None,
    fairness: Annotated[
        bool, typer.Option("--fairness", help="Show how people were treated, and the worst-off.")
    ] = False,
    adopt: Annotated[
        bool,
        typer.Option("--adopt", help="Write a better answer to OUT, if the what-if finds one."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Explain an answer: why a person is where they are, or why not in another session.

    With --take: the smallest changes found that bring the person there, such as one more seat, a
    need of theirs at another time, a wish given up. Each is solved again with the person fixed
    there; what everything is then worth at least stands before it, the cheapest first.

    With --session alone: who wished it, where they went, what opening it costs. With --prices: what
    one more seat is worth. With --fairness: how people were treated, by grade, tag and ledger; with
    --person that person's share alone, which is all that a student is told.

    Why not comes with a what-if: the person is put there, everything around is solved again, and
    what that costs is checked from ids. Nothing is changed unless --adopt is given and the what-if
    turns out better than the answer.
    """
    _check(person, session, dearest, fairness)
    if fairness and audience == "student" and person is None:
        raise typer.BadParameter("--fairness for a student needs --person.")
    if fairness and audience == "staff" and person is not None:
        raise typer.BadParameter("--fairness tells staff of nobody alone; leave out --person.")
    if (adopt or take) and (person is None or session is None):
        raise typer.BadParameter(f"{'--take' if take else '--adopt'} needs --person and --session.")
    if (save is not None or by != "session") and not dearest:
        raise typer.BadParameter("--by and --save need --prices.")
    if adopt and take:
        raise typer.BadParameter("give --adopt without --take.")
    school, solution = true(scenario, out, audience)
    _known(school, person, session, audience)
    if fairness:
        asked = person or ""
        treatment = treated(school, solution, audience, reader=asked, about=asked)
        if as_json:
            show_json(treatment.model_dump())
        else:
            show(line(text) for text in treated_sentences(treatment, audience))
        return
    with Case(school, solution) as case:
        try:
            found = _answers(case, person, session, take)
        except Unanswerable as nothing:
            raise Refused(str(nothing)) from nothing
        if save is not None:
            put_in_place(save.parent, {save.name: price_file(_prices(found))})
        if by != "session":
            found = grouped(_prices(found), by)
        bounded = solution.certificate.bound is not None
        _tell([shown(case, one, audience) for one in found], as_json, bounded=bounded)
        if adopt and isinstance(found[0], WhyNot):
            _adopt(case, found[0], out)


def _check(person: str | None, session: str | None, dearest: bool, fairness: bool) -> None:
    """Refuse questions that do not go together."""
    if person is None and session is None and not dearest and not fairness:
        raise typer.BadParameter("give --person, --session, both, --prices, or --fairness.")
    if dearest and (person is not None or session is not None or fairness):
        raise typer.BadParameter("give --prices alone.")
    if fairness and session is not None:
        raise typer.BadParameter("give --fairness without --session.")


def _known(school: Scenario, person: str | None, session: str | None, audience: Audience) -> None:
    """Refuse ids that nobody and nothing has, with the nearest that may be named."""
    if person is not None:
        somebody(person, [one.id for one in school.people], audience)
    sessions = [one.id for one in school.sessions]
    if session is not None and session not in sessions:
        raise unknown("session", session, sessions)


def _answers(
    case: Case, person: str | None, session: str | None, take: bool
) -> Sequence[Explained]:
    if take and person is not None and session is not None:
        return [what_it_takes(case, person, session)]
    if person is not None:
        return why(case, person) if session is None else [why_not(case, person, session)]
    return prices(case) if session is None else [story(case, session)]


def _prices(found: Sequence[Explained]) -> list[Price]:
    return [one for one in found if isinstance(one, Price)]


def _tell(answers: list[Explained], as_json: bool, *, bounded: bool) -> None:
    if as_json:
        show_json([one.model_dump() for one in answers])
    else:
        words = Words()
        if not answers:
            tell(words.say("prices.none" if bounded else "prices.unbounded"))
        show(line(text) for one in answers for text in sentences(one, words))


def _adopt(case: Case, found: WhyNot, out: Path) -> None:
    """Write the better answer, if it is one."""
    better = adopted(case, found)
    if better is None:
        tell("There is nothing to adopt: the answer stays as it is.")
        return
    with undisturbed():
        write_solution(better, out)
    tell(f"The better answer, worth {plain(better.certificate.value)} points, is in {out}.")
