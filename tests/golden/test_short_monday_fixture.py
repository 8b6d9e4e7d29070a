"""The committed district: what its script makes, and what its bells promise."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from scheduler.calendars import changes, minutes
from scheduler.models import Cycle
from scheduler.models.cells import clock
from scheduler.reading import read

FIXTURES = Path(__file__).parents[2] / "fixtures"
SCHOOLS = ("middle", "elementary")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    where = FIXTURES / "make_short_monday.py"
    spec = importlib.util.spec_from_file_location("make_short_monday", where)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("which", SCHOOLS)
def test_the_committed_folder_is_what_the_script_makes(script, which):
    assert read(FIXTURES / "short-monday" / which) == script.school(which)


@pytest.mark.parametrize(
    ("which", "first", "last", "monday"),
    [("middle", "08:00", "15:15", "13:45"), ("elementary", "08:45", "15:45", "14:15")],
)
def test_the_bells(which, first, last, monday):
    school = read(FIXTURES / "short-monday" / which)
    current, short = minutes(school, "current"), minutes(school, "short-monday")
    assert {(clock(d.first), clock(d.last)) for d in current.days} == {(first, last)}
    assert clock(short.day("Mon").last) == monday
    assert {day.first for day in short.days} == {current.days[0].first}


@pytest.mark.parametrize("which", SCHOOLS)
def test_the_week_is_balanced_and_the_year_is_not(which):
    """Mondays are the holidays, so the other days give back more than they owe."""
    school = read(FIXTURES / "short-monday" / which)
    current, short = minutes(school, "current"), minutes(school, "short-monday")
    assert {day.day: day.dates for day in current.days} == {
        "Mon": 32,
        "Tue": 38,
        "Wed": 36,
        "Thu": 37,
        "Fri": 37,
    }
    for change in changes(school, current, short):
        assert change.week_balance.net == 0
        assert change.year_balance is not None
        assert change.year_balance.lost == 32 * 90
        assert change.year_balance.gained == (38 + 37) * 22 + (36 + 37) * 23


@pytest.mark.parametrize("which", SCHOOLS)
def test_cops_meet_in_flex_time_or_after_school(which):
    school = read(FIXTURES / "short-monday" / which)
    flex = minutes(school).day("Wed").grades[minutes(school).grades[0]].kind("flex")
    assert minutes(school, "current").cycle.staff.pd_in_flex_time == 2 * flex
    assert minutes(school, "short-monday").cycle.staff.pd == 80
    assert minutes(school, "short-monday").cycle.staff.pd_in_flex_time == 0


@pytest.mark.parametrize("which", SCHOOLS)
@pytest.mark.parametrize("calendar", ["current", "short-monday"])
def test_every_teacher_has_one_cop_to_go_to_in_either_calendar(which, calendar):
    cycle = Cycle(read(FIXTURES / "short-monday" / which, calendar=calendar))
    offered = {s.activity for s in cycle.offered.values() if cycle.kind(s) == "pd"}
    assert offered == {a for a, found in cycle.activities.items() if found.kind == "pd"}
    meetings = [s for s in cycle.offered.values() if cycle.kind(s) == "pd"]
    assert len(meetings) == len(offered)
