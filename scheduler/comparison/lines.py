"""Figures side by side: each with its difference from the first, and what that difference says."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from scheduler.models.solution import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.comparison.outcomes import Outcomes

Part = Literal["minutes", "law", "people", "staff", "supervision"]
Unit = Literal["points", "minutes", "share", "places", "sessions", "people", "count", "days"]
Better = Literal["more", "fewer", ""]
Verdict = Literal["better", "worse", "different", "no difference", "not known"]

HUNDREDTH = Decimal("0.01")
TEN_THOUSANDTH = Decimal("0.0001")


class Line(Outcome):
    """One figure of every case, and how it differs from the first case's.

    Attributes
    ----------
    part : str
        Where it belongs.
    key : str
        What it is called in JSON; with ``of`` unique in a table.
    of : str
        The grade or grades, block or floor that it is of, where there are several lines of a key.
    label : str
    unit : str
        A ``share`` is from 0 to 1.
    better : str
        Whether ``more`` or ``fewer`` is better; empty where it depends.
    values : tuple of Decimal or None
        By case.
    differences : tuple of Decimal or None
        Each value less the first.
    margins : tuple of Decimal or None
        Differences that may be due to the searches, which stopped that far from the best: the two
        gaps together. ``None`` where nothing is proven.
    verdicts : tuple of str
        ``no difference`` where it is within the margin. The first case's is that, too.
    """

    part: Part
    key: str
    of: str = ""
    label: str
    unit: Unit
    better: Better = ""
    values: tuple[Decimal | None, ...]
    differences: tuple[Decimal | None, ...]
    margins: tuple[Decimal | None, ...]
    verdicts: tuple[Verdict, ...]


def line(
    part: Part,
    key: str,
    label: str,
    unit: Unit,
    values: Sequence[Decimal | int | None],
    *,
    better: Better = "",
    of: str = "",
    margins: Sequence[Decimal | None] = (),
) -> Line:
    """Put a line together; without ``margins`` the figures are exact."""
    numbers = tuple(None if value is None else Decimal(value) for value in values)
    slack = tuple(margins) or (Decimal(0),) * len(numbers)
    first = numbers[0]
    differences = tuple(
        None if first is None or value is None else value - first for value in numbers
    )
    return Line(
        part=part,
        key=key,
        of=of,
        label=label,
        unit=unit,
        better=better,
        values=numbers,
        differences=differences,
        margins=slack,
        verdicts=tuple(_verdict(d, m, better) for d, m in zip(differences, slack, strict=True)),
    )


def _verdict(difference: Decimal | None, margin: Decimal | None, better: Better) -> Verdict:
    if difference == 0:
        return "no difference"
    if difference is None or margin is None:
        return "not known"
    if abs(difference) <= margin:
        return "no difference"
    if not better:
        return "different"
    return "better" if (difference > 0) == (better == "more") else "worse"


# ---- people ------------------------------------------------------------------------------------

_PEOPLE: tuple[tuple[Part, str, str, Unit, Better, bool], ...] = (
    # part, name in `Outcomes`, label, unit, what is better, whether it comes from the search
    ("people", "points", "choice points per student", "points", "more", True),
    ("people", "per_place", "choice points per place (100: all first choices)", "points", "more",
     True),
    ("people", "first", "places filled with a first choice", "places", "more", True),
    ("people", "unplaced", "students' places that nobody could be given", "places", "fewer", True),
    ("people", "needs_met", "support needs met", "count", "more", True),
    ("people", "pulls_met", "pulls by staff met", "count", "more", True),
    ("people", "flex_minutes", "flex minutes served per student", "minutes", "more", True),
    ("people", "run", "student sessions that run", "sessions", "more", True),
    ("people", "stopped_by_pd", "sessions closed with a leader in a CoP then", "sessions", "fewer",
     True),
    ("people", "beside_pd", "sessions offered while CoPs meet", "sessions", "fewer", False),
    ("people", "not_offered", "sessions without a block in this calendar", "sessions", "fewer",
     False),
    ("staff", "cop_minutes", "minutes in CoPs per member of staff", "minutes", "more", True),
    ("staff", "cop_first", "first choices of CoPs", "places", "more", True),
    ("staff", "cop_points", "choice points per member of staff", "points", "more", True),
    ("staff", "cop_unplaced", "staff without a CoP", "places", "fewer", True),
    ("staff", "free_together", "staff free at once in a pd block", "share", "more", True),
    ("staff", "together", "staff in CoPs at the same time", "share", "more", True),
    ("supervision", "most_per_adult", "students per adult, in the leanest block", "people",
     "fewer", True),
    ("supervision", "idle_minutes", "student-minutes in a block without a session", "minutes",
     "fewer", True),
    ("supervision", "gaps", "student-days with a gap at an end", "count", "fewer", True),
)  # fmt: skip


def people(found: Sequence[Outcomes]) -> list[Line]:
    """How people fare in each case; a figure that no case has is left out."""
    lines = [_worth(found)]
    for part, key, label, unit, better, searched in _PEOPLE:
        values = [getattr(one, key) for one in found]
        if all(value is None for value in values):
            continue
        margins = search_margins(found, values) if searched else ()
        lines.append(line(part, key, label, unit, values, better=better, margins=margins))
    return lines


def _worth(found: Sequence[Outcomes]) -> Line:
    """The plans' values. How far the best ones can differ follows from value and bound alone."""
    slacks = [None if one.bound is None else one.bound - one.value for one in found]
    return line(
        "people",
        "value",
        "worth of the plan",
        "points",
        [one.value for one in found],
        better="more",
        margins=[
            Decimal(0) if at == 0 else _sum(slacks[0], slack) for at, slack in enumerate(slacks)
        ],
    )


def search_margins(
    found: Sequence[Outcomes], values: Sequence[Decimal | int | None]
) -> list[Decimal | None]:
    """The two relative gaps together, of the larger of the two figures.

    A gap is proven of a plan's worth and of nothing else. As a share of another figure it is a
    yardstick for what a search that went on might have changed, not a proof.
    """
    own = [
        _share(found[0].gap, one.gap, values[0], value)
        for one, value in zip(found, values, strict=True)
    ]
    return [Decimal(0), *own[1:]]


def _share(
    first_gap: Decimal | None,
    gap: Decimal | None,
    first: Decimal | int | None,
    value: Decimal | int | None,
) -> Decimal | None:
    both = _sum(first_gap, gap)
    if both is None or first is None or value is None:
        return None
    larger = max(Decimal(first).copy_abs(), Decimal(value).copy_abs())
    return round(both * larger, 4)


def _sum(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return None if a is None or b is None else a + b
