"""How much a client may send, how slowly, and how often."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.types import Message, Receive


class Rate:
    """So many requests per second for each token, and so many at once.

    A bucket per token that fills at ``rate`` up to ``burst``; each request takes one from it.
    """

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def wait(self, token: str) -> float:
        """Take one; seconds to wait where there is none, else 0."""
        now = time.monotonic()
        with self._lock:
            there, since = self._buckets.get(token, (float(self._burst), now))
            there = min(self._burst, there + (now - since) * self._rate)
            taken = there >= 1
            self._buckets[token] = (there - taken, now)
        return 0.0 if taken else (1 - there) / self._rate


class Body:
    """A body as it comes in, which may be so large and take so long.

    Raises
    ------
    HTTPException
        From the stream itself: 413 when it is too large, 408 when it comes too slowly.
    """

    def __init__(self, receive: Receive, most: int, seconds: float) -> None:
        self._receive = receive
        self._most = most
        self._until = time.monotonic() + seconds
        self._size = 0
        self._whole = False

    async def __call__(self) -> Message:
        """The next part."""
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout(max(0.0, self._until - time.monotonic())):
                message = await self._receive()
        except TimeoutError as late:
            raise HTTPException(408) from late
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._size > self._most:
                raise HTTPException(413)
        return message
