"""Whole minutes given out in proportion to weights, within limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction


def apportioned(
    total: int, weights: Sequence[Fraction], limits: Sequence[int | None], turn: int = 0
) -> list[int] | None:
    """Part ``total`` by largest remainder.

    Parameters
    ----------
    total : int
        Not negative.
    weights : sequence of Fraction
        Above 0; one for each part.
    limits : sequence of int or None
        The most that each part may be; ``None`` for no limit.
    turn : int
        Whose turn it is to be rounded up first, of equal remainders, counted around.

    Returns
    -------
    list of int or None
        Parts that sum to ``total``, each the whole number below or above its exact share of what
        the parts at their limit leave; of equal remainders those whose turn it is are rounded up.
        ``None`` where the limits do not reach ``total``.
    """
    found = [0] * len(weights)
    active, left = set(range(len(weights))), total
    while active:
        whole = sum(weights[at] for at in active)
        share = {at: left * weights[at] / whole for at in active}
        full = [(at, limit) for at in active if (limit := limits[at]) is not None]
        full = [(at, limit) for at, limit in full if share[at] > limit]
        if not full:
            return _rounded(found, share, left, turn)
        for at, limit in full:
            found[at] = limit
            left -= limit
            active.discard(at)
    return found if left == 0 else None


def _rounded(found: list[int], share: dict[int, Fraction], left: int, turn: int) -> list[int]:
    """Shares as whole numbers; none exceeds its limit, because limits are whole."""
    down = {at: part.numerator // part.denominator for at, part in share.items()}
    order = sorted(share, key=lambda at: (down[at] - share[at], (at - turn) % len(found)))
    up = set(order[: left - sum(down.values())])
    for at, part in down.items():
        found[at] = part + (at in up)
    return found
