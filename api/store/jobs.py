"""Jobs: submitted, claimed under a lease, kept alive, finished once.

A job is *queued* until a server claims it, *running* while that server renews its lease, and then
*succeeded*, *failed* or *cancelled*. Whoever holds the lease, as owner and attempt say, may write
what came of it; nobody else, and nobody twice.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from api.store.scenarios import named
from api.store.tables import Event, Job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from api.store.tables import Scenario

OPEN = ("queued", "running")
ENDED = ("succeeded", "failed", "cancelled")


class QueueFull(RuntimeError):
    """As many jobs wait as may."""


class KeyReused(ValueError):
    """An idempotency key was used before, for something else."""


@dataclass(frozen=True)
class Lease:
    """The right to finish a job."""

    job: str
    owner: str
    attempt: int


@dataclass(frozen=True)
class Order:
    """A job that is asked for."""

    kind: str
    request: dict[str, Any]
    fingerprint: str
    idempotency_key: str | None = None
    before: str | None = None


@dataclass(frozen=True)
class Ending:
    """How a job ended."""

    status: str
    after: str | None = None
    result: bytes | None = None
    error: dict[str, Any] | None = None
    state: dict[str, Any] | None = None
    extra: list[object] = field(default_factory=list)


def submit(session: Session, scenario: Scenario, order: Order, limit: int) -> Job:
    """Queue a job, or give the one that the same idempotency key made.

    Raises
    ------
    KeyReused
    QueueFull
    """
    if order.idempotency_key is not None:
        known = session.scalar(
            select(Job).where(
                Job.school == scenario.school, Job.idempotency_key == order.idempotency_key
            )
        )
        if known is not None:
            if known.fingerprint != order.fingerprint:
                raise KeyReused
            return known
    if waiting(session) >= limit:
        raise QueueFull
    job = Job(
        id=named("job"),
        school=scenario.school,
        kind=order.kind,
        scenario=scenario.id,
        before=order.before,
        request=order.request,
        idempotency_key=order.idempotency_key,
        fingerprint=order.fingerprint,
        status="queued",
        created=time.time(),
    )
    session.add(job)
    session.flush()
    note(session, job.id, "queued", {})
    return job


def waiting(session: Session) -> int:
    """How many jobs wait."""
    query = select(func.count()).select_from(Job).where(Job.status == "queued")
    return session.scalar(query) or 0


def counts(session: Session) -> dict[str, int]:
    """Jobs by status."""
    query = select(Job.status, func.count()).group_by(Job.status)
    return {status: number for status, number in session.execute(query).all()}  # noqa: C416


def one(session: Session, key: str, schools: Sequence[str]) -> Job | None:
    """A job, if it is one of these schools'."""
    return session.scalar(select(Job).where(Job.id == key, Job.school.in_(schools)))


# ---- events --------------------------------------------------------------------------------------


def note(session: Session, job: str, name: str, data: dict[str, Any]) -> None:
    """Add an event."""
    last = session.scalar(select(func.max(Event.number)).where(Event.job == job)) or 0
    session.add(Event(job=job, number=last + 1, at=time.time(), name=name, data=data))
    session.flush()


def events(session: Session, job: str, after: int) -> list[Event]:
    """Events of a job behind a number."""
    query = select(Event).where(Event.job == job, Event.number > after).order_by(Event.number)
    return list(session.scalars(query))


# ---- leases --------------------------------------------------------------------------------------


def claim(session: Session, owner: str, seconds: float) -> tuple[Job, Lease] | None:
    """Take the oldest queued job, if there is one."""
    job = session.scalar(
        select(Job).where(Job.status == "queued").order_by(Job.created, Job.id).limit(1)
    )
    if job is None:
        return None
    now = time.time()
    taken = _changed(
        session,
        update(Job)
        .where(Job.id == job.id, Job.status == "queued")
        .values(
            status="running",
            owner=owner,
            lease=now + seconds,
            attempt=Job.attempt + 1,
            started=func.coalesce(Job.started, now),
        ),
    )
    if not taken:
        return None
    session.refresh(job)
    note(session, job.id, "running", {"attempt": job.attempt})
    return job, Lease(job.id, owner, job.attempt)


def renew(session: Session, lease: Lease, seconds: float) -> bool | None:
    """Keep a lease alive: whether the job is to be cancelled; ``None`` where it is lost."""
    if not _changed(session, _held(lease).values(lease=time.time() + seconds)):
        return None
    return bool(session.scalar(select(Job.cancelling).where(Job.id == lease.job)))


def wished(session: Session, lease: Lease) -> bool | None:
    """Whether the job is to be cancelled; ``None`` where the lease is lost."""
    return session.scalar(
        select(Job.cancelling).where(
            Job.id == lease.job, Job.owner == lease.owner, Job.attempt == lease.attempt
        )
    )


def progress(session: Session, lease: Lease, state: dict[str, Any]) -> bool:
    """Note where a job stands; whether the lease still holds."""
    if not _changed(session, _held(lease).values(state=state)):
        return False
    note(session, lease.job, "progress", state)
    return True


def finish(session: Session, lease: Lease, ending: Ending) -> bool:
    """Write how a job ended, once: ``False``, and nothing written, where the lease is lost."""
    if ending.state is not None and not progress(session, lease, ending.state):
        return False
    done = _changed(
        session,
        _held(lease).values(
            status=ending.status,
            after=ending.after,
            result=ending.result,
            error=ending.error,
            finished=time.time(),
            owner=None,
            lease=None,
        ),
    )
    if done:
        session.add_all(ending.extra)
        note(session, lease.job, ending.status, {})
    return done


def give_back(session: Session, lease: Lease, *, crashed: bool = False) -> bool:
    """Queue a job again that its worker or server will not finish."""
    values: dict[str, Any] = {"status": "queued", "owner": None, "lease": None}
    if crashed:
        values["crashes"] = Job.crashes + 1
    done = _changed(session, _held(lease).values(values))
    if done:
        note(session, lease.job, "queued", {})
    return done


def reclaim(session: Session) -> int:
    """Queue again what runs under an expired lease: its server is gone; how many."""
    lost = session.scalars(
        select(Job.id).where(Job.status == "running", Job.lease < time.time())
    ).all()
    for key in lost:
        session.execute(
            update(Job).where(Job.id == key).values(status="queued", owner=None, lease=None)
        )
        note(session, key, "queued", {})
    return len(lost)


def cancel(session: Session, job: Job) -> None:
    """Ask for a job's end: at once while it waits, by its worker while it runs."""
    if job.status == "queued":
        job.status, job.finished, job.cancelling = "cancelled", time.time(), True
        session.flush()
        note(session, job.id, "cancelled", {})
    elif job.status == "running":
        job.cancelling = True


def _held(lease: Lease) -> Any:
    return update(Job).where(
        Job.id == lease.job,
        Job.owner == lease.owner,
        Job.attempt == lease.attempt,
        Job.status == "running",
    )


def _changed(session: Session, statement: Any) -> bool:
    done: Any = session.execute(statement.execution_options(synchronize_session=False))
    return bool(done.rowcount)
