"""What must be reached where, and whether it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.rows import Row

    Measure = Callable[[Row, list[Row]], float | None]


class Target(NamedTuple):
    """Something measured that may be at most ``limit``; the rest says how both are written."""

    measure: Measure
    limit: float
    number: str
    after: str = ""
    before: str = ""


class Check(NamedTuple):
    """A target as it came out; ``met`` is ``None`` where nothing was measured."""

    text: str
    met: bool | None


def _gap(row: Row, rows: list[Row]) -> float | None:
    return None if row.ours.gap is None else 100 * float(row.ours.gap)


def _ratio(row: Row, rows: list[Row]) -> float | None:
    return row.ratio


def _memory(row: Row, rows: list[Row]) -> float | None:
    return row.ours.peak_mb


def _per_student(row: Row, rows: list[Row]) -> float | None:
    ours = row.ours
    if ours.value is None or ours.bound is None:
        return None
    return float(ours.bound - ours.value) / row.students


def _level(row: Row, rows: list[Row]) -> float | None:
    return row.ours.levels


def _unbalanced(row: Row, rows: list[Row]) -> float | None:
    """Findings of balance, and people unplaced: leaving everybody out would balance any group."""
    ours = row.ours
    return None if ours.value is None else ours.findings.get("balance", 0) + (ours.unplaced or 0)


def _growth(row: Row, rows: list[Row]) -> float | None:
    """Seconds over those of a tenth of the students, of the same seed where that was measured."""
    tenth = [one for one in rows if one.case == "week-3000" and one.ours.value is not None]
    tenth.sort(key=lambda one: one.seed != row.seed)
    return row.ours.seconds / tenth[0].ours.seconds if tenth else None


def _within(limit: float) -> tuple[Target, ...]:
    return (Target(_gap, limit, "{:.4g} %", before="gap "),)


LEVELS = (Target(_level, 0.01, "{:.4g}", " below a level's bound"),)

TARGETS: dict[str, tuple[Target, ...]] = {
    "demo": _within(0.05),
    "week-300": _within(0.01),
    "week-3000": (
        *_within(0.01),
        Target(_ratio, 3, "{:.3g} ×", " the certifying LP"),
        Target(_memory, 1_000, "{:,.0f} MB"),
    ),
    "week-300-diminishing": _within(0.1),
    "week-3000-diminishing": _within(0.1),
    "week-300-leximin": LEVELS,
    "week-3000-leximin": LEVELS,
    "scarce": _within(0.2),
    "timetable": _within(1),
    "advisory": (Target(_per_student, 0.5, "{:.3g}", " points per student below the bound"),),
    "advisory-hard": (Target(_unbalanced, 0, "{:.0f}", " findings of balance or unplaced"),),
    "everything": _within(0.5),
    "week-30000": (
        *_within(0.05),
        Target(_growth, 13, "{:.3g} ×", " the time of 3,000"),
        Target(_memory, 8_000, "{:,.0f} MB"),
    ),
}
"""By scenario. That nobody clashes goes without saying: no answer is written otherwise."""


def checked(row: Row, rows: list[Row]) -> list[Check]:
    """Every target of a row, in words such as ``gap 0.004 % ≤ 0.01 %``."""
    return [_check(target, target.measure(row, rows)) for target in TARGETS.get(row.case, ())]


def _check(target: Target, found: float | None) -> Check:
    limit = target.number.format(target.limit) + target.after
    if found is None:
        return Check(f"{target.before}≤ {limit}: not measured", None)
    met = found <= target.limit
    number = target.number.format(found)
    return Check(f"{target.before}{number} {'≤' if met else '>'} {limit}", met)


def missed(rows: Iterable[Row]) -> list[str]:
    """Targets that are not met, and rivals that are ahead, with the scenario's name."""
    every = list(rows)
    found = []
    for row in every:
        found += [f"{row.name}: {c.text}" for c in checked(row, every) if c.met is False]
        found += [f"{row.name}: the plan of {by} is worth more than ours" for by in row.ahead]
        found += [f"{row.name}: {row.ours.said}"] if row.ours.said else []
    return found
