"""Documents as they are kept: compressed."""

from __future__ import annotations

import zlib

LEVEL = 6


def packed(document: bytes) -> bytes:
    """The document, compressed."""
    return zlib.compress(document, LEVEL)


def unpacked(data: bytes) -> bytes:
    """The document that `packed` took."""
    return zlib.decompress(data)
