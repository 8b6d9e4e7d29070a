"""Twelve real bell schedules; four of them against tables worked out by hand from the files."""

import pytest

from benchmarks.datasets import bell_schedules
from scheduler.calendars import judge, minutes, pack_names, read_pack, short_days
from scheduler.models.cells import clock

DATA = bell_schedules.folder()
pytestmark = pytest.mark.skipif(
    DATA is None, reason="FLEXWEAVE_DATA is unset or has no bell_schedules"
)


@pytest.fixture(scope="module")
def schools():
    assert DATA is not None
    return bell_schedules.schools(DATA)


def tally(school, day):
    return minutes(school).day(day).grades["9"]


def test_all_twelve_are_read(schools):
    assert len(schools) == 12
    for name, school in schools.items():
        found = minutes(school)
        assert all(day.grades["9"].instructional > 0 for day in found.days), name
        assert (found.year is None) == (name == "southampton")
        for pack in pack_names():
            assert judge(school, read_pack(pack)).floors


def test_alta_vista_by_hand(schools):
    """Mon and Fri short. Eight full weeks, and Mar 20-23 and May 29-Jun 1 of four days each."""
    school = schools["avhs"]
    normal, short = tally(school, "Tue"), tally(school, "Mon")
    assert normal.kinds == {"class": 250, "flex": 50, "lunch": 45, "passing": 25, "other": 15}
    assert short.kinds == {"class": 250, "lunch": 45, "passing": 20, "other": 15}
    found = minutes(school)
    assert [day.dates for day in found.days if day.in_cycle] == [8, 10, 10, 10, 10]
    assert found.year.grades["9"].instructional == 30 * 300 + 18 * 250
    assert set(short_days(found)) == {"Mon", "Fri", "short"}
    assert short.early_release == 55
    assert clock(found.day("Mon").last) == "14:30"


def test_evanston_by_hand(schools):
    """Nine PD Mondays, 33 normal days, 3 late starts; the lunches are inside periods."""
    school = schools["eths"]
    normal, monday = tally(school, "Tue"), tally(school, "Mon")
    assert (normal.kind("class"), normal.kind("flex")) == (40 + 8 * 42 + 47, 27)
    assert (monday.kind("class"), monday.kind("flex")) == (40 + 9 * 33, 27)
    assert tally(school, "late-start").instructional == 9 * 35
    found = minutes(school)
    assert found.day("Mon").dates == 9
    assert found.day("late-start").dates == 3
    assert found.year.grades["9"].instructional == 33 * 450 + 9 * 364 + 3 * 315
    assert {"Mon", "late-start", "half-day"} <= set(short_days(found))
    assert "Tue" not in short_days(found)
    assert monday.early_release == 86


def test_mission_san_jose_by_hand(schools):
    """25 normal days, 10 late Wednesdays (one on a Friday), 9 Thursdays, 3 days of finals."""
    school = schools["msjhs"]
    assert tally(school, "Mon").instructional == 5 * 54 + 55 + 53 + 17
    assert tally(school, "Wed").instructional == 6 * 48 + 53
    assert tally(school, "Thu").kinds["advisory"] == 46
    assert tally(school, "Thu").instructional == 6 * 50 + 53 + 46
    assert tally(school, "finals").instructional == 240
    found = minutes(school)
    assert (found.day("Wed").dates, found.day("wed").dates) == (9, 1)
    assert found.year.grades["9"].instructional == 25 * 395 + 10 * 341 + 9 * 399 + 3 * 240
    assert tally(school, "Wed").late_start == 60
    assert set(short_days(found)) == {"Wed", "wed", "finals"}


def test_southampton_has_no_dates(schools):
    school = schools["southampton"]
    regular = tally(school, "regular_schedule")
    assert regular.instructional == 44 + 8 * 40 + 25
    assert regular.unlisted == 9 * 4
    assert minutes(school).year is None
    assert short_days(minutes(school)) == ("two_hour_delay",)


def test_a_line_per_school(capsys):
    assert bell_schedules.main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert "avhs: 48 dates, 13500 minutes; short: Mon, Fri, short" in lines
    assert len(lines) == 24
