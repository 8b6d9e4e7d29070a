"""`repair`, the only door: a solution and changes in, a verified solution of what is now out."""

from __future__ import annotations

import resource
import time
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from scheduler.levels import written
from scheduler.models import Certificate, Level, Scenario, Solution
from scheduler.repair.answer import Curve
from scheduler.repair.applying import changed
from scheduler.repair.freedom import Freedom
from scheduler.repair.saying import Before, missed, movers, said
from scheduler.solver.ahead import Ahead
from scheduler.solver.isolate import Isolated
from scheduler.solver.mending import Mended, More, Stuck
from scheduler.solver.solve import CheckerDisagrees, NothingFound, versions
from scheduler.verify import Disagreement, judge, weigh

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from scheduler.models import Change, Plan
    from scheduler.repair.answer import Repair
    from scheduler.solver.mending import Mending
    from scheduler.solver.model import Model
    from scheduler.verify import Judgement

    Ints = NDArray[np.int64]
    StoppedBy = Literal["done", "time"]

ROUNDS = 4
"""So often more people are let go, as long as that may spare somebody a move."""

CURVE = (1, 2, 5, 10)
"""People more who may move, for the curve."""


class Repaired(NamedTuple):
    """The scenario after the changes, its solution, and what the repair did."""

    scenario: Scenario
    solution: Solution
    report: Repair


def repair(
    scenario: Scenario,
    solution: Solution,
    changes: Sequence[Change],
    *,
    since: str | None = None,
    curve: Sequence[int] = CURVE,
    seed: int = 0,
    time_limit: float | None = None,
) -> Repaired:
    """Repair a solution after changes.

    In this order: findings waived (only where nothing else is possible), people unplaced, required
    pulls missed, people moved, points. Only people whom the changes touch, and those who are in
    their way, are let go.

    Parameters
    ----------
    scenario : Scenario
        That the solution is one of.
    solution : Solution
    changes : sequence of Change
        As `checked` lets them through.
    since : str, optional
        Blocks before this one stay as they are.
    curve : sequence of int
        So many people more may move, each tried for the points that it brings.
    seed : int
        Equal inputs, seeds and versions give equal answers.
    time_limit : float, optional
        Seconds for the search; what is found until then counts.

    Raises
    ------
    NothingFound
        When stopped before any answer, or when no answer keeps what is over.
    CheckerDisagrees
        When the independent checker does not confirm the answer.
    """
    began = time.monotonic()
    lines = [(line.person, line.session) for line in solution.assignments if line.session]
    after = changed(scenario, changes, lines, since)
    newcomers = frozenset(change.id for change in changes if change.action == "add")
    freedom = Freedom(scenario, after, solution.plan, newcomers, since)
    deadline = None if time_limit is None else began + time_limit
    ahead = Ahead(freedom.facts)
    search = _Search(freedom, tuple(curve), seed, deadline)
    search.run()
    seconds = {"search": time.monotonic() - began}
    found = search.best()
    judgement = judge(after, found.plan, facts=ahead.facts)
    seconds["check"] = time.monotonic() - began - seconds["search"]
    before = Before(scenario, solution)
    steps = tuple(_step(before, freedom, judgement, *step) for step in found.curve)
    report = said(before, judgement, changes, freedom, found, steps)
    _confirm(judgement, report)
    seconds = {name: round(value, 3) for name, value in seconds.items()}
    report = report.model_copy(update={"seconds": seconds})
    stopped_by: StoppedBy = "time" if search.timed_out else "done"
    return Repaired(after, _solution(after, judgement, seed, seconds, stopped_by), report)


class Found(NamedTuple):
    """What the search came to: its plan, plans with so many more moves, and how many it let go."""

    mended: Mended
    plan: Plan
    curve: tuple[tuple[int, Plan], ...]
    looked_at: int


class _Round(NamedTuple):
    """What one round found: the model it was found in, and how many people were let go in it."""

    mended: Mended
    model: Model
    start: Ints
    more: tuple[More, ...]
    looked_at: int

    @property
    def rank(self) -> tuple[int, ...]:
        """The fewer, the better; then points; then whether that holds for the whole school."""
        found = self.mended
        counts = (-level.value for level in found.levels)
        return (-found.waived, *counts, found.units, found.alone)


class _Search:
    """Rounds of mending, each with more people let go, until fewer moves are impossible."""

    def __init__(
        self, freedom: Freedom, curve: tuple[int, ...], seed: int, deadline: float | None
    ) -> None:
        self.freedom, self.curve, self.seed, self.deadline = freedom, curve, seed, deadline
        self.kept: _Round | None = None
        self.all: list[Mended] = []
        self.timed_out = False

    def run(self) -> None:
        for _ in range(ROUNDS):
            model, task = self.freedom.task(self.curve, self.seed)
            leave = self._round(model, task)
            if self.timed_out or leave is None or not len(leave):
                return
            people = [model.columns.people[p] for p in leave.tolist()]
            if not self.freedom.widen(people):
                return

    def _round(self, model: Model, task: Mending) -> Ints | None:
        """Mend once; people to let go of next."""
        leave: Ints | None = None
        mended: Mended | None = None
        more: list[More] = []
        child = Isolated(task, self.deadline)
        for event in cast("Iterable[object]", child):
            match event:
                case Stuck():
                    leave = event.leave
                case Mended():
                    leave, mended = event.leave, event
                case More():
                    more.append(event)
        self.timed_out |= child.timed_out
        if mended is not None:
            self.all.append(mended)
            found = _Round(mended, model, task.start, tuple(more), self.freedom.looked_at)
            if self._better(found):
                self.kept = found
        return leave

    def _better(self, other: _Round) -> bool:
        """Whether it is, or was found among more people as completely."""
        if self.kept is None or other.rank > self.kept.rank:
            return True
        return other.rank == self.kept.rank and len(other.more) == len(self.kept.more)

    def best(self) -> Found:
        """The best answer of all rounds, with the best bounds.

        Raises
        ------
        NothingFound
            When there is none.
        """
        kept = self.kept
        if kept is None:
            raise NothingFound(
                "no repair was found that keeps what is over and everybody who was not let go"
            )
        plans = [
            kept.model.plan(_closed(kept.model, base, kept.start))
            for base in (kept.mended.base, *(more.base for more in kept.more))
        ]
        curve = tuple(zip(self.curve, plans[1:], strict=False))
        return Found(_proven(kept.mended, self.all), plans[0], curve, kept.looked_at)


def _proven(kept: Mended, rounds: Sequence[Mended]) -> Mended:
    """With the highest bound of each level.

    A level's bound holds for all plans that keep the levels before it, so it holds for any other
    round's answer that reached the same on those.
    """

    def before(mended: Mended, at: int) -> tuple[int, ...]:
        return (mended.waived, *(level.value for level in mended.levels[:at]))

    levels = tuple(
        level._replace(
            bound=max(o.levels[at].bound for o in rounds if before(o, at) == before(kept, at))
        )
        for at, level in enumerate(kept.levels)
    )
    return kept._replace(fewest=max(other.fewest for other in rounds), levels=levels)


def _closed(model: Model, base: Ints, start: Ints) -> Ints:
    """Without sessions that the search opened and nobody came to."""
    columns, base = model.columns, base.copy()
    taken = set(columns.cand_unit[base[: len(columns.cand_unit)] > 0].tolist())
    for unit, column in enumerate(columns.open_columns.tolist()):
        if base[column] and not start[column] and unit not in taken:
            base[column] = 0
    return base


def _step(before: Before, freedom: Freedom, judgement: Judgement, more: int, plan: Plan) -> Curve:
    """What so many moves more bring, judged from ids.

    Raises
    ------
    CheckerDisagrees
        When the plan is not legal, waives more, or moves more people than that.
    """
    judged = weigh(freedom.facts, plan)
    allowed = len(movers(before, _lines(judgement), freedom)) + more
    moved = len(movers(before, plan.lines, freedom))
    found = [Disagreement("repair.json", f"curve: illegal: {f.text}") for f in judged.illegal]
    if moved > allowed:
        text = f"curve: {moved} people move where {allowed} may"
        found.append(Disagreement("repair.json", text))
    if len(judged.waived) > len(judgement.waived):
        found.append(Disagreement("repair.json", "curve: more is waived"))
    if found:
        raise CheckerDisagrees(found)
    return Curve(allowed=allowed, moved=moved, gain=judged.value - judgement.value)


def _lines(judgement: Judgement) -> tuple[tuple[str, str], ...]:
    """Who is where in the plan that was judged, kept lines left out."""
    lines = (line for line in judgement.assignments if line.session and line.reason != "kept")
    return tuple((line.person, line.session) for line in lines)


def _confirm(judgement: Judgement, report: Repair) -> None:
    """Hold what the search claims against what the checker finds.

    Raises
    ------
    CheckerDisagrees
    """
    found = [Disagreement("assignments.csv", f"illegal: {f.text}") for f in judgement.illegal]
    waived = len(judgement.waived)
    truth = {
        "waived": waived,
        "unplaced": judgement.counts["unplaced"],
        "missed": len(missed(judgement)),
        "moved": len(report.moved),
    }
    for level in report.levels:
        if level.value != truth[level.name]:
            text = f"{level.name} is {level.value}, should be {truth[level.name]}"
            found.append(Disagreement("repair.json", text))
    if found:
        raise CheckerDisagrees(found)


def _solution(
    scenario: Scenario,
    judgement: Judgement,
    seed: int,
    seconds: dict[str, float],
    stopped_by: StoppedBy,
) -> Solution:
    """As `solve` makes it; a repair proves how few move, not how many points there could be."""
    usage = (
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return Solution(
        assignments=judgement.assignments,
        sessions=judgement.sessions,
        findings=judgement.findings,
        ledger=judgement.ledger,
        certificate=Certificate(
            value=judgement.value,
            bound=None,
            gap=None,
            status="impossible" if judgement.waived else "feasible",
            stopped_by=stopped_by,
            points_per_rule=judgement.points_per_rule,
            findings_per_rule=judgement.findings_per_rule,
            counts=judgement.counts,
            levels=tuple(
                Level(name=level.name, value=written(level.value), bound=None)
                for level in judgement.levels
            ),
            seconds_per_stage=seconds,
            peak_memory_mb=round(sum(usage) / 1024, 1),
            seed=seed,
            versions=versions(),
            scenario_hash=scenario.digest,
        ),
    )
