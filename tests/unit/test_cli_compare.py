"""``flexweave compare`` and ``flexweave calendar sweep``, and what they leave."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from scheduler.cli import runs
from scheduler.cli.app import app
from scheduler.reading import read_solution
from scheduler.runs import Failure, Ran
from scheduler.solver.solve import State
from tests.schools import TINY
from tests.twocalendars import document, put

if TYPE_CHECKING:
    from pathlib import Path

BOTH = ("--calendar", "now", "--calendar", "then")


def invoke(*given: object) -> Any:
    return CliRunner().invoke(app, [*map(str, given)])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which both calendars of two schools were compared."""
    folder = tmp_path_factory.mktemp("compared")
    put(folder / "first.json")
    second = document()["choices"][:3]
    put(folder / "second.json", choices=second)
    schools = [folder / f"{name}.json" for name in ("first", "second")]
    given = ["compare", *schools, *BOTH, "--pack", "IL", "--results", folder / "kept"]
    told = invoke(*given, "-o", folder / "both.html")
    assert told.exit_code == 0, told.output
    (folder / "both.txt").write_text(told.stdout)
    return folder


@pytest.fixture
def alone(made: Path, tmp_path: Path) -> Path:
    """What was kept of the first school, as it is called where there is no other."""
    for name in ("now", "then"):
        shutil.copytree(made / "kept" / f"first-{name}", tmp_path / name)
    return tmp_path


def test_two_schools_have_a_table_each_and_one_of_all(made):
    text = (made / "both.txt").read_text()
    assert "All at a glance" in text
    assert "Two calendars (2)" in text
    assert "0 → 100 ▲" in text
    assert "then against now: of" in text
    assert "now misses IL 176 school days and IL 300 minutes a day." in text
    assert "then is proven best" in text
    assert text.count("Not legal advice") == 1
    assert "Mon" in (made / "both.html").read_text()
    assert sorted(p.name for p in (made / "kept").iterdir()) == [
        *("first-now", "first-then", "second-now", "second-then")
    ]


def test_a_second_run_solves_nothing(made, alone, monkeypatch):
    """Everything was kept: workers would be an error."""
    monkeypatch.setattr(runs, "Processes", lambda jobs: None)
    told = invoke("compare", made / "first.json", *BOTH, "--results", alone, "--json")
    assert told.exit_code == 0, told.output
    assert "2 of 2  then:" in told.stderr and "was there already" in told.stderr
    found = json.loads(told.stdout)
    (table,) = found["tables"]
    assert [case["calendar"] for case in table["cases"]] == ["now", "then"]
    points = next(one for one in table["lines"] if one["key"] == "points")
    assert (points["values"], points["verdicts"][1]) == ([40, 100], "better")


def test_a_kept_answer_can_be_shown(made):
    told = invoke("verify", made / "first.json", made / "kept" / "first-then")
    assert told.exit_code == 0, told.output
    assert read_solution(made / "kept" / "first-then").certificate.overrides["calendar"] == "then"


def test_all_calendars_of_one_school_and_one_of_two(made, alone, monkeypatch):
    monkeypatch.setattr(runs, "Processes", lambda jobs: None)
    both = [made / "first.json", made / "second.json"]
    told = invoke("compare", *both, "--results", made / "kept", "-q")
    assert told.exit_code == 0, told.output
    assert "Side by side" in told.stdout
    assert "All at a glance" not in told.stdout
    assert "Two calendars (2) against Two calendars: of" in told.stdout
    told = invoke("compare", made / "first.json", "--results", alone, "-q")
    assert told.exit_code == 0, told.output
    assert "then against now" in told.stdout
    assert told.stderr == ""


def test_a_calendar_beside_itself_makes_no_difference(made, alone, monkeypatch):
    monkeypatch.setattr(runs, "Processes", lambda jobs: None)
    given = ("--calendar", "now", "--calendar", "now", "--results", alone)
    told = invoke("compare", made / "first.json", *given, "-o", made / "same.html")
    assert told.exit_code == 0, told.output
    assert "now (2) against now: of" in told.stdout
    assert "better" not in told.stdout and "worse" not in told.stdout
    assert "no day changes its instructional minutes" in told.stdout


def test_a_scenario_that_names_no_calendar_has_its_only_one(tmp_path):
    bells = [row for row in document()["bells"] if row["calendar"] == "now"]
    days = [row for row in document()["days"] if row["calendar"] == "now"]
    sessions = [row for row in document()["sessions"] if row["id"] != "cop-then"]
    only = {"bells": bells, "days": days, "sessions": sessions, "scenario": {"name": "Only"}}
    told = invoke("compare", put(tmp_path / "x.json", **only))
    assert told.exit_code == 2
    assert "one calendar of one scenario leaves nothing to compare" in told.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--calendar", "now"), "leaves nothing to compare; add --calendar NAME"),
        (("--calendar", "now", "--calendar", "than"), "there is no calendar 'than'"),
        ((*BOTH, "--pack", "ILL"), "there is no such pack; write IL"),
        ((*BOTH, "-o", "."), "is a folder; name a file"),
    ],
)
def test_what_cannot_be_compared_is_refused(tmp_path, given, said):
    told = invoke("compare", put(tmp_path / "x.json"), *given)
    assert told.exit_code == 2
    assert said in told.stderr


def test_a_cluster_without_its_library_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    told = invoke("compare", put(tmp_path / "x.json"), *BOTH, "--cluster", "tcp://127.0.0.1:1")
    assert told.exit_code == 2
    assert "pip install 'flexweave[cluster]'" in told.stderr


def _ran(task: Any, **more: Any) -> Ran:
    return Ran(task, None, **more)


def test_a_solve_that_fails_ends_as_it_would_alone(tmp_path, monkeypatch):
    def one_fails(tasks: Any, *_: Any, **__: Any) -> Any:
        yield _ran(tasks[0], failure=Failure("stopped before any answer"))

    monkeypatch.setattr(runs, "run", one_fails)
    told = invoke("compare", put(tmp_path / "x.json"), *BOTH, "--results", tmp_path / "r")
    assert told.exit_code == 3
    assert "now: no answer: stopped before any answer" in told.stderr


def test_stopped_says_what_is_kept(tmp_path, monkeypatch):
    def stopped(tasks: Any, *_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(runs, "run", stopped)
    told = invoke("compare", put(tmp_path / "x.json"), *BOTH, "--results", tmp_path / "r")
    assert told.exit_code == 3
    assert "stopped: 0 of 2 answers came and are kept in" in told.stderr
    assert not (tmp_path / "r").exists()


def test_what_is_impossible_is_written_and_exits_1(tmp_path):
    """Two students are locked into one seat."""
    locks = [{"person": p, "session": "art-tue", "state": "in"} for p in ("a", "b")]
    given = ("--calendar", "now", "--calendar", "now", "--results", tmp_path / "r")
    told = invoke("compare", put(tmp_path / "x.json", locks=locks), *given)
    assert told.exit_code == 1, told.output
    assert "now without a proven bound" in told.stdout
    swept = ("--day", "Mon", "--minutes", "0", "--pd", "none", "-o", tmp_path / "s")
    told = invoke(
        "calendar", "sweep", tmp_path / "x.json", *swept, "--results", tmp_path / "r", "--json"
    )
    assert told.exit_code == 1, told.output
    assert [row["minutes"] for row in json.loads(told.stdout)["rows"]] == [0]


# ---- sweeps --------------------------------------------------------------------------------------

SWEEP = ("--day", "Mon", "--minutes", "-10:-30:20", "--pd", "none", "--pack", "IL")


def test_a_sweep_leaves_a_page_and_tables_and_goes_on(tmp_path, monkeypatch):
    given = ("calendar", "sweep", TINY, *SWEEP, "-o", tmp_path / "out")

    def first_only(tasks: Any, *rest: Any, **more: Any) -> Any:
        yield from real(tasks[:1], *rest, **more)
        raise KeyboardInterrupt

    real = runs.run
    monkeypatch.setattr(runs, "run", first_only)
    told = invoke(*given)
    assert told.exit_code == 0, told.output
    assert "stopped: 1 of 3 answers came" in told.stderr
    assert "Stopped: 1 of 3 calendars were solved." in told.stdout
    monkeypatch.setattr(runs, "run", real)
    told = invoke(*given)
    assert told.exit_code == 0, told.output
    assert "1 of 3  current:" in told.stderr and "was there already" in told.stderr
    assert "−30" in told.stdout and "Not legal advice" in told.stdout
    rows = (tmp_path / "out" / "sweep.csv").read_text().splitlines()
    assert rows[0].startswith("minutes,calendar,flex_minutes,cop_minutes")
    # A spreadsheet would not run a number, and does not get to run a name.
    assert [row.split(",")[:2] for row in rows[1:]] == [
        *(["0", "current"], ["-10", "current-10"], ["-30", "current-30"])
    ]
    found = json.loads((tmp_path / "out" / "sweep.json").read_text())
    assert [row["minutes"] for row in found["rows"]] == [0, -10, -30]
    assert "Flex time served against teachers" in (tmp_path / "out" / "sweep.html").read_text()
    kept = tmp_path / "out" / "answers"
    assert sorted(path.name for path in kept.iterdir()) == ["current", "current-10", "current-30"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--minutes", "-30:x"), "are no minutes; write FIRST:LAST:STEP"),
        (("--minutes", "-30:-90:0"), "a step of 0 minutes leads nowhere"),
        (("--minutes", "1:999:1"), "999 steps are more than 200"),
        (("--minutes", "-30", "--pd", "noon"), "are no hours; write START-END"),
        (("--minutes", "-30,-55", "--pd", "none"), "at -55 minutes: "),
        (("--minutes", "-30", "--pd", "none", "--from", "nope"), "there is no calendar 'nope'"),
        (("--minutes", "-30", "-o", str(TINY)), "holds a scenario; name another folder"),
    ],
)
def test_what_cannot_be_swept_is_refused(tmp_path, given, said):
    where = () if "-o" in given else ("-o", tmp_path)
    told = invoke("calendar", "sweep", TINY, "--day", "Mon", *given, *where)
    assert told.exit_code == 2
    assert said in " ".join(told.stderr.replace("│", " ").split())


# ---- how it goes ---------------------------------------------------------------------------------


def test_steps_go_up_and_down_and_hours_are_read():
    from scheduler.cli import calendar_sweep as module

    assert module._steps("-30:-60:15") == [-30, -45, -60]
    assert module._steps("10:40:-15") == [10, 25, 40]
    assert module._steps("-30:-60") == [-30, -45, -60]
    assert module._steps("-60, -90") == [-60, -90]
    assert module._hours("13:55-15:15") == (835, 915)


class Terminal:
    """A terminal that keeps what is printed."""

    def __init__(self) -> None:
        self.printed: list[str] = []


def test_progress_is_said_now_and_then(capsys):
    state = State("fill", 7.0, None, None, None)
    with runs.Runs(2) as shown:
        shown.heard("a", state)
        shown._said_at -= runs.EVERY
        shown.heard("a", state)
        shown.heard("b", state)
        assert "a" in shown._now().plain and "b" in shown._now().plain
    assert capsys.readouterr().err.count("fill") == 1
    assert runs.Runs(3)._now().plain == "0 of 3 solved"


def test_progress_is_live_on_a_terminal(monkeypatch):
    from rich.console import Console

    console = Console(force_terminal=True, file=open("/dev/null", "w"), record=True)  # noqa: SIM115
    monkeypatch.setattr(runs, "terminal", lambda: console)
    with runs.Runs(1) as shown:
        shown.heard("a", State("fill", 7.0, None, None, None))
        shown._say("one is done")
    assert "one is done" in console.export_text()
    console.file.close()
