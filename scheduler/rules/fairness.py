"""Nobody pays for everybody: what points are worth to a person."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from scheduler.models.points import Points, hundredths
from scheduler.rules.contract import Knobs

if TYPE_CHECKING:
    from typing import Self

    from numpy.typing import NDArray

title = "Nobody pays for everybody: a first good thing is worth more than a third."
maths = (
    "F = f(c − o) − f(−o), f concave and piecewise linear; F = c with form = sum; "
    "leximin first raises the smallest (c − o)/U"
)


class Settings(Knobs):
    """Knobs: the form, and the shape of f.

    ``slopes`` are those below 0, from 0 to the first of ``breaks`` and so on; ``breaks`` are per
    place due; ``cap`` is the most that is owed; ``levels`` is how many of the smallest shares
    ``leximin`` raises, one after the other, before it looks at what points are worth.
    """

    form: Literal["sum", "diminishing", "leximin"] = "diminishing"
    levels: Annotated[int, Field(ge=1, le=100)] = 3
    slopes: tuple[Points, ...] = tuple(map(Decimal, ("1.25", "1", "0.85", "0.7", "0.5")))
    breaks: tuple[Points, ...] = tuple(map(Decimal, (30, 50, 70)))
    cap: Points = Decimal(100)

    @model_validator(mode="after")
    def _concave(self) -> Self:
        if len(self.slopes) != len(self.breaks) + 2:
            raise ValueError(
                f"there are {len(self.slopes)} slopes for {len(self.breaks)} breaks; "
                "write two slopes more than breaks"
            )
        if any(after > before for before, after in pairwise(self.slopes)):
            raise ValueError(
                "the slopes rise somewhere; write them from the steepest to the flattest"
            )
        if any(after <= before for before, after in pairwise((Decimal(0), *self.breaks))):
            raise ValueError("the breaks do not rise; write them from above 0, the smallest first")
        return self


def worth(earned: Decimal, owed: Decimal, places: int, settings: Settings) -> Decimal:
    """What choice points are worth to a person, in points.

    Parameters
    ----------
    earned, owed : Decimal
        Choice points of this cycle, and points owed from earlier ones.
    places : int
        Places that the person is due; the breaks of f are multiples of it.
    settings : Settings

    Notes
    -----
    ``F = f(c − o) − f(−o)`` with ``o = min(owed, cap)``; ``form = "sum"`` ignores what is owed.
    """
    if settings.form == "sum":
        return earned
    debt = counted(owed, settings)
    return _f(earned - debt, places, settings) - _f(-debt, places, settings)


def counted(owed: Decimal, settings: Settings) -> Decimal:
    """What is owed to a person as far as it counts, in points."""
    return min(owed, settings.cap)


def levels(settings: Settings) -> int:
    """How many of the smallest shares come before the value: none but with ``leximin``."""
    return settings.levels if settings.form == "leximin" else 0


def _f(points: Decimal, places: int, settings: Settings) -> Decimal:
    """The concave function itself; a concave piecewise line is the least of its lines."""
    lines, start, height = [settings.slopes[0] * points], Decimal(0), Decimal(0)
    for slope, end in zip(settings.slopes[1:], (*settings.breaks, None), strict=True):
        lines.append(height + slope * (points - start))
        if end is not None:
            height += slope * (end * places - start)
            start = end * places
    return min(lines)


def segments(
    owed: int, places: int, most: int, settings: Settings
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pieces of F from no points to ``most``, for the solver.

    Parameters
    ----------
    owed, most : int
        Hundredths owed, and the most hundredths that the person can earn.
    places : int
    settings : Settings

    Returns
    -------
    widths, slopes : int arrays (pieces,)
        Hundredths of choice points, and hundredths of a point that each point is worth; slopes fall
        and no width is 0.
    """
    if settings.form == "sum":
        ends, slopes = np.array([most]), np.array([100])
    else:
        debt = min(owed, hundredths(settings.cap))
        breaks = [debt + hundredths(end) * places for end in (Decimal(0), *settings.breaks)]
        ends = np.minimum(np.array([*breaks, max(most, breaks[-1])]), most)
        slopes = np.array([hundredths(slope) for slope in settings.slopes])
    widths = np.diff(ends, prepend=0)
    return widths[widths > 0], slopes[widths > 0]
