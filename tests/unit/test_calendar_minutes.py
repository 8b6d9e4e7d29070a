"""Minutes of calendars, each worked out by hand."""

from decimal import Decimal

import pytest

from scheduler.calendars import EVERYBODY, NoCalendar, changes, minutes, short_days
from scheduler.calendars.minutes import StaffTally, Tally
from scheduler.calendars.spans import length, shared, union
from tests.calendars import joined, school

DAY = [
    "p1 class 08:00-09:00",
    "pass1 passing 09:00-09:05",
    "flex flex 09:05-09:45",
    "lunch lunch 09:45-10:15",
    "adv advisory 10:15-10:35",
    "recess other 10:35-10:50",
    "p2 class 10:50-11:50",
]


def test_spans():
    assert union([(5, 6), (1, 3), (2, 4), (4, 5)]) == [(1, 6)]
    assert union([(1, 2), (3, 4)]) == [(1, 2), (3, 4)]
    assert length([]) == 0
    assert shared([(0, 10)], [(5, 20)]) == 5
    assert shared([(0, 10)], [(10, 20)]) == 0


def test_one_day():
    """1: 60 + 40 + 20 + 60 of instruction; lunch, passing and recess apart."""
    day = minutes(school({"Mon": DAY})).day("Mon")
    assert day.grades["9"] == Tally(
        days=1,
        instructional=180,
        kinds={"class": 120, "passing": 5, "flex": 40, "lunch": 30, "advisory": 20, "other": 15},
        courses={"p1": 60, "p2": 60},
        blocks={"p1": 60, "pass1": 5, "flex": 40, "lunch": 30, "adv": 20, "recess": 15, "p2": 60},
        span=230,
    )
    assert (day.first, day.last, day.dates, day.in_cycle) == (480, 710, None, True)
    assert day.bells == {"9": (480, 710)}
    assert day.staff == StaffTally(days=1, contract=230)


def test_the_caller_says_what_counts():
    """2: class and passing alone."""
    found = minutes(school({"Mon": DAY}), counted=("class", "passing"))
    assert found.counted == ("class", "passing")
    assert found.cycle.grades["9"].instructional == 125


def test_a_year_over_real_dates():
    """3: five days of 180 and two of 60; a date without a day is no school."""
    days = {"Mon": DAY, "Tue": DAY[:1]}
    found = minutes(school(days, dates=["Mon", "Tue", "", "Mon", "Mon", "Tue", "Mon", "Mon"]))
    assert found.year is not None
    assert found.year.grades["9"].instructional == 5 * 180 + 2 * 60
    assert found.year.grades["9"].days == 7
    assert found.year.grades["9"].courses == {"p1": 7 * 60, "p2": 5 * 60}
    assert [day.dates for day in found.days] == [5, 2]
    assert found.cycle.grades["9"].instructional == 240


def test_without_dates_there_is_no_year():
    """4: None, never 0; dates that are all holidays are a year of 0."""
    assert minutes(school({"Mon": DAY})).year is None
    closed = minutes(school({"Mon": DAY}, dates=["", ""]))
    assert closed.year is not None
    assert closed.year.grades["9"] == Tally()


def test_a_grade_specific_block():
    """5: grade 9 has a first hour more, grade 10 lunch while 9 has class."""
    days = {
        "Mon": [
            "early class 07:00-08:00 9",
            "p1 class 08:00-09:00",
            "lunch-a lunch 09:00-09:30 10",
            "p2a class 09:00-10:00 9",
            "p2b class 09:30-10:30 10",
        ]
    }
    day = minutes(school(days, grades="9;10")).day("Mon")
    assert day.grades["9"].courses == {"early": 60, "p1": 60, "p2a": 60}
    assert day.grades["10"].courses == {"p1": 60, "p2b": 60}
    assert (day.grades["9"].instructional, day.grades["10"].instructional) == (180, 120)
    assert day.grades["10"].kind("lunch") == 30
    assert day.bells == {"9": (420, 600), "10": (480, 630)}
    assert (day.first, day.last) == (420, 630)


def test_what_overlaps_counts_once_for_a_grade():
    """6: two parallel blocks of one kind, and one that lies inside another kind."""
    days = {"Mon": ["a class 08:00-09:00", "b class 08:30-09:30", "f flex 09:00-10:00"]}
    tally = minutes(school(days)).day("Mon").grades["9"]
    assert tally.kinds == {"class": 90, "flex": 60}
    assert tally.courses == {"a": 60, "b": 60}
    assert tally.instructional == 120
    assert (tally.span, tally.unlisted) == (120, 0)


def test_time_in_no_block():
    """7: bells without passing blocks leave 5 minutes between."""
    days = {"Mon": ["p1 class 08:00-09:00", "p2 class 09:05-10:00"]}
    tally = minutes(school(days)).day("Mon").grades["9"]
    assert (tally.span, tally.unlisted, tally.instructional) == (120, 5, 115)


def test_staff():
    """8: pd inside flex time, pd after a pause, and hours of a contract."""
    days = {
        "Mon": ["p1 class 08:00-09:00", "flex flex 09:00-09:40", "pd pd 09:00-09:40"],
        "Tue": ["p1 class 08:00-09:00", "pd pd 09:10-10:00", "pd2 pd 09:30-10:10"],
    }
    found = minutes(school(days))
    assert found.day("Mon").staff == StaffTally(
        days=1, contract=100, pd=40, pd_in_class_time=40, pd_in_flex_time=40
    )
    assert found.day("Tue").staff == StaffTally(days=1, contract=130, pd=60, preparation=10)
    assert found.cycle.staff.contract == 230
    told = minutes(school(days), contract=(7 * 60 + 30, 11 * 60)).day("Tue").staff
    assert (told.contract, told.preparation) == (210, 30 + 10 + 50)
    assert found.day("Tue").grades["9"].kinds == {"class": 60}


def test_a_two_week_rotation():
    """9: A and B weeks are one cycle of four days; extra days are no part of it."""
    hour, long = ["p1 class 08:00-09:00"], ["p1 class 08:00-09:30", "p2 class 09:30-10:00"]
    days = {"MonA": hour, "TueA": long, "MonB": long, "TueB": hour, "exam": hour}
    cycle = ("MonA", "TueA", "MonB", "TueB")
    found = minutes(school(days, cycle=cycle, dates=[*cycle, *cycle, "exam"]))
    assert found.cycle_days == cycle
    assert found.cycle.grades["9"].instructional == 60 + 120 + 120 + 60
    assert found.cycle.grades["9"].courses == {"p1": 300, "p2": 60}
    assert found.year is not None
    assert found.year.grades["9"].instructional == 2 * 360 + 60
    assert not found.day("exam").in_cycle


def test_early_release_and_late_start():
    """10: against the usual bells, those of days on a tenth of the dates or more."""
    days = {
        "long": ["p1 class 08:00-09:00", "p2 class 09:00-11:00"],
        "short": ["p1 class 08:20-09:00", "p2 class 09:00-10:15"],
        "gala": ["p1 class 07:00-12:00"],
    }
    rare = minutes(school(days, dates=["long"] * 15 + ["short"] * 4 + ["gala"]))
    short = rare.day("short").grades["9"]
    assert (short.early_release, short.late_start) == (45, 20)
    assert rare.day("gala").grades["9"].early_release == 0
    assert rare.year is not None
    assert rare.year.grades["9"].early_release == 4 * 45
    often = minutes(school(days, dates=["long"] * 8 + ["gala"]))
    assert often.day("long").grades["9"].early_release == 60
    undated = minutes(school(days, cycle=("long", "short")))
    assert undated.day("short").grades["9"].early_release == 45
    assert short_days(undated) == ("short",)
    assert short_days(undated, 70) == ()


def test_usual_days_of_a_calendar_of_many_days():
    days = {f"d{at}": [f"p1 class 08:00-{9 + at % 2:02d}:00"] for at in range(20)}
    found = minutes(school(days, dates=days))
    assert found.day("d0").grades["9"].early_release == 60


def test_a_scenario_without_grades():
    found = minutes(school({"Mon": DAY, "Tue": ["x class 08:00-09:00 7"]}, grades=""))
    assert found.grades == ("7",)
    found = minutes(school({"Mon": DAY}, grades=""))
    assert found.grades == (EVERYBODY,)
    assert found.cycle.grades[EVERYBODY].instructional == 180


def test_grades_in_order():
    found = minutes(school({"Mon": DAY}, grades="10;9;K;adult;TK"))
    assert found.grades == ("TK", "K", "9", "10", "adult")


def test_a_day_without_students():
    found = minutes(school({"Mon": DAY, "inservice": ["pd pd 08:00-15:00"]}, dates=["inservice"]))
    day = found.day("inservice")
    assert (day.first, day.last, day.bells, day.grades["9"]) == (None, None, {}, Tally())
    assert day.staff.pd == 420
    assert found.year is not None
    assert found.year.grades["9"].days == 0
    assert found.day("Mon").grades["9"].early_release == 0


def test_no_such_calendar():
    with pytest.raises(NoCalendar, match=r"no calendar 'x' in bells\.csv; it has: c"):
        minutes(school({"Mon": DAY}), "x")
    with pytest.raises(NoCalendar, match="it has: none"):
        minutes(school({}))


WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri")


def shortened(mondays: int, others: int):
    """Two calendars of six hours a day; under the second, Mondays end 90 minutes earlier."""
    dates = ["Mon"] * mondays + [WEEK[1 + at % 4] for at in range(others)]
    long, short = ["p1 class 08:00-14:00"], ["p1 class 08:00-12:30"]
    base = school(dict.fromkeys(WEEK, long), dates=dates, calendar="base")
    days = {day: short if day == "Mon" else long for day in WEEK}
    both = joined(base, school(days, dates=dates, calendar="short"))
    return changes(both, minutes(both, "base"), minutes(both, "short"))[0]


def test_the_identity():
    """90·M/(D − M) with D = 180, M = 36 is 22.5, as the week of five days says too."""
    change = shortened(36, 144)
    assert change.year_balance is not None
    assert (change.year_balance.shorter, change.year_balance.others) == (36, 144)
    assert change.year_balance.lost == 36 * 90
    assert change.year_balance.needed == Decimal("22.5") == change.week_balance.needed
    assert change.year_balance.missing == Decimal("22.5")
    assert (change.cycle.instructional, change.week_balance.net) == (-90, -90)


def test_a_monday_holiday_costs_a_short_day():
    """Four Mondays fewer: the week still asks for 22.5, the year for 90·32/144 = 20."""
    change = shortened(32, 144)
    assert change.year_balance is not None
    assert change.week_balance.needed == Decimal("22.5")
    assert change.year_balance.needed == 20
    assert change.year is not None
    assert change.year.instructional == -32 * 90


def test_what_is_given_back_is_told():
    base = school({day: ["p1 class 08:00-14:00"] for day in WEEK}, calendar="base")
    days = {day: [f"p1 class 08:00-{'12:30' if day == 'Mon' else '14:20'}"] for day in WEEK}
    both = joined(base, school(days, calendar="new"))
    (change,) = changes(both, minutes(both, "base"), minutes(both, "new"))
    assert (change.week_balance.gained, change.week_balance.net) == (80, -10)
    assert change.week_balance.missing == Decimal("2.5")
    assert change.cycle.courses == {"p1": -10}
    assert (change.year, change.year_balance) == (None, None)


def test_a_day_that_goes_away_is_lost():
    base = school({"Mon": DAY, "Tue": DAY}, calendar="base")
    both = joined(base, school({"Mon": DAY}, calendar="four"))
    (change,) = changes(both, minutes(both, "base"), minutes(both, "four"))
    assert (change.week_balance.shorter, change.week_balance.lost) == (1, 180)
    assert change.week_balance.needed == 180
    gone = joined(base, school({"Sat": ["pd pd 08:00-09:00"]}, calendar="none"))
    (change,) = changes(gone, minutes(gone, "base"), minutes(gone, "none"))
    assert (change.week_balance.lost, change.cycle.instructional) == (360, -360)


def test_every_day_shorter_leaves_nobody_to_pay():
    both = joined(school({"Mon": DAY}, calendar="base"), school({"Mon": DAY[:3]}, calendar="short"))
    (change,) = changes(both, minutes(both, "base"), minutes(both, "short"))
    assert (change.week_balance.needed, change.week_balance.missing) == (None, None)
