"""Another calendar from one that there is: what gives, what takes, what moves, what is refused."""

from fractions import Fraction
from pathlib import Path

import pytest

from scheduler.calendars import CannotShift, NoCalendar, changes, minutes, shift, shifted
from scheduler.calendars.apportion import apportioned
from scheduler.calendars.retime import retimed
from scheduler.models import Cycle, Scenario
from scheduler.models.cells import clock
from scheduler.models.offer import Activity, Session
from scheduler.reading import examine, read
from scheduler.writing import scenario_json
from tests.calendars import block, school

FIXTURES = Path(__file__).parents[2] / "fixtures"
DAY = [
    "p1 class 08:00-09:00",
    "pass1 passing 09:00-09:05",
    "flex flex 09:05-09:45",
    "lunch lunch 09:45-10:15",
    "p2 class 10:15-11:45",
]
WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri")


def week(**more) -> Scenario:
    return school(dict.fromkeys(WEEK, DAY), **more)


def hours(scenario: Scenario, calendar: str, day: str) -> dict[str, str]:
    return {
        bell.block: f"{clock(bell.start)}-{clock(bell.end)}"
        for bell in scenario.bells
        if (bell.calendar, bell.day) == (calendar, day)
    }


def less(scenario: Scenario, minutes: int = -30, **more):
    return shifted(
        scenario, **({"base": "c", "name": "new", "days": ["Mon"], "minutes": minutes} | more)
    )


@pytest.mark.parametrize(
    ("total", "weights", "limits", "parts"),
    [
        (7, [1, 1, 1], [None] * 3, [3, 2, 2]),
        (90, [1, 1, 1, 1], [None] * 4, [23, 23, 22, 22]),
        (10, [3, 1], [None] * 2, [8, 2]),
        (10, [3, 1], [5, None], [5, 5]),
        (10, [3, 1], [5, 5], [5, 5]),
        (10, [3, 1], [5, 4], None),
        (0, [1], [0], [0]),
        (0, [], [], []),
        (1, [], [], None),
    ],
)
def test_whole_minutes_by_largest_remainder(total, weights, limits, parts):
    assert apportioned(total, [Fraction(w) for w in weights], limits) == parts


def test_classes_give_in_proportion_and_the_rest_keeps_its_length():
    made, told = less(week(), spread="none")
    assert hours(made, "new", "Mon") == {
        "p1": "08:00-08:48",
        "pass1": "08:48-08:53",
        "flex": "08:53-09:33",
        "lunch": "09:33-10:03",
        "p2": "10:03-11:15",
    }
    assert hours(made, "new", "Tue") == hours(made, "c", "Tue")
    assert (told.week_rest, told.year_rest) == (-30, None)
    assert (told.base, told.calendar, told.pd, told.sessions) == ("c", "new", None, ())


def test_all_blocks_alike():
    made, _ = less(week(), weighing="even", spread="none")
    assert hours(made, "new", "Mon")["p1"] == "08:00-08:45"


def test_flex_gives():
    made, _ = less(week(), give=("flex",), spread="none")
    assert hours(made, "new", "Mon")["flex"] == "09:05-09:15"
    made, _ = less(week(), give=("p2",), spread="none")
    assert hours(made, "new", "Mon")["p2"] == "10:15-11:15"


def test_the_week_is_kept():
    made, told = less(week(), -90)
    assert told.days == {"Mon": -90, "Tue": 23, "Wed": 23, "Thu": 22, "Fri": 22}
    assert told.week_rest == 0
    (change,) = changes(made, minutes(made, "c"), minutes(made, "new"))
    assert (change.cycle.instructional, change.cycle.kind("class")) == (0, 0)
    made, told = less(week(), 30)
    assert told.days == {"Mon": 30, "Tue": -8, "Wed": -8, "Thu": -7, "Fri": -7}


def test_the_year_is_kept_as_nearly_as_whole_minutes_allow():
    """Mon falls on 2 dates, Tue on 3, Wed on 4: 60 minutes are 7·8 + 4, so Wed gets one more."""
    dates = ["Mon", "Tue", "Wed"] * 2 + ["Tue", "Wed", "Wed"]
    scenario = school(dict.fromkeys(WEEK[:3], DAY), dates=dates)
    made, told = less(scenario, spread="year")
    assert told.days == {"Mon": -30, "Tue": 8, "Wed": 9}
    assert (told.year_rest, told.week_rest) == (0, -13)
    (change,) = changes(made, minutes(made, "c"), minutes(made, "new"))
    assert change.year is not None
    assert change.year.instructional == 0
    assert [day.date for day in made.days if day.calendar == "new"] == [
        day.date for day in scenario.days
    ]


def test_a_cycle_of_many_days_is_rounded_one_after_another():
    days = [f"d{at}" for at in range(20)]
    told = less(school(dict.fromkeys(days, DAY), dates=days), days=["d0"], spread="year")[1]
    assert told.year_rest == 0
    assert sorted(told.days.values()) == [-30] + [1] * 8 + [2] * 11


def test_days_that_are_not_in_the_cycle_stay():
    scenario = school({**dict.fromkeys(WEEK, DAY), "exam": DAY}, cycle=WEEK)
    made, told = less(scenario)
    assert hours(made, "new", "exam") == hours(made, "c", "exam")
    assert "exam" not in told.days


LUNCHES = [
    "p1 class 08:00-09:00",
    "lunch-a lunch 09:00-09:30 9",
    "p2a class 09:30-10:30 9",
    "p2b class 09:00-10:00 10",
    "lunch-b lunch 10:00-10:30 10",
    "p3 class 10:30-11:30",
]


def test_parallel_blocks_move_together():
    """Only 9:30 to 10:00 is class for both; both classes beside a lunch give the same there."""
    scenario = school({"Mon": LUNCHES}, grades="9;10")
    made, _ = less(scenario, spread="none")
    assert hours(made, "new", "Mon") == {
        "p1": "08:00-08:50",
        "lunch-a": "08:50-09:20",
        "p2a": "09:20-10:10",
        "p2b": "08:50-09:40",
        "lunch-b": "09:40-10:10",
        "p3": "10:10-11:00",
    }
    for change in changes(made, minutes(made, "c"), minutes(made, "new")):
        assert change.cycle.instructional == -30


def test_a_block_of_one_grade_alone_gives_nothing():
    scenario = school({"Mon": ["p0 class 07:00-08:00 10", *LUNCHES]}, grades="9;10")
    made, _ = less(scenario, spread="none")
    assert hours(made, "new", "Mon")["p0"] == "07:00-08:00"
    with pytest.raises(CannotShift, match="Mon has no time when every grade is in p0"):
        less(scenario, give=("p0",), spread="none")


def test_a_block_that_spans_others_keeps_its_least():
    """The double of grade 10 covers both classes of grade 9: it gives where they give."""
    days = {"Mon": ["a class 08:00-08:30 9", "b class 08:30-09:00 9", "ab class 08:00-09:00 10"]}
    made, _ = less(school(days, grades="9;10"), spread="none")
    assert hours(made, "new", "Mon") == {
        "a": "08:00-08:15",
        "b": "08:15-08:30",
        "ab": "08:00-08:30",
    }
    with pytest.raises(CannotShift, match="can give 40 minutes of class at most"):
        less(school(days, grades="9;10"), -41, spread="none")
    less(school(days, grades="9;10"), -40, spread="none")


def test_zero_minutes_are_the_same_day():
    bells = [block(text, "Mon") for text in DAY]
    assert retimed(bells, ("9",), 0, ("class",)) == bells


def cops(days: dict[str, list[str]], **more) -> Scenario:
    """A school with two CoPs that share a leader's day but not a room."""
    return school(days, **more).model_copy(
        update={
            "activities": tuple(Activity(id=f"cop{n}", kind="pd") for n in (1, 2, 3)),
            "sessions": (
                Session(id="cop1-Wed", activity="cop1", block="Wed.pd", room="R1"),
                Session(id="cop2-Thu", activity="cop2", block="Thu.pd", room="R1"),
                Session(id="cop3-Wed", activity="cop3", block="Wed.pd"),
                Session(id="cop3-Mon", activity="cop3", block="Mon.pd", room="R2"),
                Session(id="cop1-Mon", activity="cop2", block="Wed.pd", room="R2"),
            ),
        }
    )


MEETING = "pd pd 09:05-09:45"
FULL = {day: [*DAY, MEETING] if day in ("Wed", "Thu") else DAY for day in WEEK}


def test_pd_moves_into_the_time_set_free():
    made, told = less(cops(FULL), -90, give=("class", "flex"), pd="auto")
    assert told.pd == (10 * 60 + 25, 11 * 60 + 45)
    assert hours(made, "new", "Mon")["pd"] == "10:25-11:45"
    assert "pd" not in hours(made, "new", "Wed")
    assert "pd" in hours(made, "c", "Wed")
    added = [s for s in made.sessions if s.id in told.sessions]
    assert [(s.id, s.activity, s.block, s.room) for s in added] == [
        ("cop1-Mon-2", "cop1", "Mon.pd", "R1"),
        ("cop2-Mon", "cop2", "Mon.pd", ""),
    ]


def test_pd_at_hours_of_ones_own():
    made, told = less(cops(FULL), pd=(12 * 60, 13 * 60))
    assert told.pd == (720, 780)
    assert hours(made, "new", "Mon")["pd"] == "12:00-13:00"


def test_a_block_called_pd_that_is_none():
    days = {"Mon": [*DAY, "pd other 11:45-11:50"], "Tue": DAY}
    made, _ = less(school(days), -60, pd="auto", spread="none")
    assert hours(made, "new", "Mon")["pd2"] == "11:00-11:50"


def test_pd_within_a_day_moves_along():
    days = {"Mon": [*DAY, MEETING, "before pd 07:00-07:30", "after pd 12:00-13:00"]}
    made, _ = less(school(days), spread="none")
    found = hours(made, "new", "Mon")
    assert found["pd"] == found["flex"]
    assert (found["before"], found["after"]) == ("07:00-07:30", "11:30-12:30")


def test_a_shifted_scenario_can_be_read_and_solved_for_either_calendar():
    demo = read(FIXTURES / "demo")
    made, told = less(demo, -90, base="", give=("class", "flex"), pd="auto", spread="year")
    assert (told.base, told.year_rest) == ("current", -2)
    assert read(scenario_json(made)) == made
    assert examine(scenario_json(made), calendar="new").problems == ()
    meetings = Cycle(read(scenario_json(made), calendar="new")).offered.values()
    assert sum(s.block == "Mon.pd" for s in meetings) == 6


def test_the_only_calendar_is_named_so_that_both_can_be_read():
    alone = week().model_copy(
        update={"scenario": week().scenario.model_copy(update={"calendar": ""})}
    )
    assert shift(alone, base="", name="new", days=["Mon"], minutes=-9).scenario.calendar == "c"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"minutes": 0}, "0 minutes change nothing"),
        ({"name": "c"}, "there is a calendar 'c' already"),
        ({"name": "=c"}, "begins with '='"),
        ({"days": ["Mn"]}, "no day 'Mn' in its cycle; it has Mon, Tue, Wed, Thu, Fri"),
        ({"days": []}, "no day is named"),
        ({"give": ("clas",)}, "no kind and no block 'clas'; write 'class', the nearest"),
        ({"give": ("pd",)}, "no kind and no block 'pd'"),
        ({"give": (), "take": ()}, "nothing may give or take"),
        (
            {"minutes": -131},
            "Mon can give 130 minutes of class at most, where every",
        ),
        ({"minutes": 800}, "would end after midnight"),
        ({"days": WEEK}, "every day of the cycle changes"),
        ({"spread": "year"}, "days.csv has no dates"),
        ({"minutes": -20, "pd": "auto"}, "Mon has 10 minutes for pd between its new last bell"),
        ({"minutes": -5, "pd": "auto"}, "Mon has 0 minutes for pd"),
        ({"pd": (700, 700)}, "pd ends at 11:40, but it starts at 11:40"),
    ],
)
def test_what_cannot_be_is_refused(more, said):
    with pytest.raises(CannotShift, match=said.replace("(", r"\(")):
        less(week(), **({"minutes": -30} | more))


def test_130_minutes_can_be_given():
    assert less(week(), -130)[1].days["Mon"] == -130


def test_other_days_without_a_date_are_refused():
    with pytest.raises(CannotShift, match="no other day falls on a date"):
        less(week(dates=["Mon"]), spread="year")


def test_no_block_of_pd_vanishes():
    """A meeting of one minute inside a class that loses most of its minutes."""
    days = {"Mon": ["p1 class 08:00-09:00", "pd pd 08:30-08:31"]}
    with pytest.raises(CannotShift, match=r"Mon\.pd .* would have no minute left"):
        less(school(days), -50, spread="none")


def test_no_such_base():
    with pytest.raises(NoCalendar):
        less(week(), base="x")
