"""Comparisons: found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from api.store.tables import Comparison

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


def one(session: Session, key: str, schools: Sequence[str]) -> Comparison | None:
    """A comparison, if it is one of these schools'."""
    return session.scalar(
        select(Comparison).where(Comparison.id == key, Comparison.school.in_(schools))
    )
