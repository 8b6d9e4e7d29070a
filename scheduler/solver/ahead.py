"""What a check needs of the scenario alone, made by a thread while the parent waits."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from scheduler.ledger import everybodys_best
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from scheduler.rules.facts import Facts


class Ahead:
    """Facts of a scenario, with the most that everybody could have alone, as soon as that is known.

    Nothing is lost where the thread fails: whoever judges makes what is missing, and says why not.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._thread = threading.Thread(target=self._make, daemon=True)
        self._thread.start()

    def _make(self) -> None:
        everybodys_best(self._facts, catalogue.earnings(self._facts))

    @property
    def facts(self) -> Facts:
        """The facts; waits for the thread."""
        self._thread.join()
        return self._facts
