"""Pictures of calendars: the week to scale, minutes against floors, outcomes, winners, losers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.patches import Patch, Rectangle

from scheduler.models.cells import clock
from scheduler.report.compared import differing, judged, labelled, shown
from scheduler.report.drawing import FAINT, INK, PAPER, drawing, panels, readable_on, short, svg
from scheduler.report.wording import number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from matplotlib.axes import Axes

    from scheduler.comparison import Case, FloorLine, Line, Sweep, Table
    from scheduler.models import Bell

KINDS = {
    "class": "#dbe6ee",
    "flex": "#2c6e9b",
    "advisory": "#8fbcc4",
    "pd": "#d98a4e",
    "lunch": "#efe7d2",
    "passing": "#ffffff",
    "other": "#ececec",
}
CASES = ("#8795a1", "#2c6e9b", "#b4651f", "#4f7d3a", "#7a4b94", "#1f2933")
"""Colours of cases, the first the one that others are compared with."""

BETTER, WORSE, EQUAL = "#2c6e9b", "#a63d2f", "#c3cad1"
BARS = (
    *("points", "per_place", "first", "needs_met", "pulls_met", "unplaced", "flex_minutes"),
    *("run", "stopped_by_pd", "cop_minutes", "cop_first", "free_together", "together"),
    *("most_per_adult", "idle_minutes"),
)
"""Lines that are drawn as bars."""

SIDE_BY_SIDE = 2
TALLEST = 2.0
"""Times its floor: a longer bar is cut there."""

MOST_COURSES = 16


# ---- the week to scale -------------------------------------------------------------------------


def weeks(table: Table, name: str) -> str:
    """Every calendar's week at a glance, all to one scale."""
    rows = -(-len(table.cases) // SIDE_BY_SIDE)
    columns = min(SIDE_BY_SIDE, len(table.cases))
    bells = [bell for case in table.cases for bell in case.week]
    first = min(bell.start for bell in bells) // 60 * 60
    last = -(-max(bell.end for bell in bells) // 60) * 60
    with panels(0.4 + 3.1 * rows, rows, columns) as (figure, places):
        for at, axes in enumerate(places):
            if at < len(table.cases):
                _week(axes, table.cases[at], first, last)
            else:
                axes.set_visible(False)
        kinds = [kind for kind in KINDS if any(bell.kind == kind for bell in bells)]
        handles = [Patch(facecolor=KINDS[k], edgecolor=FAINT, label=k) for k in kinds]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(kinds), frameon=False)
        said = "; ".join(f"{case.label}: {_told(case)}" for case in table.cases)
        return svg(figure, name, "The week at a glance, to scale", f"{said}.")


def _told(case: Case) -> str:
    days = dict.fromkeys(bell.day for bell in case.week)
    ends = [
        f"{day} {clock(min(b.start for b in here))} to {clock(max(b.end for b in here))}"
        for day in days
        if (here := [b for b in case.week if b.day == day and b.kind != "pd"])
    ]
    return ", ".join(ends)


def _week(axes: Axes, case: Case, first: int, last: int) -> None:
    """One calendar: days side by side, the clock downwards."""
    days = list(dict.fromkeys(bell.day for bell in case.week))
    for x, day in enumerate(days):
        _day(axes, x, [bell for bell in case.week if bell.day == day])
    axes.set_xlim(-0.5, len(days) - 0.5)
    axes.set_ylim(last, first)
    axes.set_xticks(range(len(days)), [short(day, 9) for day in days])
    axes.xaxis.tick_top()
    hours = list(range(first, last + 1, 60))
    axes.set_yticks(hours, [clock(hour) for hour in hours], fontsize=7)
    axes.grid(axis="y", color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_title(short(case.label, 40), loc="left", fontweight="bold", fontsize=9)


def _day(axes: Axes, x: int, bells: Sequence[Bell]) -> None:
    """Blocks of one day; what happens at once stands side by side."""
    for group in _at_once(bells):
        lanes = _lanes(group)
        width = 0.94 / len(lanes)
        for lane, ones in enumerate(lanes):
            for bell in ones:
                _block(axes, x - 0.47 + lane * width, width, bell)


def _at_once(bells: Sequence[Bell]) -> list[list[Bell]]:
    """Blocks in groups that touch no other in time."""
    groups: list[list[Bell]] = []
    end = -1
    for bell in sorted(bells, key=lambda b: (b.start, b.end)):
        if bell.start >= end:
            groups.append([])
        groups[-1].append(bell)
        end = max(end, bell.end)
    return groups


def _lanes(group: Sequence[Bell]) -> list[list[Bell]]:
    """Blocks of a group in as few lanes as hold them; those of the same grades in one."""
    lanes: list[list[Bell]] = []
    for bell in sorted(group, key=lambda b: (b.kind == "pd", b.start)):
        fits = [lane for lane in lanes if lane[-1].end <= bell.start]
        same = [lane for lane in fits if lane[-1].grades == bell.grades]
        if fits:
            (same or fits)[0].append(bell)
        else:
            lanes.append([bell])
    return lanes


def _block(axes: Axes, left: float, width: float, bell: Bell) -> None:
    colour = KINDS[bell.kind]
    long = bell.end - bell.start
    axes.add_patch(
        Rectangle((left, bell.start), width, long, facecolor=colour, edgecolor=FAINT, linewidth=0.5)
    )
    if long >= 15 and bell.kind != "passing":
        axes.text(
            left + width / 2,
            bell.start + long / 2,
            f"{short(bell.block, round(11 * width))} {long}" if width > 0.6 else f"{long}",
            ha="center",
            va="center",
            fontsize=5.6,
            color=readable_on(colour),
            clip_on=True,
        )


# ---- minutes against floors --------------------------------------------------------------------


def floors(table: Table, name: str) -> str:
    """Bars: what there is of what each floor asks for, which is the line at 100 %."""
    bars = len(table.cases)
    step = bars + 0.6
    with drawing(0.6 + 0.14 * step * len(table.floors)) as (figure, axes):
        ticks = []
        for row, floor in enumerate(table.floors):
            middle = row * step + (bars - 1) / 2
            ticks.append((middle, _floor_label(floor)))
            for at in range(bars):
                _floor_bar(axes, row * step + at, floor, at)
        axes.axvline(1, color=INK, linewidth=1)
        axes.set_yticks([y for y, _ in ticks], [text for _, text in ticks], fontsize=7.5)
        axes.set_ylim(len(table.floors) * step - 0.6, -0.8)
        axes.set_xlim(0, TALLEST + 0.75)
        axes.set_xticks([0, 0.5, 1, 1.5, 2], ["0", "50 %", "the floor", "150 %", "200 %"])
        _case_key(axes, table)
        said = "; ".join(
            f"{_floor_label(floor)}: "
            + ", ".join(
                f"{case.label} {_floor_said(floor, at)}" for at, case in enumerate(table.cases)
            )
            for floor in table.floors
        )
        return svg(figure, name, "Minutes and days against the law’s floors", f"{said}.")


def _floor_label(floor: FloorLine) -> str:
    return short(f"{floor.pack}: {floor.label}{f' ({floor.of})' if floor.of else ''}", 58)


def _floor_said(floor: FloorLine, at: int) -> str:
    margin = floor.margins[at]
    if margin is None:
        return "not known"
    word = "missed by" if margin < 0 else "above by"
    return f"{shown(floor.found[at], floor.unit)}, {word} {number(abs(margin))}"


def _floor_bar(axes: Axes, y: float, floor: FloorLine, at: int) -> None:
    found = floor.found[at]
    share = 0.0 if found is None else float(found) / (floor.needed or 1)
    missed = floor.met[at] is False
    axes.barh(
        y,
        min(share, TALLEST),
        color=WORSE if missed else CASES[at % len(CASES)],
        hatch="////" if missed else None,
        edgecolor=PAPER,
        height=0.86,
    )
    axes.text(min(share, TALLEST) + 0.03, y, _floor_said(floor, at), va="center", fontsize=7)


def _case_key(axes: Axes, table: Table) -> None:
    handles = [
        Patch(facecolor=CASES[at % len(CASES)], label=short(case.label, 30))
        for at, case in enumerate(table.cases)
    ]
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=len(handles),
        frameon=False,
        handlelength=1,
        columnspacing=1.5,
        borderaxespad=0.2,
    )


# ---- outcomes ----------------------------------------------------------------------------------


def outcomes(table: Table, name: str) -> str:
    """Bars: figures of people side by side, each to the scale of its largest."""
    lines = [line for line in table.lines if line.key in BARS and any(line.values)]
    bars = len(table.cases)
    step = bars + 0.6
    with drawing(0.4 + 0.11 * step * len(lines)) as (figure, axes):
        for row, line in enumerate(lines):
            largest = max(abs(value) for value in line.values if value is not None)
            for at in range(bars):
                _outcome_bar(axes, row * step + at, line, at, largest)
        middles = [row * step + (bars - 1) / 2 for row in range(len(lines))]
        axes.set_yticks(middles, [short(labelled(line), 50) for line in lines], fontsize=7.5)
        axes.set_ylim(len(lines) * step - 0.6, -0.8)
        axes.set_xlim(0, 1.75)
        axes.set_xticks([])
        _case_key(axes, table)
        said = "; ".join(
            f"{labelled(line)}: "
            + ", ".join(
                f"{case.label} {shown(value, line.unit)}"
                for case, value in zip(table.cases, line.values, strict=True)
            )
            for line in lines
        )
        return svg(figure, name, "Outcomes side by side", f"{said}.")


def _outcome_bar(axes: Axes, y: float, line: Line, at: int, largest: Decimal) -> None:
    value = line.values[at]
    length = 0.0 if value is None else float(value / largest)
    axes.barh(y, length, color=CASES[at % len(CASES)], height=0.86)
    text = shown(value, line.unit)
    if at:
        text += f" · {differing(line.differences[at], line.unit)} · {judged(line, at)}"
    axes.text(length + 0.015, y, text, va="center", fontsize=7)


# ---- who wins and who loses --------------------------------------------------------------------


def winners(table: Table, at: int, name: str) -> str:
    """Bars to both sides: what each grade, the staff and each course gain or lose in one case."""
    people = [
        (one.who, float(one.lines[0].differences[at] or 0), one.lines[0].verdicts[at])
        for one in table.grades
        if one.lines[0].differences[at] is not None
    ]
    courses = _courses(table, at)
    rows = max(len(people), len(courses), 2)
    with panels(0.55 + 0.17 * rows, 1, 2 if courses else 1) as (figure, places):
        _sides(places[0], people, "choice points per person")
        if courses:
            unit = "minutes a year" if table.courses[0].year is not None else "minutes a week"
            told = [
                (label, minutes, "better" if minutes > 0 else "worse" if minutes else "")
                for label, minutes in courses
            ]
            _sides(places[1], told, f"class blocks: {unit}")
        said = "; ".join(f"{who} {change:+g}" for who, change, *_ in [*people, *courses])
        title = f"Who wins and who loses under {table.cases[at].label}"
        return svg(figure, name, title, f"Against {table.cases[0].label}: {said}.")


def _courses(table: Table, at: int) -> list[tuple[str, float]]:
    """Minutes that class blocks gain or lose; of very many those that change the most."""
    found = []
    for one in table.courses:
        changes = one.year_differences or one.week_differences
        alone = sum(other.course == one.course for other in table.courses) == 1
        label = one.course if alone else f"{one.course} ({', '.join(one.grades)})"
        found.append((label, float(changes[at])))
    if len(found) > MOST_COURSES:
        kept = sorted(found, key=lambda pair: -abs(pair[1]))[:MOST_COURSES]
        found = [pair for pair in found if pair in kept]
    return found


def _sides(axes: Axes, rows: Sequence[tuple[str, float, str]], unit: str) -> None:
    """Bars to the left for what is lost, to the right for what is gained."""
    most = max((abs(change) for _, change, _ in rows), default=0) or 1
    for y, (_, change, verdict) in enumerate(rows):
        colour = {"better": BETTER, "worse": WORSE}.get(verdict, EQUAL)
        axes.barh(y, change, color=colour, height=0.7)
        side = 1 if change >= 0 else -1
        axes.text(
            change + side * 0.03 * most,
            y,
            f"{change:+,.4g}" if change else "0",
            va="center",
            ha="left" if side > 0 else "right",
            fontsize=7,
        )
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_yticks(range(len(rows)), [short(who, 22) for who, _, _ in rows], fontsize=7.5)
    axes.set_ylim(max(len(rows), 2) - 0.4, -0.6)
    below, above = (any(side * change > 0 for _, change, _ in rows) for side in (-1, 1))
    axes.set_xlim(-(1.5 if below else 0.1) * most, (1.5 if above or not below else 0.1) * most)
    axes.set_xticks([])
    axes.set_title(unit, loc="left", fontsize=8)


# ---- a sweep -----------------------------------------------------------------------------------

_AGAINST = (
    ("points", "choice points per student"),
    ("run", "student sessions that run"),
    ("early_release", "early release, minutes a week"),
)
"""What is drawn against the minutes, beside the curve."""


LEAST_SPAN = 10.0
"""Minutes across the curve: what differs by less should not look like much."""


def curve(told: Sweep, name: str) -> str:
    """The trade-off: flex time served against teachers' time together, a point for each step."""
    rows = told.rows
    with drawing(3.4) as (figure, axes):
        x = [float(row["flex_minutes"]) for row in rows]
        y = [float(row["cop_minutes"]) for row in rows]
        axes.plot(x, y, color=FAINT, linewidth=1.5, zorder=1)
        for at, row in enumerate(rows):
            missed = bool(row["missed"])
            axes.scatter(
                x[at],
                y[at],
                s=34,
                zorder=2,
                color=WORSE if missed else CASES[0] if not row["minutes"] else CASES[1],
                marker="X" if missed else "s" if not row["minutes"] else "o",
            )
            label = told.base if not row["minutes"] else f"{row['minutes']:+d}".replace("-", "−")
            axes.annotate(label, (x[at], y[at]), (6, 3), textcoords="offset points", fontsize=8)
        axes.margins(0.12, 0.14)
        middle, half = (max(x) + min(x)) / 2, max(0.65 * (max(x) - min(x)), LEAST_SPAN / 2)
        axes.set_xlim(middle - half, middle + half)
        axes.set_ylim(bottom=0)
        axes.grid(color=FAINT, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.set_xlabel("flex minutes served per student, a week")
        axes.set_ylabel("minutes in CoPs per member of staff, a week")
        said = "; ".join(
            f"{row['calendar']}: {number(row['flex_minutes'])} flex minutes, "
            f"{number(row['cop_minutes'])} in CoPs"
            for row in rows
        )
        title = "Flex time served against teachers’ time together"
        return svg(figure, name, title, f"{said}.")


def against(told: Sweep, name: str) -> str:
    """What else changes with the minutes."""
    rows = told.rows
    with panels(1.9, 1, len(_AGAINST)) as (figure, places):
        x = [row["minutes"] for row in rows]
        for axes, (key, label) in zip(places, _AGAINST, strict=True):
            axes.plot(x, [float(row[key]) for row in rows], "o-", color=CASES[1], markersize=3.5)
            axes.set_title(label, loc="left", fontsize=8)
            axes.grid(axis="y", color=FAINT, linewidth=0.5)
            axes.margins(0.06, 0.2)
            axes.set_xlabel("minutes longer", fontsize=7.5)
            axes.tick_params(labelsize=7)
            axes.invert_xaxis()
        said = "; ".join(
            f"{row['calendar']}: " + ", ".join(f"{label} {row[key]}" for key, label in _AGAINST)
            for row in rows
        )
        return svg(figure, name, "What else changes", f"{said}.")
