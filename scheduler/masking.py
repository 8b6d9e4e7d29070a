"""Counts so small that they point at people, and others that would give those away.

Students and staff are told counts under `FEW` as “fewer than 5” only. Where a total and all other
parts of it are told as well, the small one follows by subtraction; so more is kept back, until
what is told leaves each small count open (complementary suppression).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

FEW = 5
"""Counts below this are not told to students and staff."""

K = TypeVar("K")


def concealed(parts: Mapping[K, int]) -> frozenset[K] | None:
    """Parts of a known total that are kept back: small ones, and the smallest others if needed.

    Parameters
    ----------
    parts : mapping of name to int
        They sum to a number that the reader knows. Parts of nobody are told.

    Returns
    -------
    frozenset or None
        ``None`` where even keeping back all parts would leave a small one determined.
    """
    order = sorted((name for name in parts if parts[name]), key=lambda name: parts[name])
    small = sum(parts[name] < FEW for name in order)
    for number in range(small, len(order) + 1):
        kept = order[:number]
        if not small or _open(sum(parts[name] for name in kept), small, number - small):
            return frozenset(kept)
    return None


def _open(total: int, small: int, others: int) -> bool:
    """Whether small counts stay open to who knows the sum, and which of the parts are small.

    Each of ``small`` is from 1 to 4, each of ``others`` at least 5.
    """
    least = 1 if others else max(1, total - (FEW - 1) * (small - 1))
    most = min(FEW - 1, total - (small - 1) - FEW * others)
    return least < most


def left_out(groups: Mapping[K, int]) -> frozenset[K]:
    """Groups of which nothing is told: small ones, with so many others that 5 people are left out.

    Else what is told of all people and of the other groups would tell of the small one.
    """
    order = sorted((name for name in groups if groups[name]), key=lambda name: groups[name])
    out: list[K] = []
    for name in order:
        if groups[name] >= FEW and not 0 < sum(groups[one] for one in out) < FEW:
            break
        out.append(name)
    return frozenset(out)
