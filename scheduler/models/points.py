"""Points, the one unit in which rules are traded off, kept exactly.

A first choice in one block is worth 100 points. Knobs, scores and owed points are rounded half up
to hundredths when they are read; products of two such numbers are whole multiples of 1/10,000
point, called *units* here, so that value and bound are integers and no sum depends on its order.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, PlainSerializer

HUNDREDTH = Decimal("0.01")
UNITS_PER_POINT = 10_000
UNITS_PER_HUNDREDTH = 100


def rounded(value: Decimal) -> Decimal:
    """Round half up to hundredths of a point."""
    return value.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)


def hundredths(points: Decimal) -> int:
    """Whole hundredths of a point in ``points``, which must have been rounded on reading."""
    return int(points * 100)


def units(points: Decimal) -> int:
    """Whole units (1/10,000 point) in ``points``."""
    return int(points * UNITS_PER_POINT)


def from_units(amount: int) -> Decimal:
    """Points in a whole number of units."""
    return Decimal(amount) / UNITS_PER_POINT


def plain(number: Decimal) -> str:
    """``number`` without exponent or trailing zeros, as files and messages show it."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


Points = Annotated[
    Decimal,
    Field(ge=0, le=1_000_000),
    AfterValidator(rounded),
    PlainSerializer(plain, return_type=str, when_used="json"),
]
"""A knob or a debt in points: not negative, exact to hundredths."""
