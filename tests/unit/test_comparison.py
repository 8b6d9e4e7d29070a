"""Cases side by side: outcomes by hand, differences and what they say, a calendar beside itself."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from scheduler.calendars import CannotShift, read_pack
from scheduler.comparison import Subject, compare, outcomes, shifts, sweep
from scheduler.comparison.lines import line, people
from scheduler.solver import solve
from tests.twocalendars import HEAD, school

if TYPE_CHECKING:
    from scheduler.comparison.outcomes import Outcomes


@pytest.fixture(scope="module")
def solved() -> dict[str, Any]:
    return {name: solve(school(name)) for name in ("now", "then")}


@pytest.fixture(scope="module")
def table(solved):
    group = [Subject(name, "Two", school(name), name) for name in ("now", "then")]
    return compare([group], solved, [read_pack("IL")]).tables[0]


# ---- the coupling, by hand -----------------------------------------------------------------------


def test_whoever_meets_cannot_lead(solved):
    """t1 is due in the CoP while art would meet, so art is closed and both sit in the hall."""
    found = outcomes(school("now"), solved["now"])
    assert (found.offered, found.run, found.not_offered) == (3, 2, 0)
    assert (found.stopped_by_pd, found.beside_pd) == (1, 2)
    assert (found.places, found.unplaced, found.first) == (4, 1, 0)
    assert (found.needs, found.needs_met, found.pulls, found.pulls_met) == (1, 0, 1, 0)
    # Art on Tuesday has one seat: b chose it second, a needs it; one of them is idle then.
    assert found.idle_minutes == 40
    assert found.flex_minutes == Decimal(60)
    assert (found.cop_minutes, found.cop_first, found.cop_places) == (Decimal(40), 1, 2)
    assert (found.together, found.free_together) == (1, 1)
    assert [(d.block, d.students, d.adults, d.sessions) for d in found.duties] == [
        ("Mon.flex", 2, 0, 1),
        ("Tue.flex", 1, 0, 1),
    ]
    assert found.most_per_adult is None
    assert (found.gaps, found.gap_minutes) == (1, 45)


def test_who_meets_later_can(solved):
    """Under the other calendar art runs on Monday; Tuesday has no flex block at all."""
    found = outcomes(school("then"), solved["then"])
    assert (found.offered, found.run, found.not_offered) == (2, 1, 1)
    assert (found.stopped_by_pd, found.beside_pd) == (0, 0)
    assert (found.places, found.unplaced, found.first) == (2, 0, 2)
    assert (found.points, found.per_place) == (Decimal(100), Decimal(100))
    assert (found.needs_met, found.pulls_met) == (1, 1)
    assert (found.flex_minutes, found.cop_minutes) == (Decimal(30), Decimal(60))
    assert (found.together, found.free_together) == (1, 1)
    assert [(d.students, d.adults, d.students_per_adult) for d in found.duties] == [(2, 1, 2)]
    assert (found.idle_minutes, found.gaps) == (0, 0)
    grades = [(g.grade, g.staff, g.people, g.points, g.first) for g in found.grades]
    assert grades == [("9", False, 1, 100, 1), ("10", False, 1, 100, 1), ("", True, 2, 50, 1)]


def test_a_day_that_is_idle_as_a_whole_is_one_gap():
    """Nobody leads or offers anything on Tuesday, and there is no class either."""
    bells = [("now", "Tue", "one", "flex", "09:00", "09:30"),
             ("now", "Tue", "break", "other", "09:30", "09:40"),
             ("now", "Tue", "two", "flex", "09:40", "10:10"),
             ("now", "Wed", "one", "flex", "09:00", "09:30"),
             ("now", "Wed", "p", "class", "09:30", "10:00")]  # fmt: skip
    alone = school(
        "now",
        bells=[dict(zip(HEAD, row, strict=True)) for row in bells],
        days=[],
        sessions=[{"id": "hall-wed", "activity": "hall", "block": "Wed.one", "max_size": 1}],
        choices=[], needs=[], pulls=[],
    )  # fmt: skip
    found = outcomes(alone, solve(alone))
    assert found.idle_minutes == 2 * 60 + 30
    # Both wait for 70 minutes on Tuesday; one of them 30 before the lesson on Wednesday.
    assert (found.gaps, found.gap_minutes) == (3, 170)
    assert (found.together, found.free_together) == (None, None)


# ---- lines ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "better", "margin", "verdict"),
    [
        ((10, 12), "more", 0, "better"),
        ((10, 12), "fewer", 0, "worse"),
        ((10, 8), "fewer", 0, "better"),
        ((10, 12), "", 0, "different"),
        ((10, 12), "more", 2, "no difference"),
        ((10, 12), "more", "1.99", "better"),
        ((10, 8), "more", 2, "no difference"),
        ((10, 12), "more", None, "not known"),
        ((10, 10), "more", None, "no difference"),
        ((None, 10), "more", 0, "not known"),
    ],
)
def test_a_difference_within_the_margin_is_none(values, better, margin, verdict):
    margins = (Decimal(0), None if margin is None else Decimal(margin))
    made = line("people", "x", "x", "count", values, better=better, margins=margins)
    assert made.verdicts[1] == verdict
    assert made.verdicts[0] == ("no difference" if values[0] is not None else "not known")


def _case(solved: Outcomes, **changes: Any) -> Outcomes:
    return solved.model_copy(update=changes)


def test_the_two_gaps_together_are_the_margin(solved):
    bare = outcomes(school("then"), solved["then"])
    first = _case(bare, value=Decimal(90), bound=Decimal(100), gap=Decimal("0.1"))
    second = _case(bare, value=Decimal(120), bound=Decimal(125), gap=Decimal("0.04"), run=2)
    lines = {one.key: one for one in people([first, second])}
    # In points: what the first may still gain and what the second may.
    assert (lines["value"].differences[1], lines["value"].margins[1]) == (30, 15)
    assert lines["value"].verdicts[1] == "better"
    # Of another figure the same share of the larger one: 0.14 · 2 sessions.
    assert lines["run"].margins[1] == Decimal("0.28")
    assert lines["run"].verdicts[1] == "better"
    # What no search decides is exact.
    assert lines["beside_pd"].margins[1] == 0
    near = _case(second, value=Decimal(104))
    assert {one.key: one for one in people([first, near])}["value"].verdicts[1] == "no difference"
    unproven = _case(second, bound=None, gap=None)
    lines = {one.key: one for one in people([first, unproven])}
    assert lines["value"].verdicts[1] == lines["run"].verdicts[1] == "not known"


# ---- tables --------------------------------------------------------------------------------------


def test_minutes_law_and_people_stand_in_one_table(table):
    year = table.line("instruction_year")
    assert (year.values, year.differences[1], year.verdicts[1]) == ((200, 150), -50, "worse")
    assert table.line("instruction_cycle").differences[1] == -50
    assert table.line("staff_pd_in_flex_time_cycle").values == (40, 0)
    assert table.line("early_release_cycle").values[1] == 10
    assert table.line("points").verdicts[1] == "better"
    daily = next(floor for floor in table.floors if floor.kind == "daily")
    assert (daily.needed, daily.met, daily.of) == (300, (False, False), "")
    assert table.line("IL_daily_300").values == daily.margins
    assert [(c.course, c.week, c.year) for c in table.courses] == [("p1", (120, 120), (120, 120))]
    assert [one.who for one in table.grades] == ["grade 9", "grade 10", "staff"]
    assert table.changes[0][0].week_balance.net == -50
    assert {one.key for one in table.verdict} >= {"points", "IL_daily_300", "instruction_year"}
    assert sum(table.verdicts[1].values()) == len(table.verdict)
    assert [case.calendar for case in table.cases] == ["now", "then"]


def test_a_calendar_beside_itself_is_all_zeros(solved):
    now = school("now")
    same = [Subject("one", "Two", now, "now"), Subject("two", "Two", now, "now")]
    (table,) = compare([same], solved, [read_pack("IL"), read_pack("CA")]).tables
    assert len(table.lines) > 30
    for one in (*table.lines, *(part for grade in table.grades for part in grade.lines)):
        assert one.differences == (0, 0), one.key
        assert one.verdicts == ("no difference", "no difference"), one.key
    assert all(course.week_differences == (0, 0) for course in table.courses)
    for change in table.changes[0]:
        assert (change.week_balance.lost, change.week_balance.gained) == (0, 0)
    assert table.verdicts[1] == {"no difference": len(table.verdict)}


def test_schools_beside_each_other(solved):
    group = [
        Subject("First", "First", school("now"), "now"),
        Subject("Second", "Second", school("then"), "then"),
    ]
    (table,) = compare([group], solved).tables
    assert (table.name, table.courses, table.changes, table.floors) == ("", (), (), ())
    assert table.line("points").verdicts[1] == "better"


def test_a_grade_that_only_one_school_has(solved):
    other = school("then", students=[{"id": "a", "grade": "9"}, {"id": "b", "grade": "11"}])
    group = [
        Subject("First", "First", school("now"), "now"),
        Subject("Second", "Second", other, "then"),
    ]
    (table,) = compare([group], solved | {"then": solve(other)}).tables
    by = {one.who: one.lines[0] for one in table.grades}
    assert by["grade 10"].differences[1] is None
    assert by["grade 11"].verdicts[1] == "not known"
    # A figure of a grade stands apart where not all have it alike.
    assert {one.of for one in table.lines if one.key == "class_cycle"} == {
        "grade 9", "grade 10", "grade 11",
    }  # fmt: skip


# ---- sweeps --------------------------------------------------------------------------------------


def test_a_sweep_follows_each_step():
    now = school("now")
    found = shifts(now, [-20, -10, -20, 0], ["Mon"], "now", pd=None)
    assert [(one.minutes, one.subject.label) for one in found] == [
        (0, "now"),
        (-10, "now-10"),
        (-20, "now-20"),
    ]
    answers = {one.subject.key: solve(one.subject.scenario) for one in found[:2]}
    told = sweep(found, ["Mon"], answers, [read_pack("IL")])
    assert (told.base, told.days, told.wanted, len(told.steps)) == ("now", ("Mon",), 3, 2)
    rows = told.rows
    assert [row["minutes"] for row in rows] == [0, -10]
    assert [row["calendar"] for row in rows] == ["now", "now-10"]
    assert rows[0]["cop_minutes"] == rows[1]["cop_minutes"] == 40
    assert rows[1]["missed"] == told.steps[1].missed
    assert any("300 minutes a day" in floor for floor in rows[0]["missed"])


def test_a_step_that_cannot_be_is_named():
    with pytest.raises(CannotShift, match="at -90 minutes: "):
        shifts(school("now"), [-10, -90], ["Mon"], "now")
