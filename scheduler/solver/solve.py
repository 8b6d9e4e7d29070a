"""`solve`, the only door: a scenario in, a verified solution with its certificate out."""

from __future__ import annotations

import platform
import resource
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scheduler.levels import written
from scheduler.models import Certificate, Level, Multipliers, Scenario, Solution
from scheduler.models.points import from_units, units
from scheduler.rules import catalogue
from scheduler.solver.ahead import Ahead
from scheduler.solver.components import Component, components
from scheduler.solver.isolate import Answer, Bound, Done, Isolated, LevelBound, Priced, Stage, Task
from scheduler.solver.matrix import completed
from scheduler.solver.memory import give_back
from scheduler.solver.model import fingerprint, modelled, tidied
from scheduler.verify import gap as relative_gap
from scheduler.verify import judge, status, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from numpy.typing import NDArray

    from scheduler.solver.isolate import Event, Rank
    from scheduler.verify import Disagreement, Judgement

    Ints = NDArray[np.int64]
    Progress = Callable[["State"], None]


class NothingFound(RuntimeError):
    """The search was stopped before any complete answer was found."""


class CheckerDisagrees(RuntimeError):
    """The independent checker does not confirm what the solver claims: a bug, never an answer."""

    def __init__(self, disagreements: list[Disagreement]) -> None:
        super().__init__("; ".join(map(str, disagreements[:5])))
        self.disagreements = disagreements


class State(NamedTuple):
    """Where the search stands: for progress."""

    stage: str
    seconds: float
    value: Decimal | None
    bound: Decimal | None
    gap: Decimal | None


def solve(
    scenario: Scenario,
    *,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Solution:
    """Decide who goes where.

    Parameters
    ----------
    scenario : Scenario
        As read: its cross-references hold.
    time_limit : float, optional
        Seconds for the search; checking follows. The best found until then is kept.
    gap : float
        Stop when (bound − value) / max(1, abs(bound)) is at most this.
    seed : int
        Equal inputs, seeds and versions give equal answers, unless stopped by time or Ctrl-C.
    progress : callable, optional
        Called with a `State` whenever something is new.

    Returns
    -------
    Solution
        Verified; its certificate says how good it is. Ctrl-C ends the search, not the answer.

    Raises
    ------
    NothingFound
        When stopped before any complete answer.
    CheckerDisagrees
        When the independent checker does not confirm the answer.
    """
    give_back()
    search = _Search(scenario, gap, seed, progress)
    search.run(time_limit)
    try:
        return search.solution()
    except KeyboardInterrupt:
        search.stopped_by = "interrupt"
        return search.solution()


@dataclass
class _Search:
    """One search: what it knows so far, and how long its stages took."""

    scenario: Scenario
    gap: float
    seed: int
    progress: Progress | None
    stopped_by: str = "done"
    seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._began = self._mark = time.monotonic()
        self._stage = "read"
        self._enter("matrix")
        self.model = modelled(self.scenario)
        self.parts = self._parts()
        self.answers = [self.model.resting(part) for part in self.parts]
        self.bounds: list[list[Bound]] = [[] for _ in self.parts]
        self.level_bounds: dict[int, list[LevelBound]] = {}
        self.priced: dict[int, Ints] = {}

    def _parts(self) -> tuple[Component, ...]:
        """Parts that are searched one by one; levels look at the whole."""
        matrix = self.model.matrix
        if self.model.ladder is None:
            return tuple(components(matrix))
        return (Component(matrix, *map(np.arange, matrix.shape[::-1])),)

    def run(self, time_limit: float | None) -> None:
        deadline = None if time_limit is None else self._began + time_limit
        self._enter("start")
        starts = tuple(None if answer is None else answer.base for answer in self.answers)
        task = Task(self.parts, starts, self.gap, self.seed, ladder=self.model.ladder)
        child = Isolated(task, deadline)
        self.ahead = Ahead(catalogue.facts(self.scenario))
        try:
            for event in child:
                self._take(event)
        except KeyboardInterrupt:
            self.stopped_by = "interrupt"
        if child.timed_out:
            self.stopped_by = "time"
        self._enter("check")

    def _take(self, event: Event) -> None:
        match event:
            case Stage(_, name):
                self._enter(name)
            case Bound(part):
                self.bounds[part].append(event)
            case LevelBound(level):
                self.level_bounds.setdefault(level, []).append(event)
            case Priced(part, multipliers):
                self.priced[part] = multipliers
            case Answer(part, _, units, _, rank):
                known = self.answers[part]
                if known is None or (rank, units) > (known.rank, known.units):
                    self.answers[part] = event
            case Done(_, "gap"):
                self.stopped_by = "gap"
        if self.progress is not None:
            self.progress(self._state())

    def _enter(self, stage: str) -> None:
        now = time.monotonic()
        self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._mark
        self._stage, self._mark = stage, now

    def _state(self) -> State:
        value = None if self._whole() is None else from_units(self._value())
        bound = self._bound(self.answers[0].rank if self.answers and self.answers[0] else ())
        relative = None if value is None else relative_gap(value, bound)
        return State(self._stage, time.monotonic() - self._began, value, bound, relative)

    def _bound(self, rank: Rank) -> Decimal | None:
        """The bound of all plans that rank as high; ``None`` where that is not known."""
        known = [[b.units for b in bounds if _holds(b.given, rank)] for bounds in self.bounds]
        if self._waived or not all(known):
            return None
        return from_units(sum(map(min, known)))

    def _levels(self, judgement: Judgement) -> tuple[Level, ...]:
        """What the plan reaches on each level, and the bounds that hold for as high a rank."""
        rank = tuple(level.rank for level in judgement.levels)
        found = []
        for at, level in enumerate(judgement.levels):
            known = [b.rank for b in self.level_bounds.get(at, []) if _holds(b.given, rank)]
            bound = None
            if known and not self._waived:
                bound = written(-min(known) if level.fewer else min(known))
            found.append(Level(name=level.name, value=written(level.value), bound=bound))
        return tuple(found)

    @property
    def _waived(self) -> bool:
        """Whether some part could only be answered by waiving."""
        return any(answer is not None and answer.waived for answer in self.answers)

    def _whole(self) -> Ints | None:
        """Base columns of the whole, or ``None`` while a part has no answer."""
        whole = np.zeros(self.model.base, dtype=np.int64)
        for part, answer in zip(self.parts, self.answers, strict=True):
            if answer is None:
                return None
            whole[part.columns[part.matrix.integer]] = answer.base
        return whole

    def _value(self) -> int:
        whole = self._whole()
        return 0 if whole is None else self._worth(whole)

    def _worth(self, whole: Ints) -> int:
        return self.model.matrix.value(completed(self.model.matrix, whole))

    def solution(self) -> Solution:
        """Judge, certify and verify the best answer."""
        whole = self._whole()
        if whole is None:
            raise NothingFound("stopped before any answer that keeps every lock was found")
        whole = tidied(self.model, whole)
        facts = self.ahead.facts
        judgement = judge(self.scenario, self.model.plan(whole), facts=facts)
        value = from_units(self._worth(whole) if self.model.exact else units(judgement.value))
        bound = self._bound(tuple(level.rank for level in judgement.levels))
        self._enter("done")
        solution = Solution(
            assignments=judgement.assignments,
            sessions=judgement.sessions,
            findings=judgement.findings,
            ledger=judgement.ledger,
            certificate=self._certificate(judgement, value, bound),
            multipliers=self._multipliers(),
        )
        disagreements = verify(self.scenario, solution, facts)
        if disagreements:
            raise CheckerDisagrees(disagreements)
        return solution

    def _multipliers(self) -> Multipliers | None:
        """Those of all rows; ``None`` where a part was not priced, or levels come first."""
        if len(self.priced) < len(self.parts) or self.model.ladder is not None:
            return None
        whole = np.zeros(self.model.matrix.shape[0], dtype=np.int64)
        for number, part in enumerate(self.parts):
            whole[part.rows] = self.priced[number]
        rows = np.flatnonzero(whole)
        return Multipliers(
            scenario_hash=self.scenario.digest,
            model=fingerprint(self.model.matrix),
            row=tuple(rows.tolist()),
            multiplier=tuple(whole[rows].tolist()),
        )

    def _certificate(
        self, judgement: Judgement, value: Decimal, bound: Decimal | None
    ) -> Certificate:
        levels = self._levels(judgement)
        return Certificate(
            value=value,
            bound=bound,
            gap=relative_gap(value, bound),
            status="impossible" if self._waived else status(value, bound, levels),
            stopped_by=self.stopped_by,
            points_per_rule=judgement.points_per_rule,
            findings_per_rule=judgement.findings_per_rule,
            counts=judgement.counts,
            levels=levels,
            seconds_per_stage={k: round(v, 3) for k, v in self.seconds.items() if k != "read"},
            peak_memory_mb=_peak_memory(),
            seed=self.seed,
            versions=versions(),
            scenario_hash=self.scenario.digest,
        )


def _holds(given: Rank, rank: Rank) -> bool:
    """Whether what was proven of ranks from ``given`` on holds for ``rank``."""
    return all(there >= least for least, there in zip(given, rank, strict=False))


def versions() -> dict[str, str]:
    """Versions on which an answer depends."""
    packages = ("flexweave", "ortools", "numpy", "scipy", "pydantic")
    return {"python": platform.python_version()} | {name: version(name) for name in packages}


def _peak_memory() -> float:
    """Largest resident memory of this process and its children together, in MB."""
    usage = (
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return round(sum(usage) / 1024, 1)
