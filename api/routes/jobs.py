"""Jobs: where they stand, what they tell as they go, and their end before time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.access import Here, Overseer, Planner, there
from api.contract import JobInfo
from api.responses import secured
from api.service import Service
from api.shown import job_info
from api.store import audit, jobs
from api.store.tables import Event, Job

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

LOOK_SECONDS = 0.5
"""Between two looks for new events."""


@router.get("/{job}", operation_id="get_job", responses=secured("forbidden", "not-found"))
def get_job(job: str, here: Here, caller: Overseer) -> JobInfo:
    """Show where a job stands."""
    with here.database.reading() as session:
        return job_info(there(jobs.one(session, job, caller.schools), "job", job), caller)


def job_there(job: str, here: Here, caller: Overseer) -> Job:
    """The job, looked up before anything is streamed."""
    with here.database.reading() as session:
        return there(jobs.one(session, job, caller.schools), "job", job)


@router.get(
    "/{job}/events",
    operation_id="follow_job",
    response_class=EventSourceResponse,
    responses=secured("forbidden", "not-found", "bad-input"),
)
async def follow_job(
    found: Annotated[Job, Depends(job_there)],
    here: Here,
    request: Request,
    last: Annotated[int, Header(alias="Last-Event-ID", ge=0, le=10**9)] = 0,
) -> AsyncIterator[ServerSentEvent]:
    """Follow a job: events from the first, or behind the last one seen, until it ends."""
    while not request.app.state.stopping.is_set():
        events = await run_in_threadpool(_events, here, found.id, last)
        for event in events:
            last = event.number
            yield ServerSentEvent(data=event.data, event=event.name, id=str(event.number))
            if event.name in jobs.ENDED:
                return
        if not events and not await run_in_threadpool(_open, here, found.id):
            return
        await asyncio.sleep(LOOK_SECONDS)


def _events(here: Service, job: str, after: int) -> list[Event]:
    with here.database.reading() as session:
        return jobs.events(session, job, after)


def _open(here: Service, job: str) -> bool:
    """Whether more events can come: a job that was purged tells nothing more."""
    with here.database.reading() as session:
        found = session.get(Job, job)
        return found is not None and found.status in jobs.OPEN


@router.post(
    "/{job}/cancel",
    operation_id="cancel_job",
    status_code=202,
    responses=secured("forbidden", "not-found"),
)
def cancel_job(job: str, here: Here, caller: Planner) -> JobInfo:
    """End a job before its time; the best that was found is kept. An ended job stays as it is."""
    with here.database.writing() as session:
        found = there(jobs.one(session, job, caller.schools), "job", job)
        jobs.cancel(session, found)
        session.add(audit.line(caller, found.school, "cancel", found.id))
        return job_info(found, caller)
