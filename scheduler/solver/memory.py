"""Memory that was let go of goes back to the system, so that it is not held twice.

Building a matrix takes several times what is kept of it. The GNU C library raises its thresholds
with each large block that is freed, after which such blocks stay with the process: the parent would
sit on what it needed for a moment while the child searches. Fixed thresholds give it back. They
cost time where blocks come and go all the while, and so the child does without.
"""

from __future__ import annotations

import ctypes

TRIM, MAP = -1, -3
"""``M_TRIM_THRESHOLD`` and ``M_MMAP_THRESHOLD`` of ``malloc.h``."""

LARGE = 256 * 1024
"""Bytes: blocks from this size on are the system's own, and so is what is free at the top."""


def give_back() -> bool:
    """Have freed memory given back from now on; whether the C library knows how.

    Notes
    -----
    ``mallopt(3)`` of the GNU C library; others do without.
    """
    settle = getattr(ctypes.CDLL(None), "mallopt", None)
    return settle is not None and bool(settle(TRIM, LARGE)) and bool(settle(MAP, LARGE))
