"""Leximin, level by level: what is minimised first, the smallest shares, then the value.

Runs in the child process. In a large model weights of people bound all levels at once, and
exchanges come as near as they can. Otherwise one attempt comes first: the model itself, in which it
is dear to miss the shares that people's own plans allow at most. Where that reaches them all,
everything is proven at once. If not, each level is decided by asking whether a threshold can be
reached, which is a
search of its own for the fewest points that are missing: if none are, it can, and if a certified
bound says that some must be, it cannot. In between lie finitely many shares, and halving finds the
largest. At last the value is maximised with all levels kept.
"""

from __future__ import annotations

import contextlib
import operator
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scheduler.models.points import UNITS_PER_POINT
from scheduler.solver import elastic, presolve, relaxation
from scheduler.solver.components import components
from scheduler.solver.exchange import exchanged
from scheduler.solver.fill import filled
from scheduler.solver.isolate import Answer, Bound, Done, LevelBound, Stage, Task
from scheduler.solver.ladder import (
    Ladder,
    Rung,
    Weighed,
    asking,
    bare,
    best_alone,
    counting,
    everybody,
    held,
    keeping,
    nobody,
    owed,
    owing,
    start,
    waiving,
    weighed,
    wishing,
)
from scheduler.solver.listing import TooMany
from scheduler.solver.matrix import completed
from scheduler.solver.search import SMALL, search
from scheduler.solver.thresholds import Thresholds

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from scheduler.solver.components import Component
    from scheduler.solver.isolate import Event, Rank
    from scheduler.solver.matrix import Matrix
    from scheduler.solver.thresholds import Shown

    Report = Callable[[Event], None]
    Heard = Callable[[NDArray[np.int64], int, int], None]
    Limited = Callable[[int], None]
    Limit = Weighed | Shown
    Ints = NDArray[np.int64]

NEAR = Fraction(1, 200)
"""In a model that is not small, a level that is as near to its bound as this is good enough."""

FINE = 10_000
"""Largest denominator of thresholds that are asked for in a large model."""

ROUGH = 1e-3
"""Tolerance of the relaxations that bound its levels: any prices do."""

RAISES = 8
"""Thresholds at most that exchanges try for."""

TIMES = 8
"""Thresholds at most at which whole plans are priced."""

STEP = Fraction(1, 1000)
"""It ends where the bound falls by no more."""

FOLLOWED = 3
"""Thresholds below the bound whose relaxed answers are followed."""

FIRMLY = 10_000
"""Points that counts for a seat which is followed."""

NAMES = {"weigh": "price levels", "plan": "price plans", "raise_": "raise"}
"""Of the stages where the model is large."""

FEW = 1_000
"""Columns up to which every level is decided exactly."""


FIRST = ("fill", "sketch", "price")
"""Stages of a search that come before it is known how hard the rest is."""


class Settled(Exception):
    """What a search was asked is known; raised from its reports to end it."""


class Found(NamedTuple):
    """The best answer known: base columns of the ladder's matrix, its rank and units."""

    base: Ints
    rank: Rank
    units: int


def climb(task: Task, steps: Ladder, report: Report) -> None:
    """Search level by level, reporting stages, answers with their ranks, and bounds."""
    _Climb(task, steps, report).run()


class _Climb:
    """What is known so far, and the ways to know more."""

    def __init__(self, task: Task, steps: Ladder, report: Report) -> None:
        self.task = task
        self.steps = steps
        self.report = report
        self.size = steps.base
        self.first = len(steps.aims.first)
        self.waived = 0
        self.reason = "done"
        self.best: Found | None = None
        self.known: dict[int, LevelBound] = {}
        rest = task.starts[0] if task.starts else None
        if rest is not None:
            self.take(rest)

    def run(self) -> None:
        """Attempt everything at once; where that fails, go level by level."""
        self.report(Stage(0, "first"))
        self.begin()
        if self.large and self.best is not None and not self.waived:
            self.approach()
        elif not self.attempt() and self.best is not None:
            if self.waived:
                self.widen()
            self.report(Stage(0, "count"))
            self.count()
            best = self.bests(self.rank[: self.first])
            for level in range(self.steps.levels):
                self.report(Stage(0, f"level {level + 1}"))
                self.level(level, best)
            self.finish(best)
        proven = "impossible" if self.waived else self.reason
        self.report(Done(0, proven))

    @property
    def rank(self) -> Rank:
        """How far the best answer comes."""
        return () if self.best is None else self.best.rank

    # ---- everything at once ------------------------------------------------------------------

    def attempt(self) -> bool:
        """Wish for the most that every level could come to; whether that came true.

        It did if the best answer of the search has it: then a gap left is that of the search. A
        worse one may have it by chance, while the best finds it worth its price to miss a level.
        """
        steps = self.steps
        best = best_alone(steps, (Fraction(0),) * self.first)
        highest = self.priced(best)
        owes = owed(steps, highest[self.first :], best) or nobody(steps)
        bounds: list[int] = []
        came: list[bool] = []

        def tell() -> None:
            if bounds and self.rank >= highest:
                self.report(Bound(0, bounds[-1], highest))

        def bounded(units: int) -> None:
            bounds.append(units)
            tell()

        def answered(base: Ints, _: int, waived: int) -> None:
            self.waived = waived
            self.take(base)
            came.append(self.steps.rank(base[: steps.base]) >= highest)
            tell()

        self.reason = self.search(wishing(steps, owes), answered, bounded, loud=True)
        return not self.waived and came[-1:] == [True]

    def begin(self) -> None:
        """Find a first answer, and a bound of the value that holds whatever the levels."""

        def answered(base: Ints, _: int, __: int) -> None:
            self.take(base)

        def bounded(units: int) -> None:
            self.report(Bound(0, units))

        plain = Rung(self.steps.matrix, nobody(self.steps))
        self.search(plain, answered, bounded, brief=True)

    def priced(self, best: Ints) -> Rank:
        """Thresholds just within reach as far as prices say, where what comes first is at 0.

        Where the model is not small they lie a little lower: there a whole answer is likely.
        """
        found: tuple[Fraction, ...] = ()
        for level in range(self.first):
            self.bound(level, Fraction(0), found)
            found += (Fraction(0),)
        for number, top in enumerate(self.steps.least(best)):
            at = self.first + number
            self.bound(at, top, found[: self.first])
            self.report(Stage(0, f"price level {number + 1}"))
            high = self.lowered(found, top, best)
            self.bound(at, high, found)
            lower = self.steps.above(high - self.near, best)
            wanted = high if lower is None else min(lower, high)
            found += (max((*found[self.first :], wanted)),)
        return found

    def lowered(self, before: Rank, top: Fraction, best: Ints) -> Fraction:
        """The least bound of the next level, at most ``top``, that prices alone can show.

        The second smallest share is seldom far from the smallest: after ``top``, levels behind the
        first ask near the one before them, and further and further up.
        """
        low, ask = max((*before[self.first :], min(Fraction(0), top))), top
        step = 4 * self.near if before[self.first :] else Fraction(1)
        while top > low:
            answer = self.ask((*before, ask), best, brief=True)
            if answer is False:
                top = self.steps.below(ask) or Fraction(0)
            else:
                low, step = ask, 4 * step
            if top - low <= self.near:
                break
            ask = self.middle(low, min(top, low + step) if step else top, best)
        return top

    def bound(self, level: int, rank: Fraction, given: Rank) -> None:
        """Tell the bound of a level."""
        self.known[level] = LevelBound(level, rank, given)
        self.report(self.known[level])

    @property
    def near(self) -> Fraction:
        """How near to its bound a level must come for us to go on to the next one."""
        return NEAR if self.steps.matrix.shape[1] > FEW else Fraction(0)

    def widen(self) -> None:
        """Go on in the model in which as many findings may be waived as must be."""
        assert self.best is not None
        loose = self.steps.matrix
        slack = np.flatnonzero(loose.breach >= 0)
        finding, which = np.unique(loose.breach[slack], return_inverse=True)
        taken = np.zeros(len(finding), dtype=np.int64)
        np.maximum.at(taken, which, (completed(loose, self.best.base)[slack] > 0).astype(np.int64))
        self.steps = waiving(self.steps, self.waived)
        base = np.concatenate([self.best.base, taken])
        self.best = self.best._replace(base=base)

    def bests(self, counts: Rank) -> Ints:
        """(people,): the most hundredths that anybody can have."""
        if not self.waived:
            return best_alone(self.steps, counts)
        earning = np.flatnonzero(self.steps.aims.points)
        best = np.zeros(len(self.steps.most), dtype=np.int64)
        owner = self.steps.matrix.owner[earning]
        np.add.at(best, owner, self.steps.aims.points[earning])
        return best

    # ---- where the model is large ------------------------------------------------------------

    @property
    def large(self) -> bool:
        """Whether a search for every question would take too long."""
        return self.steps.levels > 0 and self.steps.matrix.shape[1] > SMALL

    def approach(self) -> None:
        """Bound all levels by weights of people, and come near by exchanges."""
        self.count()
        counts = self.rank[: self.first]
        best = best_alone(self.steps, counts)
        top = self.steps.least(best)
        limits: list[Limit] = []
        for stage in (self.weigh, self.weigh, self.plan, self.raise_, self.weigh):
            self.report(Stage(0, NAMES[stage.__name__]))
            stage(limits, best)
            self.bound_all(limits, top, best)
        self.report(Stage(0, "value"))
        self.keep(best)

    def weigh(self, limits: list[Limit], best: Ints) -> None:
        """Limit what people can have together, nearer to the largest threshold (Newton's method).

        How much is missing at least is a convex function of the threshold. Where it is priced, its
        slope gives the next one: weights of people by which the threshold is limited.
        """
        steps = self.steps
        known = self.known.get(self.first)
        top = steps.least(best)[0] if known is None else known.rank
        rung = owing(steps, self.within(), everybody(steps, top.limit_denominator(FINE), best))
        prices = relaxation.priced(rung.matrix, ROUGH)
        if prices is not None:
            limits.append(weighed(rung, prices))

    def within(self) -> Matrix:
        """The model without worth, with what is minimised first as good as it is."""
        model = elastic.strict(held(self.steps, bare(self.steps), self.rank[: self.first]))
        within = presolve.propagate(model)
        assert within is not None, "there is an answer"
        return within

    def plan(self, limits: list[Limit], best: Ints) -> None:
        """Limit thresholds by whole plans, from the top down; then follow what is relaxed up.

        Where people have too many plans to be listed, that is left to weights and exchanges.
        """
        assert self.best is not None
        top = self.steps.least(best)
        try:
            whole = Thresholds(self.steps, self.within(), best, self.known[self.first].rank)
        except TooMany:
            return
        for _ in range(TIMES):
            ask = self.known[self.first].rank
            limits.append(whole.relax(ask, self.best.base)[1])
            self.bound_all(limits, top, best)
            if ask - self.known[self.first].rank <= STEP:
                break
        self.report(Stage(0, NAMES["raise_"]))
        high = self.known[self.first].rank
        for number in range(1, FOLLOWED + 1):
            ask = (high - (1 + number) * self.near / 2).limit_denominator(FINE)
            if ask <= self.rank[self.first]:
                return
            pool, _ = whole.relax(ask, self.best.base)
            self.follow(whole.dived(pool, self.task.seed), ask, best)

    def follow(self, near: Ints, ask: Fraction, best: Ints) -> None:
        """Take an answer if it is legal; else fill as it does, and exchange from there."""
        start, matrix = self.task.starts[0], elastic.strict(self.steps.matrix)
        if matrix.allows(completed(matrix, near)):
            self.take(near)
        if start is None or self.rank[self.first] >= ask:
            return
        gain = FIRMLY * np.concatenate([near, np.zeros(matrix.shape[1] - len(near), np.int64)])
        found = filled(matrix, start, gain + matrix.objective // UNITS_PER_POINT)
        if found is None or self.steps.rank(found)[: self.first] < self.rank[: self.first]:
            return
        self.take(found)
        rung = asking(self.steps, self.rank[: self.first], everybody(self.steps, ask, best))
        self.take(exchanged(elastic.strict(rung.matrix), found, self.task.seed, 0))

    def limit(self, limits: list[Limit], top: Fraction, low: Ints, spare: int) -> Fraction:
        """The largest threshold, ``top`` at most, that all limits allow: by halving."""
        bottom, high = floor(self.rank[self.first] * FINE), ceil(top * FINE)
        while high - bottom > 1:
            middle = (bottom + high) // 2
            at = Fraction(middle, FINE)
            if all(one.allows(self.steps, at, low, spare) for one in limits):
                bottom = middle
            else:
                high = middle
        return min(top, Fraction(high, FINE))

    def bound_all(self, limits: list[Limit], top: list[Fraction], best: Ints) -> None:
        """Tell the bounds of all levels for plans that reach the smallest share known."""
        rank = self.rank
        low = np.minimum(self.steps.needed(rank[self.first]), best)
        for number, most in enumerate(top):
            given = rank[: self.first + min(number, 1)]
            self.bound(self.first + number, self.limit(limits, most, low, number), given)

    def raise_(self, _: list[Limit], best: Ints) -> None:
        """Raise the smallest shares by exchanges: half way to what was not reached, and again."""
        high = self.known[self.first].rank
        for _again in range(RAISES):
            low = self.rank[self.first]
            if high - low <= self.near:
                return
            ask = ((low + high) / 2).limit_denominator(FINE)
            owes = everybody(self.steps, ask, best)
            rung = asking(self.steps, self.rank[: self.first], owes)
            self.exchange(rung.matrix, 0)
            if self.rank[self.first] < ask:
                high = ask

    def exchange(self, matrix: Matrix, enough: int | None = None) -> None:
        """Exchange from the best answer on."""
        assert self.best is not None
        self.take(exchanged(elastic.strict(matrix), self.best.base, self.task.seed, enough))

    def keep(self, best: Ints) -> None:
        """Raise the value where everybody keeps the last level, the few below it what they have."""
        assert self.best is not None
        low, high = (
            everybody(self.steps, share, best).fixed
            for share in (self.rank[self.first], self.rank[-1])
        )
        counts, rank = self.rank[: self.first], self.rank
        fixed = np.minimum(high, self.steps.earned(self.best.base))
        self.exchange(keeping(self.steps, counts, nobody(self.steps)._replace(fixed=fixed)).matrix)

        def bounded(units: int) -> None:
            self.report(Bound(0, units, rank))

        wide = keeping(self.steps, counts, nobody(self.steps)._replace(fixed=low))
        self.search(wide, lambda *_: None, bounded, brief=True)

    # ---- level by level ----------------------------------------------------------------------

    def count(self) -> None:
        """Minimise what comes first, one after the other."""
        for level in range(self.first):
            self.fewer(level)

    def fewer(self, level: int) -> None:
        """Minimise one count, those before it kept."""
        counts = self.rank[:level]
        self.bound(level, Fraction(0), counts)
        if self.rank[level] == 0:
            return

        def answered(base: Ints, _: int, __: int) -> None:
            self.take(base)

        def bounded(units: int) -> None:
            self.bound(level, Fraction(units // UNITS_PER_POINT), counts)

        self.search(Rung(counting(self.steps, counts), nobody(self.steps)), answered, bounded)

    def level(self, number: int, best: Ints) -> None:
        """Raise one of the smallest shares, the levels before it kept.

        ``left`` is the largest share not yet known, or believed, to be out of reach.
        """
        at = self.first + number
        known, before = self.known.get(at), self.rank[:at]
        holds = known is not None and all(map(operator.ge, before, known.given))
        if known is None or self.waived or not holds:
            top = self.steps.least(best)[number]
            self.bound(at, self.lowered(before, top, best), before)
        ask = left = self.known[at].rank
        while left - self.rank[at] > self.near:
            before = self.rank[:at]
            answer = self.ask((*before, ask), best)
            if not answer:
                left = self.steps.below(ask) or Fraction(0)
            if answer is False:
                self.bound(at, left, before)
            ask = self.middle(self.rank[at], left, best)

    def middle(self, low: Fraction, high: Fraction, best: Ints) -> Fraction:
        """A share that somebody can have, about half way up from ``low`` (without) to ``high``."""
        found = self.steps.above((low + high) / 2, best)
        return high if found is None else min(found, high)

    def ask(self, wanted: Rank, best: Ints, *, brief: bool = False) -> bool | None:
        """Whether a rank can be reached; ``None`` where that stays open, as often if ``brief``."""
        owes = owed(self.steps, wanted[self.first :], best)
        if owes is None:
            return False
        said: list[bool] = []

        def answered(base: Ints, units: int, _: int) -> None:
            if units == 0:
                self.take(base)
                said.append(True)
                raise Settled

        def bounded(units: int) -> None:
            if units < 0:
                said.append(False)
                raise Settled

        rung = asking(self.steps, wanted[: self.first], owes)
        self.search(rung, answered, bounded, brief=brief)
        return said[0] if said else None

    def finish(self, best: Ints) -> None:
        """Maximise the value, every level kept."""
        rank = self.rank
        owes = owed(self.steps, rank[self.first :], best)
        assert owes is not None

        def answered(base: Ints, _: int, __: int) -> None:
            self.take(base)

        def bounded(units: int) -> None:
            self.report(Bound(0, units, rank))

        rung = keeping(self.steps, rank[: self.first], owes)
        self.reason = self.search(rung, answered, bounded, loud=True)

    # ---- searching ---------------------------------------------------------------------------

    def take(self, base: Ints) -> None:
        """Take a legal answer if it ranks higher than the best, or as high and is worth more."""
        base = base[: self.steps.base]
        rank = self.steps.rank(base)
        units = self.steps.matrix.value(completed(self.steps.matrix, base))
        if self.best is None or (rank, units) > (self.best.rank, self.best.units):
            self.best = Found(base, rank, units)
            self.report(Answer(0, base[: self.size], units, self.waived, rank))

    def search(
        self,
        rung: Rung,
        answered: Heard,
        bounded: Limited,
        *,
        loud: bool = False,
        brief: bool = False,
    ) -> str:
        """Search a stage's matrix, part by part; why it ended.

        ``answered`` hears the base columns of the whole, their units and how many findings they
        waive; ``bounded`` hears the bound of the whole. A ``loud`` search tells its stages and
        obeys the gap; a ``brief`` one ends when all parts are priced.
        """
        parts = components(rung.matrix)
        known = None if self.best is None else start(self.steps, rung.owed, self.best.base)
        sheet = _Sheet(rung.matrix, parts, known)
        gap = self.task.gap if loud else 0.0

        def hear(event: Event) -> None:
            match event:
                case Stage(_, name) if loud:
                    self.report(Stage(0, name))
                case Stage(_, name) if brief and name not in FIRST:
                    raise Settled
                case Bound(part, units):
                    sheet.bounds[part] = units
                    if None not in sheet.bounds:
                        bounded(sum(filter(None, sheet.bounds)))
                case Answer(part):
                    sheet.answers[part] = event
                    if None not in sheet.answers:
                        answered(*sheet.whole())
                case Done(_, reason):
                    sheet.reasons.add(reason)

        task = Task(tuple(parts), sheet.starts, gap, self.task.seed)
        with contextlib.suppress(Settled):
            search(task, hear)
        return "gap" if "gap" in sheet.reasons else "done"


class _Sheet:
    """What is known of each part of a stage."""

    def __init__(self, matrix: Matrix, parts: list[Component], known: Ints | None) -> None:
        self.parts = parts
        self.size = int(matrix.integer.sum())
        self.starts = tuple(
            None if known is None else known[part.columns[part.matrix.integer]] for part in parts
        )
        self.bounds: list[int | None] = [None] * len(parts)
        self.answers: list[Answer | None] = [None] * len(parts)
        self.reasons: set[str] = set()

    def whole(self) -> tuple[Ints, int, int]:
        """Base columns of the whole, units, and findings waived."""
        base = np.zeros(self.size, dtype=np.int64)
        units = waived = 0
        for part, answer in zip(self.parts, self.answers, strict=True):
            assert answer is not None
            base[part.columns[part.matrix.integer]] = answer.base
            units += answer.units
            waived += answer.waived
        return base, units, waived
