"""A comparison in words and tables: what a page and a terminal say of it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from scheduler.models.cells import clock
from scheduler.report import tables
from scheduler.report.wording import NONE, counted, listed, number, percent
from scheduler.writing.cells import csv_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import RenderableType

    from scheduler.calendars import Balance, GradeChange
    from scheduler.comparison import Case, Comparison, FloorLine, Line, Sweep, Table
    from scheduler.comparison.lines import Verdict

PARTS = {
    "minutes": "Minutes",
    "law": "Law",
    "people": "Students",
    "staff": "Staff",
    "supervision": "Supervision",
}
SIGNS = {"better": "▲", "worse": "▼", "different": "≠", "no difference": "=", "not known": "?"}
"""What stands before a verdict, so that colour is never all there is."""

_COUNTED: tuple[tuple[Verdict, str], ...] = (
    ("better", "better"),
    ("worse", "worse"),
    ("no difference", "without a difference"),
    ("different", "different, neither better nor worse"),
    ("not known", "not known"),
)

YARDSTICK = (
    "The gap is proven of a plan’s worth. Of other figures found by solving, a difference up to "
    "the two gaps together, as a share of the figure, counts as none; that is a yardstick, not a "
    "proof."
)


def shown(value: Decimal | None, unit: str) -> str:
    """A figure as it is written: shares in percent, others as numbers."""
    if value is None:
        return NONE
    return percent(value) if unit == "share" else number(value)


def differing(difference: Decimal | None, unit: str) -> str:
    """A difference with its sign; of shares in points of percent (pp)."""
    if difference is None:
        return NONE
    if difference == 0:
        return "0"
    amount = 100 * difference if unit == "share" else difference
    rounded = f"{number(abs(round(amount, 1 if unit == 'share' else 2)))}"
    return f"{'+' if difference > 0 else '−'}{rounded}{' pp' if unit == 'share' else ''}"


def labelled(line: Line) -> str:
    """What a line is of: its label, and the grades where it is not of all."""
    return f"{line.label} ({line.of})" if line.of else line.label


def judged(line: Line, at: int) -> str:
    """The verdict on one case in words, behind its sign; a missed floor says so."""
    verdict = line.verdicts[at]
    value = line.values[at]
    missed = line.part == "law" and value is not None and value < 0
    return f"{SIGNS[verdict]} {verdict}{', below the floor' if missed else ''}"


def gaps(table: Table) -> str:
    """How far each plan can be from the best."""
    said = [
        f"{case.label} {'is proven best' if gap == 0 else f'at most {percent(gap)} short of best'}"
        if (gap := case.outcomes.gap) is not None
        else f"{case.label} without a proven bound"
        for case in table.cases
    ]
    return f"Plans: {'; '.join(said)}."


def sentences(table: Table) -> list[str]:
    """The verdict in a sentence for each case after the first."""
    first, *others = table.cases
    found = []
    for at, case in enumerate(others, 1):
        counts = table.verdicts[at]
        told = [f"{counts[verdict]} {word}" for verdict, word in _COUNTED if counts.get(verdict)]
        total = sum(counts.values())
        found.append(
            f"{case.label} against {first.label}: of {counted(total, 'figure')}, {listed(told)}."
        )
    return found


def lawful(table: Table) -> list[str]:
    """Which floors each case misses; empty where no pack was asked."""
    return [_lawful(case, at, table.floors) for at, case in enumerate(table.cases) if table.floors]


def _lawful(case: Case, at: int, floors: Sequence[FloorLine]) -> str:
    missed = [f"{f.pack} {f.label}" for f in floors if f.met[at] is False]
    unsure = sum(f.met[at] is None for f in floors)
    said = f"misses {listed(missed)}" if missed else "meets every floor that could be judged"
    if unsure:
        said += f"; {counted(unsure, 'floor')} cannot be judged without dates"
    return f"{case.label} {said}."


def packs(comparison: Comparison) -> list[str]:
    """What the law stands on, once each, and that it is no legal advice."""
    return _laws(case for table in comparison.tables for case in table.cases)


def _laws(cases: Iterable[Case]) -> list[str]:
    laws = [law for case in cases for law in case.laws]
    sources = dict.fromkeys(f"{law.title}: {law.source}, as of {law.date}." for law in laws)
    return [*sources, *dict.fromkeys(law.notice for law in laws)]


def balances(table: Table) -> list[str]:
    """What the week and the year lose, gain and would need, grades alike together."""
    found = []
    for case, changes in zip(table.cases[1:], table.changes, strict=bool(table.changes)):
        groups: dict[tuple[Balance, Balance | None], list[GradeChange]] = {}
        for change in changes:
            groups.setdefault((change.week_balance, change.year_balance), []).append(change)
        for (week, year), ones in groups.items():
            grades = ", ".join(one.grade for one in ones)
            who = case.label if len(groups) == 1 else f"{case.label}, grades {grades}"
            found.append(f"{who}: week: {_balance(week, 'day')}.")
            if year is not None:
                found.append(f"{who}: year: {_balance(year, 'date')}.")
    return found


def _balance(balance: Balance, unit: str) -> str:
    if not balance.lost and not balance.gained:
        return "no day changes its instructional minutes"
    said = (
        f"{counted(balance.shorter, unit)} {'loses' if balance.shorter == 1 else 'lose'} "
        f"{number(balance.lost)} instructional minutes, the others gain {number(balance.gained)}"
    )
    if balance.net == 0:
        return f"{said}: it balances"
    if balance.missing is None:
        return f"{said}: {differing(Decimal(balance.net), '')} in all"
    word = "longer" if balance.missing > 0 else "shorter"
    other = f"each of the other {counted(balance.others, unit)}"
    return (
        f"{said}: {differing(Decimal(balance.net), '')} in all; to balance, {other} would be "
        f"{number(abs(balance.missing))} minutes {word}"
    )


def bells(case: Case) -> list[tuple[str, str, str]]:
    """First and last bell of each day of the cycle, for buses."""
    return [
        (
            day.day,
            NONE if day.first is None else clock(day.first),
            NONE if day.last is None else clock(day.last),
        )
        for day in case.minutes.days
        if day.in_cycle
    ]


def by_part(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    """Lines under the headings of their parts."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(PARTS[line.part], []).append(line)
    return list(found.items())


def overview(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """One row for each line of the verdict that all tables have: its values and verdicts.

    A cell is ``first → other sign``, for each table and each case after its first.
    """
    if len(comparison.tables) < 2:
        return []
    names = [{(line.key, line.of): line for line in table.verdict} for table in comparison.tables]
    shared = [key for key in names[0] if all(key in one for one in names)]
    rows = []
    for key in shared:
        cells = [cell for one in names for cell in _moves(one[key])]
        rows.append((labelled(names[0][key]), cells))
    return rows


def _moves(line: Line) -> Iterable[str]:
    first = shown(line.values[0], line.unit)
    for at in range(1, len(line.values)):
        sign = SIGNS[line.verdicts[at]]
        yield f"{first} → {shown(line.values[at], line.unit)} {sign}"


def overview_heads(comparison: Comparison) -> list[str]:
    """Headings of `overview`."""
    names = Counter(table.name for table in comparison.tables)
    heads = []
    for table in comparison.tables:
        for case in table.cases[1:]:
            several = len(table.cases) > 2 or names[table.name] > 1
            heads.append(f"{table.name}: {case.calendar}" if several else table.name)
    return heads


# ---- sweeps --------------------------------------------------------------------------------------

SWEPT = {
    "minutes": "minutes longer",
    "flex_minutes": "flex minutes served per student",
    "cop_minutes": "minutes in CoPs per member of staff",
    "together": "staff in CoPs at once",
    "points": "choice points per student",
    "first": "first choices",
    "unplaced": "unplaced",
    "run": "sessions that run",
    "stopped_by_pd": "closed, a leader in a CoP",
    "least_instruction": "least instruction",
    "early_release": "early release, a week",
    "gap": "gap",
}
"""Columns of a sweep that are shown, and how they are called."""


def swept(told: Sweep) -> list[list[str]]:
    """Rows of a sweep as they are shown."""
    return [[_swept(name, row) for name in SWEPT] for row in told.rows]


def _swept(name: str, row: dict[str, Any]) -> str:
    if name == "minutes":
        return f"{row[name]:+d}".replace("-", "−") if row[name] else "0 (as it is)"
    return percent(row[name]) if name in ("together", "gap") else shown(row[name], "")


def sweep_sentences(told: Sweep) -> list[str]:
    """What the curve says: the ends of it, and what is missing."""
    found = []
    if len(told.steps) < told.wanted:
        found.append(
            f"Stopped: {len(told.steps)} of {counted(told.wanted, 'calendar')} were solved."
        )
    rows = {row["minutes"]: row for row in told.rows}
    if 0 in rows and len(rows) > 1:
        best = max(rows.values(), key=lambda row: (row["cop_minutes"], row["points"]))
        found.append(
            f"As it is, students have {number(rows[0]['flex_minutes'])} minutes of flex time and "
            f"staff {number(rows[0]['cop_minutes'])} in CoPs a week; at "
            f"{differing(Decimal(best['minutes']), '')} minutes it is "
            f"{number(best['flex_minutes'])} and {number(best['cop_minutes'])}, the most in CoPs."
        )
    missed = [
        f"{row['calendar']} ({', '.join(row['missed'])})" for row in told.rows if row["missed"]
    ]
    if missed:
        found.append(f"Below a floor of the law: {listed(missed)}.")
    return found


def sweep_csv(told: Sweep) -> bytes:
    """All rows and columns of a sweep as CSV."""
    rows = told.rows
    return csv_bytes(list(rows[0]), rows)


def sweep_packs(told: Sweep) -> list[str]:
    """What the law stands on, and that it is no legal advice."""
    return _laws(step.case for step in told.steps)


def of_sweep(told: Sweep) -> Iterator[RenderableType]:
    """A sweep as sentences and a table."""
    yield tables.heading(f"{told.name}: {told.base}, {', '.join(told.days)} shortened step by step")
    for text in sweep_sentences(told):
        yield tables.line(text)
    rows = zip(SWEPT.values(), *swept(told), strict=True)
    heads, *others = rows
    yield tables.table(["", *(f">{cell}" for cell in heads[1:])], others)
    for text in sweep_packs(told):
        yield tables.line(text)


# ---- in a terminal -----------------------------------------------------------------------------


def of_comparison(found: Comparison) -> Iterator[RenderableType]:
    """The comparison as tables: all schools at a glance, then each one's verdict."""
    rows = overview(found)
    if rows:
        yield tables.heading("All at a glance")
        heads = ["", *overview_heads(found)]
        yield tables.table(heads, [[label, *cells] for label, cells in rows])
    for table in found.tables:
        yield from _of_table(table)
    for text in packs(found):
        yield tables.line(text)


def _of_table(table: Table) -> Iterator[RenderableType]:
    yield tables.heading(table.name or "Side by side")
    for text in (*sentences(table), *lawful(table), gaps(table)):
        yield tables.line(text)
    first, *others = table.cases
    heads = ["", f">{first.label}"]
    for case in others:
        heads += [f">{case.label}", ">difference", ""]
    for part, lines in by_part(table.verdict):
        yield tables.heading(part)
        yield tables.table(heads, [_row(line) for line in lines])
    for text in balances(table):
        yield tables.line(text)


def _row(line: Line) -> list[str]:
    cells = [labelled(line), shown(line.values[0], line.unit)]
    for at in range(1, len(line.values)):
        cells += [
            shown(line.values[at], line.unit),
            differing(line.differences[at], line.unit),
            judged(line, at),
        ]
    return cells
