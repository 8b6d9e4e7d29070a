"""A day made longer or shorter: whole minutes, nothing overlaps, everything keeps its order.

The bells of a day cut it into stretches in which no block begins or ends. A stretch is *free* where
every grade that has school that day is in a block that may change. Only free stretches become
longer or shorter; what comes later moves along. So blocks that share a time keep sharing it, no
overlap can arise, every grade's day changes by the same minutes, and lunch, passing and whatever
else may not change keeps its length.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from scheduler.calendars.apportion import apportioned
from scheduler.calendars.minutes import attended
from scheduler.models.cells import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scheduler.models import Bell

    Moved = Callable[[int], int]

Weighing = Literal["length", "even"]
MIDNIGHT = 24 * 60


class CannotShift(ValueError):
    """A calendar cannot be changed as was asked; the message says why and what would work."""


class Stretches:
    """The stretches of one day of one calendar.

    Attributes
    ----------
    cuts : list of int
        Minutes since midnight at which a block of students begins or ends, in order.
    free : dict of int to list of Bell
        The changeable blocks that cover each free stretch, by its number (``cuts[n]`` begins it).
    """

    def __init__(self, bells: Sequence[Bell], grades: Sequence[str], names: Sequence[str]) -> None:
        here = [found for grade in grades if (found := attended(bells, grade))]
        mine = {bell.key: bell for found in here for bell in found}.values()
        self.cuts = sorted({time for bell in mine for time in (bell.start, bell.end)})
        self.free: dict[int, list[Bell]] = {}
        for at, start in enumerate(self.cuts[:-1]):
            over = [bell for bell in mine if bell.start <= start < bell.end]
            each = all(any(bell in over for bell in found) for found in here)
            if each and all(bell.kind in names or bell.block in names for bell in over):
                self.free[at] = over

    def length(self, at: int) -> int:
        """Minutes of one stretch."""
        return self.cuts[at + 1] - self.cuts[at]

    def lengthened(
        self, minutes: int, weighing: Weighing, least: int, turn: int
    ) -> list[int] | None:
        """Minutes that each stretch becomes longer; ``None`` where there is not enough to give."""
        weights, limits = self._weights(weighing), self._limits(least)
        parts = apportioned(
            abs(minutes),
            [weights[at] for at in self.free],
            [limits[at] if minutes < 0 else None for at in self.free],
            turn,
        )
        if parts is None:
            return None
        found = [0] * (len(self.cuts) - 1)
        for at, part in zip(self.free, parts, strict=True):
            found[at] = part if minutes > 0 else -part
        return found

    def most(self, least: int) -> int:
        """Minutes that the day can give at most."""
        return sum(self._limits(least).values())

    def _own(self) -> dict[str, int]:
        """Free minutes of each changeable block."""
        found: dict[str, int] = defaultdict(int)
        for at, bells in self.free.items():
            for bell in bells:
                found[bell.key] += self.length(at)
        return found

    def _weights(self, weighing: Weighing) -> dict[int, Fraction]:
        """A block weighs its length (or 1), parted over its free stretches."""
        own = self._own()
        return {
            at: max(
                Fraction(
                    (bell.end - bell.start if weighing == "length" else 1) * self.length(at),
                    own[bell.key],
                )
                for bell in bells
            )
            for at, bells in self.free.items()
        }

    def _limits(self, least: int) -> dict[int, int]:
        """What each stretch can give so that every block keeps ``least`` minutes.

        What a block can spare is handed to its stretches one after another.
        """
        spare = {
            bell.key: max(0, bell.end - bell.start - least)
            for bells in self.free.values()
            for bell in bells
        }
        found = {}
        for at, bells in self.free.items():
            found[at] = min([self.length(at), *(spare[bell.key] for bell in bells)])
            for bell in bells:
                spare[bell.key] -= found[at]
        return found

    def moved(self, longer: Sequence[int]) -> Moved:
        """Where each moment of the day goes; before the first bell nothing moves."""
        cuts = self.cuts
        to = [cuts[0]]
        for at, more in enumerate(longer):
            to.append(to[-1] + self.length(at) + more)

        def where(time: int) -> int:
            at = bisect_right(cuts, time) - 1
            if at < 0:
                return time
            if at >= len(longer):
                return time + to[-1] - cuts[-1]
            # Whoever begins or ends inside a stretch, as pd may, does so at the same share of it.
            into = Fraction((time - cuts[at]) * (to[at + 1] - to[at]), self.length(at))
            return to[at] + round(into)

        return where


def retimed(
    bells: Sequence[Bell],
    grades: Sequence[str],
    minutes: int,
    names: Sequence[str],
    weighing: Weighing = "length",
    least: int = 10,
    turn: int = 0,
) -> list[Bell]:
    """The blocks of a day that is longer by ``minutes`` (shorter, where below 0).

    Parameters
    ----------
    bells : sequence of Bell
        All blocks of one day of one calendar.
    grades : sequence of str
        The school's grades.
    minutes : int
    names : sequence of str
        Kinds, or names of blocks, that may change.
    weighing : str
        Whether blocks change in proportion to their length, or all alike.
    least : int
        Minutes that a block keeps when it gives.
    turn : int
        Which block changes by the odd minute first, counted around.

    Raises
    ------
    CannotShift
        When the blocks cannot give or take so much.
    """
    if minutes == 0:
        return list(bells)
    day = bells[0].day
    stretches = Stretches(bells, grades, names)
    if not stretches.free:
        raise CannotShift(
            f"{day} has no time when every grade is in {_listed(names)}; name other kinds or blocks"
        )
    longer = stretches.lengthened(minutes, weighing, least, turn)
    if longer is None:
        raise CannotShift(
            f"{day} can give {stretches.most(least)} minutes of {_listed(names)} at most, where "
            f"every block keeps {least}; ask for less, let other kinds or blocks give, or let "
            "blocks be shorter"
        )
    where = stretches.moved(longer)
    return [_at(bell, where(bell.start), where(bell.end)) for bell in bells]


def _at(bell: Bell, start: int, end: int) -> Bell:
    if end >= MIDNIGHT:
        raise CannotShift(f"{bell.key} would end after midnight; add fewer minutes")
    if end <= start:
        raise CannotShift(
            f"{bell.key} ({clock(bell.start)}–{clock(bell.end)}) would have no minute left; "
            "ask for less, or let other blocks give"
        )
    return bell.model_copy(update={"start": start, "end": end})


def _listed(names: Sequence[str]) -> str:
    return " or ".join(names)
