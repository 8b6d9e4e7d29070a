"""What is answered at once: requests wait here, not too many, for a worker of their own."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from typing import TYPE_CHECKING, Any

from api.jobs.outcomes import Abandoned, Busy, Crashed, Outcome, Overran
from api.jobs.slot import Slot

if TYPE_CHECKING:
    from api.settings import Settings

TRIES = 2
"""A request whose worker is lost gets another one, once: nothing of it was kept."""


class Desk:
    """A few workers for what requests wait for."""

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.answer_seconds
        self._slots = [Slot(settings.memory_mb) for _ in range(settings.answerers)]
        self._free: queue.SimpleQueue[Slot] = queue.SimpleQueue()
        for slot in self._slots:
            self._free.put(slot)
        self._room = threading.BoundedSemaphore(settings.answerers + settings.waiting_limit)

    def start(self) -> None:
        """Start the workers, so that nobody has to wait for it."""
        for _ in self._slots:
            threading.Thread(target=self._warmed, daemon=True).start()

    def _warmed(self) -> None:
        with contextlib.suppress(Abandoned, Busy, Crashed, Overran):
            self.ask("nothing", {})

    def ask(self, task: str, payload: dict[str, Any]) -> Outcome:
        """Do a task of `tasks` and wait for it.

        Raises
        ------
        Busy
            When too many wait, or this one waited too long for its turn.
        Overran
            When it took too long or too much memory.
        Crashed
            When its worker was lost, and the next one too.
        """
        if not self._room.acquire(blocking=False):
            raise Busy
        try:
            return self._asked(task, payload)
        finally:
            self._room.release()

    def _asked(self, task: str, payload: dict[str, Any]) -> Outcome:
        try:
            slot = self._free.get(timeout=self._seconds)
        except queue.Empty as late:
            raise Busy from late
        try:
            return self._tried(slot, task, payload)
        finally:
            self._free.put(slot)

    def _tried(self, slot: Slot, task: str, payload: dict[str, Any]) -> Outcome:
        until = time.monotonic() + self._seconds
        for _ in range(TRIES):
            left = until - time.monotonic()
            if left <= 0:
                raise Overran("time")
            try:
                return slot.run(task, payload, seconds=left)
            except Crashed as crash:
                lost = crash
        raise lost

    def close(self) -> None:
        """End the workers."""
        for slot in self._slots:
            slot.close()
