"""What is to be solved: a scenario with how to solve it, known by what it holds."""

from __future__ import annotations

import hashlib
import json
import pickle
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from scheduler.solver.solve import versions

if TYPE_CHECKING:
    from scheduler.models import Scenario


@dataclass(frozen=True)
class Task:
    """One solve.

    Attributes
    ----------
    name : str
        What it is called, in messages and as a folder; two tasks of one run differ in it.
    scenario : Scenario
    time_limit : float or None
        Seconds; the best found until then counts.
    gap : float
        Stop at this relative gap.
    seed : int
    overrides : dict of str to str
        Settings given instead of those of ``scenario.toml``: noted in the certificate, so that
        the scenario's files can be read again as they were solved.
    """

    name: str
    scenario: Scenario
    time_limit: float | None = None
    gap: float = 0.0
    seed: int = 0
    overrides: dict[str, str] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """The scenario's, made once: a large school's takes a second."""
        return self.scenario.digest

    @cached_property
    def key(self) -> str:
        """SHA-256 of all on which the answer depends: scenario, settings, versions."""
        content = {
            "scenario": self.digest,
            "time_limit": self.time_limit,
            "gap": self.gap,
            "seed": self.seed,
            "versions": versions(),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def packed(self) -> bytes:
        """The task as bytes to send: a large school in a megabyte or so."""
        # Fast compression: a school's tables repeat themselves, and others wait for this.
        return zlib.compress(pickle.dumps(self), level=1)


def unpacked(data: bytes) -> Task:
    """The task of `Task.packed`; only ever of bytes that this program sent to itself."""
    task: Task = pickle.loads(zlib.decompress(data))
    return task
