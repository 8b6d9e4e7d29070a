"""What is kept for how long, and how it goes: rows, free pages, and the log."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.jobs.outcomes import place
from api.store import audit, scenarios
from api.store.tables import Scenario

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from api.service import Service
    from api.store.database import Database

log = logging.getLogger("flexweave")

DAY = 86_400
EVERY_SECONDS = 3_600.0


def purge_old(database: Database, days: int | None, audit_days: int | None) -> int:
    """Purge scenarios and audit lines older than so many days; how many scenarios."""
    now, number = time.time(), 0
    with database.writing() as session:
        if days is not None:
            number = scenarios.purge_older(session, now - days * DAY)
            if number:
                session.add(audit.operators("", f"purge {number} scenarios older than {days} days"))
        if audit_days is not None:
            audit.purge_older(session, now - audit_days * DAY)
    return number


def purge_named(database: Database, *, scenario: str = "", school: str = "") -> int:
    """Purge one scenario, or all of a school; how many."""
    query = select(Scenario.id).where(
        Scenario.id == scenario if scenario else Scenario.school == school
    )
    with database.writing() as session:
        found = list(session.scalars(query))
        for key in found:
            _purge(session, key)
    return len(found)


def _purge(session: Session, key: str) -> None:
    row = session.get(Scenario, key)
    if row is not None:
        session.add(audit.operators(row.school, "purge scenario", key))
        scenarios.purge(session, key)


def keep(service: Service, stopping: threading.Event) -> None:
    """Purge what is old, now and every hour, until the service stops."""
    days, audit_days = service.settings.retention_days, service.settings.audit_days
    if days is None and audit_days is None:
        return
    while not stopping.is_set():
        try:
            if purge_old(service.database, days, audit_days):
                service.forget()
                service.database.scrub(whole=True)
        except Exception as error:
            log.error("retention: %s", place(error))
        stopping.wait(EVERY_SECONDS)
