"""Scenarios: kept, found, listed, purged."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from api.store.packing import packed
from api.store.tables import Job, Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session


def named(prefix: str) -> str:
    """A new id that nobody can guess."""
    return f"{prefix}_{secrets.token_hex(12)}"


def keep(
    session: Session,
    *,
    school: str,
    name: str,
    digest: str,
    rows: Mapping[str, int],
    warnings: Sequence[Mapping[str, Any]],
    document: bytes,
    parent: str | None = None,
) -> Scenario:
    """Keep a scenario that was read."""
    row = Scenario(
        id=named("scn"),
        school=school,
        parent=parent,
        name=name,
        digest=digest,
        created=time.time(),
        rows=dict(rows),
        warnings=[dict(warning) for warning in warnings],
        document=packed(document),
    )
    session.add(row)
    session.flush()
    return row


def one(session: Session, key: str, schools: Sequence[str]) -> Scenario | None:
    """A scenario, if it is one of these schools'."""
    return session.scalar(select(Scenario).where(Scenario.id == key, Scenario.school.in_(schools)))


def page(
    session: Session, schools: Sequence[str], limit: int, offset: int
) -> tuple[list[Scenario], int]:
    """Scenarios of these schools, the newest first, and how many there are."""
    mine = Scenario.school.in_(schools)
    total = session.scalar(select(func.count()).select_from(Scenario).where(mine)) or 0
    query = select(Scenario).where(mine).order_by(Scenario.created.desc(), Scenario.id)
    return list(session.scalars(query.limit(limit).offset(offset))), total


def purge(session: Session, key: str) -> list[str]:
    """Delete a scenario with its jobs and solutions, and those repaired from it; jobs' ids."""
    family = _family(session, [key])
    jobs = list(session.scalars(select(Job.id).where(Job.scenario.in_(family))))
    session.execute(delete(Scenario).where(Scenario.id == key))
    return jobs


def purge_older(session: Session, moment: float) -> int:
    """Delete scenarios made before a moment with all that came of them; how many."""
    done: Any = session.execute(delete(Scenario).where(Scenario.created < moment))
    return int(done.rowcount)


def _family(session: Session, keys: list[str]) -> list[str]:
    """Scenarios and all that were changed from them."""
    found, new = list(keys), list(keys)
    while new:
        new = list(session.scalars(select(Scenario.id).where(Scenario.parent.in_(new))))
        found += new
    return found
