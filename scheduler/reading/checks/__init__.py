"""Checks across rows and files: everything that no single cell can know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.reading.checks import identity, offer, references, time, wishes

if TYPE_CHECKING:
    from scheduler.reading.draft import Draft
    from scheduler.reading.problems import Complaints


def check(draft: Draft, say: Complaints) -> None:
    """Say everything that is wrong across rows and files, and what is worth a note."""
    identity.check(draft, say)
    references.check(draft, say)
    calendar = time.check(draft, say)
    offer.check(draft, calendar, say)
    wishes.check(draft, calendar, say)


__all__ = ["check"]
