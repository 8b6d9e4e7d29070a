"""Solutions: kept, found, listed, published."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from api.store.tables import Solution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


def one(session: Session, key: str, schools: Sequence[str], *, published: bool) -> Solution | None:
    """A solution, if it is one of these schools'; only a published one where that is asked."""
    return session.scalar(
        select(Solution).where(Solution.id == key, *_seen(schools, published=published))
    )


def page(
    session: Session, schools: Sequence[str], limit: int, offset: int, *, published: bool
) -> tuple[list[Solution], int]:
    """Solutions of these schools, the newest first, and how many there are."""
    mine = _seen(schools, published=published)
    total = session.scalar(select(func.count()).select_from(Solution).where(*mine)) or 0
    query = select(Solution).where(*mine).order_by(Solution.created.desc(), Solution.id)
    return list(session.scalars(query.limit(limit).offset(offset))), total


def _seen(schools: Sequence[str], *, published: bool) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Solution.school.in_(schools)]
    return [*found, Solution.published.is_not(None)] if published else found


def publish(row: Solution) -> None:
    """Show a solution to students and staff; a published one stays as it is."""
    row.published = row.published or time.time()
