"""The law side by side: what each floor of a pack leaves in each case."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from scheduler.comparison.lines import Line, line
from scheduler.comparison.timing import said_grades
from scheduler.models.solution import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.calendars import Floor, Verdict

    Key = tuple[str, str, int]

_SAID = {
    "yearly": "{needed:,} minutes a year",
    "days": "{needed:,} school days",
    "daily": "{needed:,} minutes a day",
    "averaged": "{needed:,} minutes a day, or averaged over two",
    "least": "{needed:,} minutes on the shorter of the two",
}


class FloorLine(Outcome):
    """One floor in every case, for grades that fare alike.

    Attributes
    ----------
    pack, kind : str
    label : str
        What the floor asks for, in words.
    of : str
        Grades; empty for all.
    unit : str
        ``minutes`` or ``days``.
    needed : int
    found, margins : tuple of Decimal or None
        By case: what there is, and how much that is above the floor.
    met : tuple of bool or None
        ``None`` where nobody can say without dates.
    worst : tuple of str
        By case, the day that decides.
    """

    pack: str
    kind: str
    label: str
    of: str
    unit: str
    needed: int
    found: tuple[Decimal | None, ...]
    margins: tuple[Decimal | None, ...]
    met: tuple[bool | None, ...]
    worst: tuple[str, ...]


def floor_lines(verdicts: Sequence[Sequence[Verdict]]) -> tuple[FloorLine, ...]:
    """Floors of each pack; ``verdicts`` are by case, in the order of the packs."""
    return tuple(one for pack in zip(*verdicts, strict=True) for one in _of_pack(pack))


def _of_pack(found: Sequence[Verdict]) -> list[FloorLine]:
    """Grades whose floors and figures are alike in all cases come together."""
    by_grade: dict[str, dict[Key, list[Floor | None]]] = {}
    for at, verdict in enumerate(found):
        for floor in verdict.floors:
            key: Key = (floor.kind, floor.unit, floor.needed)
            mine = by_grade.setdefault(floor.grade, {})
            mine.setdefault(key, [None] * len(found))[at] = floor
    groups: dict[tuple[object, ...], tuple[list[str], list[Floor | None]]] = {}
    for grade, floors in by_grade.items():
        for key, ones in floors.items():
            alike = (*key, *((f.found, f.met, f.worst) if f else None for f in ones))
            groups.setdefault(alike, ([], ones))[0].append(grade)
    grades = tuple(dict.fromkeys(g for verdict in found for g in verdict.minutes))
    return [_floor_line(found[0].pack, grades, *group) for group in groups.values()]


def _floor_line(
    pack: str, everyone: tuple[str, ...], grades: list[str], ones: list[Floor | None]
) -> FloorLine:
    known = next(one for one in ones if one is not None)
    return FloorLine(
        pack=pack,
        kind=known.kind,
        label=_SAID[known.kind].format(needed=known.needed),
        of=said_grades(grades, everyone),
        unit=known.unit,
        needed=known.needed,
        found=tuple(one.found if one else None for one in ones),
        margins=tuple(one.margin if one else None for one in ones),
        met=tuple(one.met if one else None for one in ones),
        worst=tuple(one.worst if one else "" for one in ones),
    )


def law_lines(floors: Sequence[FloorLine]) -> list[Line]:
    """The margins as lines; more is better, and below 0 a floor is missed."""
    return [
        line(
            "law",
            f"{one.pack}_{one.kind}_{one.needed}",
            f"{one.pack}: margin over {one.label}",
            "days" if one.unit == "days" else "minutes",
            one.margins,
            better="more",
            of=one.of,
        )
        for one in floors
    ]
