"""Notes on a valid scenario: wishes that nothing can fulfil, data that nobody asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.models import Choice, Need, Owed, Pull
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from scheduler.models import Scenario
    from scheduler.reading.draft import Draft
    from scheduler.reading.problems import Complaints
    from scheduler.rules.facts import Facts

_ABSENT = "it counts as absent, unless you change it or the grades, tags or locks against it"


def note(draft: Draft, scenario: Scenario, say: Complaints) -> None:
    """Note what has no effect."""
    _, fairness = catalogue.fairness(scenario)
    if fairness.form == "sum" and scenario.ledger:
        spot, _owed = next(draft.rows(Owed))
        say.note(
            spot.at("owed"),
            "the ledger is ignored, because fairness has the form 'sum'",
            "choose the form 'diminishing' if what people are owed should count",
        )
    facts = catalogue.facts(scenario)
    _note_choices(draft, facts, say)
    _note_needs(draft, facts, say)
    _note_pulls(draft, facts, say)


def _note_choices(draft: Draft, facts: Facts, say: Complaints) -> None:
    decided = _decided(facts)
    for spot, choice in draft.rows(Choice):
        if choice.score == 0 or choice.choice not in decided:
            continue
        if not facts.reachable(choice.person, choice.choice):
            wrong = f"{choice.person} may go to no session of {choice.choice!r}"
            say.note(spot.at("choice"), wrong, _ABSENT)


def _note_pulls(draft: Draft, facts: Facts, say: Complaints) -> None:
    decided = _decided(facts)
    for spot, pull in draft.rows(Pull):
        if pull.target in decided and not facts.reachable(pull.person, pull.target):
            wrong = f"{pull.person} may go to no session of {pull.target!r}"
            say.note(spot.at("target"), wrong, _ABSENT)


def _note_needs(draft: Draft, facts: Facts, say: Complaints) -> None:
    met = {(need.person, need.tag) for need in facts.needs}
    undecided = facts.cycle.offered.keys() - facts.cycle.decided.keys()
    elsewhere = {tag for session in undecided for tag in facts.tags[session]}
    for spot, need in draft.rows(Need):
        if (need.person, need.tag) not in met and need.tag not in elsewhere:
            wrong = f"{need.person} may go to no session with the tag {need.tag!r}"
            say.note(spot.at("tag"), wrong, _ABSENT)


def _decided(facts: Facts) -> frozenset[str]:
    """Activities and sessions on which this run decides, offered or not."""
    cycle = facts.cycle
    activities = {a.id for a in cycle.activities.values() if a.kind in cycle.kinds}
    sessions = {s.id for s in facts.scenario.sessions if s.activity in activities}
    return frozenset(activities | sessions)
