"""What the database holds, table by table.

Moments are seconds since 1970 in UTC. Scenarios, solutions and comparisons are kept as compressed
documents: the service never looks into them, it hands them to `scheduler` or to who asks.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Common ground of all tables."""


class Token(Base):
    """Who may come in. The secret is not kept, only its SHA-256."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    role: Mapped[str]
    person: Mapped[str]
    schools: Mapped[list[str]] = mapped_column(JSON)
    label: Mapped[str]
    created: Mapped[float]
    expires: Mapped[float | None]
    revoked: Mapped[float | None]


class Scenario(Base):
    """A scenario as it was read; ``parent`` is the one that it was changed from by a repair."""

    __tablename__ = "scenarios"
    __table_args__ = (Index("scenarios_by_school", "school", "created", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    school: Mapped[str]
    parent: Mapped[str | None] = mapped_column(
        ForeignKey("scenarios.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    digest: Mapped[str]
    created: Mapped[float] = mapped_column(index=True)
    rows: Mapped[dict[str, int]] = mapped_column(JSON)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    document: Mapped[bytes] = mapped_column(LargeBinary)


class Job(Base):
    """Something to do that takes a while.

    While it runs, ``owner`` and ``attempt`` say whose it is and ``lease`` until when; only who
    holds it may write its result. ``before`` is the solution that it starts from, ``after`` the
    solution or comparison that came of it.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("school", "idempotency_key"),
        Index("jobs_by_status", "status", "created"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    school: Mapped[str]
    kind: Mapped[str]
    scenario: Mapped[str] = mapped_column(
        ForeignKey("scenarios.id", ondelete="CASCADE"), index=True
    )
    before: Mapped[str | None]
    after: Mapped[str | None]
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    idempotency_key: Mapped[str | None]
    fingerprint: Mapped[str]
    status: Mapped[str]
    cancelling: Mapped[bool] = mapped_column(default=False)
    owner: Mapped[str | None]
    lease: Mapped[float | None]
    attempt: Mapped[int] = mapped_column(default=0)
    crashes: Mapped[int] = mapped_column(default=0)
    created: Mapped[float]
    started: Mapped[float | None]
    finished: Mapped[float | None]
    state: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    result: Mapped[bytes | None] = mapped_column(LargeBinary)
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class Event(Base):
    """One line of a job's progress, numbered from 1."""

    __tablename__ = "events"

    job: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[float]
    name: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class Solution(Base):
    """A solution; ``overrides`` are the settings that it was solved with instead of its scenario's.

    ``before`` is the solution that it repairs and ``repair`` what the repair did.
    """

    __tablename__ = "solutions"
    __table_args__ = (Index("solutions_by_school", "school", "created", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    school: Mapped[str]
    scenario: Mapped[str] = mapped_column(
        ForeignKey("scenarios.id", ondelete="CASCADE"), index=True
    )
    job: Mapped[str] = mapped_column(unique=True)
    before: Mapped[str | None]
    created: Mapped[float]
    published: Mapped[float | None]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    document: Mapped[bytes] = mapped_column(LargeBinary)
    repair: Mapped[bytes | None] = mapped_column(LargeBinary)


class Comparison(Base):
    """Calendars of a scenario compared: as JSON, and as a page."""

    __tablename__ = "comparisons"

    id: Mapped[str] = mapped_column(primary_key=True)
    school: Mapped[str]
    scenario: Mapped[str] = mapped_column(
        ForeignKey("scenarios.id", ondelete="CASCADE"), index=True
    )
    job: Mapped[str] = mapped_column(unique=True)
    created: Mapped[float]
    document: Mapped[bytes] = mapped_column(LargeBinary)
    page: Mapped[bytes] = mapped_column(LargeBinary)


class AuditLine(Base):
    """Who did what to what, and when; never what it said."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[float] = mapped_column(index=True)
    token: Mapped[str]
    role: Mapped[str]
    person: Mapped[str]
    school: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
