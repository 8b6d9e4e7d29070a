"""Writes verified prices of seats, as `scheduler.reading.prices` reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from scheduler.writing.cells import csv_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal


class Priced(Protocol):
    """A session and what one more seat there is worth, in points."""

    @property
    def session(self) -> str:
        """Its id."""

    @property
    def points(self) -> Decimal:
        """Points."""


def price_file(prices: Iterable[Priced]) -> bytes:
    """The CSV file of these prices, in their order."""
    rows = [{"session": one.session, "price": one.points} for one in prices]
    return csv_bytes(("session", "price"), rows)
