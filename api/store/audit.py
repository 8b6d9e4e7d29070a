"""The audit: a line for every read of personal data and every change, on disk before the answer.

Many requests come at once, and a write to the disk takes a while: lines that wait are written
together, by whoever's turn it is.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from api.store.tables import AuditLine

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from api.store.database import Database
    from api.store.tokens import Caller


class Audit:
    """Writes audit lines of one server."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[AuditLine, Future[None]]] = []
        self._lock = threading.Lock()

    def write(self, caller: Caller, school: str, action: str, subject: str) -> None:
        """Write who does what to what; returns when it is on the disk."""
        done: Future[None] = Future()
        with self._lock:
            self._waiting.append((line(caller, school, action, subject), done))
            first = len(self._waiting) == 1
        if first:
            self._flush()
        done.result()

    def _flush(self) -> None:
        """Write all that wait by the time that it is our turn."""
        batch: list[tuple[AuditLine, Future[None]]] = []
        try:
            with self._database.writing() as session:
                with self._lock:
                    batch, self._waiting = self._waiting, []
                session.add_all(row for row, _ in batch)
        except BaseException as error:
            with self._lock:
                batch += self._waiting
                self._waiting = []
            for _, done in batch:
                done.set_exception(error)
        else:
            for _, done in batch:
                done.set_result(None)


def line(caller: Caller, school: str, action: str, subject: str) -> AuditLine:
    """A line of the audit, not yet written."""
    return AuditLine(
        at=time.time(),
        token=caller.token,
        role=caller.role,
        person=caller.person,
        school=school,
        action=action,
        subject=subject,
    )


def operators(school: str, action: str, subject: str = "") -> AuditLine:
    """A line of what the operator, or the service itself, does; not yet written."""
    return AuditLine(
        at=time.time(),
        token="",
        role="operator",
        person="",
        school=school,
        action=action,
        subject=subject,
    )


def lines(session: Session, limit: int) -> list[AuditLine]:
    """The newest lines."""
    return list(session.scalars(select(AuditLine).order_by(AuditLine.number.desc()).limit(limit)))


def purge_older(session: Session, moment: float) -> int:
    """Delete lines written before a moment; how many."""
    done: Any = session.execute(delete(AuditLine).where(AuditLine.at < moment))
    return int(done.rowcount)
