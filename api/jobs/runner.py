"""Takes queued jobs from the database and sees them through, under a lease that is renewed."""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any

from api.jobs.kinds import KINDS, ending, failed
from api.jobs.outcomes import Abandoned, Crashed, Overran, place
from api.jobs.slot import Slot
from api.store import jobs
from api.store.jobs import Ending, Lease

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.jobs.slot import Wish
    from api.settings import Settings
    from api.store.database import Database
    from api.store.tables import Job

log = logging.getLogger("flexweave")

IDLE_SECONDS = 1.0
"""How often an idle runner looks for jobs that another server queued."""

PROGRESS_SECONDS = 0.5
"""Between two events of one stage."""

BEATS = 4
"""Renewals per lease."""


class Runner:
    """Workers for the jobs of one server."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._slots = [Slot(settings.memory_mb) for _ in range(settings.workers)]
        self._threads: list[threading.Thread] = []
        self._new = threading.Condition()
        self._stopping = threading.Event()

    def start(self) -> None:
        """Begin to work."""
        for slot in self._slots:
            self._begin(self._serve, slot)
        self._begin(self._keep)

    def _begin(self, what: Callable[..., None], *given: Any) -> None:
        thread = threading.Thread(target=what, args=given, daemon=True)
        thread.start()
        self._threads.append(thread)

    def wake(self) -> None:
        """Say that there is a new job."""
        with self._new:
            self._new.notify()

    def alive(self) -> bool:
        """Whether it works."""
        return bool(self._threads) and all(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        """End the workers and queue again what they were at."""
        self._stopping.set()
        with self._new:
            self._new.notify_all()
        for thread in self._threads:
            thread.join()
        for slot in self._slots:
            slot.close()

    # ---- keeping -----------------------------------------------------------------------------

    def _keep(self) -> None:
        """Queue again what servers that are gone were at."""
        while True:
            try:
                with self._database.writing() as session:
                    found = jobs.reclaim(session)
            except Exception as error:
                log.error("keeping: %s", place(error))
                found = 0
            if found:
                log.warning("%d jobs of a server that is gone were queued again", found)
                with self._new:
                    self._new.notify_all()
            if self._stopping.wait(self._settings.lease_seconds / BEATS):
                return

    # ---- working -----------------------------------------------------------------------------

    def _serve(self, slot: Slot) -> None:
        owner = secrets.token_hex(8)
        with contextlib.suppress(Abandoned, Crashed, Overran):
            slot.run("nothing", {}, seconds=self._settings.answer_seconds, ask=self._stopped)
        while not self._stopping.is_set():
            try:
                busy = self._next(slot, owner)
            except Exception as error:
                # Such as a full disk: the job's lease runs out, and it is queued again.
                log.error("job: %s", place(error))
                busy = False
            if not busy:
                with self._new:
                    self._new.wait(IDLE_SECONDS)

    def _stopped(self) -> Wish:
        return "abandon" if self._stopping.is_set() else None

    def _next(self, slot: Slot, owner: str) -> bool:
        """See one job through; whether there was one."""
        with self._database.reading() as session:
            if not jobs.waiting(session):
                return False
        with self._database.writing() as session:
            taken = jobs.claim(session, owner, self._settings.lease_seconds)
        if taken is None:
            return False
        job, lease = taken
        with self._database.reading() as session:
            payload = KINDS[job.kind].payload(session, job)
        self._work(slot, job, lease, payload)
        return True

    def _work(self, slot: Slot, job: Job, lease: Lease, payload: dict[str, Any]) -> None:
        holding = Holding(self._database, lease, self._settings.lease_seconds, self._stopping)
        limit = job.request["time_limit"]
        seconds = limit + self._settings.grace_seconds
        try:
            outcome = slot.run(
                KINDS[job.kind].task,
                payload,
                seconds=seconds,
                report=holding.report,
                ask=holding.ask,
            )
        except Abandoned:
            self._give_back(lease)
        except Crashed:
            self._lost(job, lease, holding)
        except Overran as over:
            stopped = holding.cancelling
            self._finish(lease, Ending("cancelled") if stopped else _overran(over))
        except Exception as error:
            # A task that fails in a way that nobody foresaw would do so for ever.
            log.error("job %s: %s", job.id, place(error))
            self._lost(job, lease, holding)
        else:
            self._finish(lease, ending(job, outcome))

    def _lost(self, job: Job, lease: Lease, holding: Holding) -> None:
        """A worker that ended by itself is given the job again, but not for ever."""
        if holding.cancelling:
            self._finish(lease, Ending("cancelled"))
        elif job.crashes + 1 >= self._settings.attempts:
            self._finish(lease, failed("crashed", "its worker ended too often"))
        else:
            self._give_back(lease, crashed=True)

    def _finish(self, lease: Lease, found: Ending) -> None:
        with self._database.writing() as session:
            done = jobs.finish(session, lease, found)
        log.info("job %s %s", lease.job, found.status if done else "was taken over or purged")

    def _give_back(self, lease: Lease, *, crashed: bool = False) -> None:
        with self._database.writing() as session:
            jobs.give_back(session, lease, crashed=crashed)


def _overran(over: Overran) -> Ending:
    return failed("took-too-long", f"the job was ended over its {over.what}")


class Holding:
    """A lease that is kept alive while a worker works, and what it reports meanwhile."""

    def __init__(
        self, database: Database, lease: Lease, seconds: float, stopping: threading.Event
    ) -> None:
        self._database = database
        self._lease = lease
        self._seconds = seconds
        self._stopping = stopping
        self._renewed = time.monotonic()
        self._looked = self._told = 0.0
        self._stage = ""
        self.cancelling = False

    def ask(self) -> Wish:
        """Whether to go on: renews the lease when it is time."""
        if self._stopping.is_set():
            return "abandon"
        now = time.monotonic()
        if now - self._renewed > self._seconds / BEATS:
            self._renewed = now
            with self._database.writing() as session:
                wished = jobs.renew(session, self._lease, self._seconds)
        elif now - self._looked > PROGRESS_SECONDS:
            self._looked = now
            with self._database.reading() as session:
                wished = jobs.wished(session, self._lease)
        else:
            wished = self.cancelling
        if wished is None:
            return "abandon"
        self.cancelling = wished
        return "cancel" if wished else None

    def report(self, state: dict[str, Any]) -> None:
        """Keep where the job stands, now and then, and each new stage."""
        now = time.monotonic()
        if state["stage"] == self._stage and now - self._told < PROGRESS_SECONDS:
            return
        self._stage, self._told = state["stage"], now
        with self._database.writing() as session:
            jobs.progress(session, self._lease, state)
