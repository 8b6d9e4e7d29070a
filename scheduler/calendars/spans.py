"""Stretches of clock time: their union and what they leave free, in minutes since midnight."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Span = tuple[int, int]
"""Start and end; the end is not part of it."""


def union(spans: Iterable[Span]) -> list[Span]:
    """Disjoint stretches, in order, that cover what ``spans`` cover and nothing else."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def length(spans: Iterable[Span]) -> int:
    """Minutes that ``spans`` cover; what overlaps counts once, a person is in one place."""
    return sum(end - start for start, end in union(spans))


def shared(some: Iterable[Span], others: Iterable[Span]) -> int:
    """Minutes that both cover: those of each, less those of either."""
    a, b = list(some), list(others)
    return length(a) + length(b) - length([*a, *b])
