"""How numbers, ranks and reasons are said, and which signs a terminal may be given."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

from scheduler.models.cells import clock

if TYPE_CHECKING:
    from scheduler.models import Bell

TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the direction of what follows: a name could show as another one."""

NONE = "–"

_DIGITS = re.compile("([0-9]{1,18})|([^0-9]+)")

REASONS = {
    "lock": "locked in",
    "pull": "asked for by staff",
    "need": "support they need",
    "choice": "a choice of theirs",
    "fallback": "fallback, such as study hall",
    "open-seat": "placed without anyone's wish",
    "unplaced": "no place found",
    "kept": "kept from before",
    "leads": "leads it",
    "away": "away",
}
"""A reason of ``assignments.csv`` in a few words."""


def safe(text: str) -> str:
    """``text`` in one line, without signs that steer a terminal instead of showing something."""
    shown = (" " if sign in "\n\t" else sign for sign in text)
    return "".join(
        sign
        for sign in shown
        if sign not in TURNING and unicodedata.category(sign) not in ("Cc", "Cs", "Zl", "Zp")
    )


def number(amount: Decimal | int) -> str:
    """An amount with thousands separated and no more than two decimals."""
    text = f"{amount:,.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Decimal | float | None) -> str:
    """A share in percent, finer below 1 %; never rounded up to 100 %, nor down to 0 %."""
    if share is None:
        return NONE
    hundredfold = 100 * Decimal(share)
    if hundredfold in (0, 100):
        return f"{hundredfold:.0f} %"
    if 0 < hundredfold < 1:
        return f"{max(hundredfold, Decimal('0.01')):.2f} %"
    rounded = f"{hundredfold:.1f} %"
    return "99.9 %" if rounded == "100.0 %" else rounded


def counted(amount: int, one: str, many: str = "") -> str:
    """``1 session``, ``2 sessions``."""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


def listed(words: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *front, last = words
    return f"{', '.join(front)} and {last}" if front else last


def ordinal(rank: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``11th``."""
    teen = rank % 100 in (11, 12, 13)
    return f"{rank}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(rank % 10, 'th')}"


def natural(text: str) -> tuple[tuple[str, int], ...]:
    """Sort key that counts: ``group 2`` before ``group 10``."""
    parts = _DIGITS.findall(text.casefold())
    return tuple((words, int(number or 0)) for number, words in parts)


def hours(bell: Bell | None) -> str:
    """``08:05–08:50``."""
    return f"{clock(bell.start)}–{clock(bell.end)}" if bell else ""
