"""The invented middle school compared: who meets in flex time cannot lead, and students see it."""

from pathlib import Path

import pytest

from scheduler.calendars import read_pack
from scheduler.comparison import Subject, compare
from scheduler.reading import read
from scheduler.runs import Processes, Results, Task, run

SCHOOL = Path(__file__).parents[2] / "fixtures" / "short-monday" / "middle"
CALENDARS = ("current", "short-monday")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    schools = {name: read(SCHOOL, calendar=name) for name in CALENDARS}
    tasks = [Task(name, scenario, gap=0.02) for name, scenario in schools.items()]
    came = {ran.task.name: ran.solution for ran in run(tasks, Processes(), results=Results(folder))}
    group = [Subject(name, "Middle", schools[name], name) for name in CALENDARS]
    return compare([group], came, [read_pack("IL")]).tables[0]


def test_cops_in_flex_time_take_leaders_from_students(table):
    current, short = (case.outcomes for case in table.cases)
    # Under current 18 sessions meet while CoPs do; some are closed for it. Under the other none.
    assert (current.beside_pd, short.beside_pd) == (18, 0)
    assert current.stopped_by_pd > 0
    assert short.stopped_by_pd == 0
    assert table.line("run").verdicts[1] == "better"
    assert table.line("stopped_by_pd").verdicts[1] == "better"


def test_students_and_teachers_are_better_off_by_more_than_the_gaps(table):
    for key in ("value", "points", "free_together", "together", "cop_minutes"):
        found = table.line(key)
        assert found.verdicts[1] == "better", key
        assert abs(found.differences[1]) > found.margins[1], key


def test_the_law_and_the_minutes_pay_for_it(table):
    assert table.line("IL_daily_300").values == (105, 15)
    assert table.line("IL_daily_300").verdicts[1] == "worse"
    assert table.line("instruction_cycle").differences[1] == 0
    assert table.line("instruction_year").differences[1] == 449
    assert table.line("early_release_cycle").verdicts[1] == "worse"
