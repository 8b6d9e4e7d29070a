"""The kinds of jobs: what each hands to a worker, and what becomes of the answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from api.errors import document
from api.jobs.outcomes import Broken, Done, Outcome, Refused
from api.store import scenarios
from api.store.jobs import Ending
from api.store.packing import packed, unpacked
from api.store.tables import Comparison, Job, Scenario, Solution

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Payload = dict[str, Any]

log = logging.getLogger("flexweave")


class Kind(NamedTuple):
    """A kind of job.

    Attributes
    ----------
    task : str
        The task of `api.jobs.tasks` that does it.
    payload : callable
        What the task gets, from the database.
    ending : callable
        What is kept of its value: an ending with the rows to add.
    """

    task: str
    payload: Callable[[Session, Job], Payload]
    ending: Callable[[Job, Any], Ending]


def document_of(session: Session, key: str) -> bytes:
    """A kept scenario."""
    return unpacked(session.get_one(Scenario, key).document)


def solution_of(session: Session, key: str) -> Payload:
    """A kept solution, with its scenario and the settings that it was solved with."""
    row = session.get_one(Solution, key)
    return {
        "scenario": document_of(session, row.scenario),
        "solution": unpacked(row.document),
        "overrides": row.figures["overrides"],
    }


def _solve(session: Session, job: Job) -> Payload:
    return {"scenario": document_of(session, job.scenario), **job.request}


def _solved(job: Job, value: Payload) -> Ending:
    row = _solution(job, value, job.scenario)
    return Ending("succeeded", after=row.id, state=reached(value["certificate"]), extra=[row])


def reached(certificate: Payload) -> Payload:
    """Where a search ended, as its last event has it."""
    numbers = {key: certificate[key] for key in ("value", "bound", "gap")}
    plain = {key: None if number is None else float(number) for key, number in numbers.items()}
    seconds = sum(certificate["seconds_per_stage"].values())
    return {"stage": "done", **plain, "seconds": round(seconds, 3)}


def _solution(job: Job, value: Payload, scenario: str) -> Solution:
    return Solution(
        id=scenarios.named("sol"),
        school=job.school,
        scenario=scenario,
        job=job.id,
        before=job.before,
        created=time.time(),
        published=None,
        figures=value["certificate"],
        document=packed(value["solution"]),
        repair=packed(value["repair"]) if "repair" in value else None,
    )


def _repair(session: Session, job: Job) -> Payload:
    assert job.before is not None
    return {**solution_of(session, job.before), **job.request}


def _repaired(job: Job, value: Payload) -> Ending:
    """The scenario as it is after the changes is kept too: the solution is one of that."""
    changed = Scenario(
        id=scenarios.named("scn"),
        school=job.school,
        parent=job.scenario,
        name=value["name"],
        digest=value["digest"],
        created=time.time(),
        rows=value["rows"],
        warnings=[],
        document=packed(value["document"]),
    )
    row = _solution(job, value, changed.id)
    state = reached(value["certificate"])
    return Ending("succeeded", after=row.id, state=state, extra=[changed, row])


def _compared(job: Job, value: Payload) -> Ending:
    row = Comparison(
        id=scenarios.named("cmp"),
        school=job.school,
        scenario=job.scenario,
        job=job.id,
        created=time.time(),
        document=packed(value["comparison"]),
        page=packed(value["page"]),
    )
    state = {"stage": "done", "value": None, "bound": None, "gap": None}
    state |= {"seconds": round(value["seconds"], 3)}
    return Ending("succeeded", after=row.id, state=state, extra=[row])


KINDS: dict[str, Kind] = {
    "solve": Kind("solve", _solve, _solved),
    "repair": Kind("repair", _repair, _repaired),
    "compare": Kind("compare", _solve, _compared),
}
"""Every kind of job by its name."""


def ending(job: Job, outcome: Outcome) -> Ending:
    """How a job ends by what its worker said; a cancelled one keeps the best that was found."""
    if isinstance(outcome, Done):
        found = KINDS[job.kind].ending(job, outcome.value)
        status = "cancelled" if outcome.interrupted else found.status
        return replace(found, status=status)
    if isinstance(outcome, Refused):
        return failed(outcome.slug, outcome.detail, outcome.problems)
    if isinstance(outcome, Broken):
        log.error("job %s: %s", job.id, outcome.place)
        return failed("internal")
    return Ending("cancelled")


def failed(
    slug: str, detail: str | None = None, problems: tuple[dict[str, Any], ...] = ()
) -> Ending:
    """A job that failed, as a problem."""
    return Ending("failed", error=document(slug, detail, problems))
