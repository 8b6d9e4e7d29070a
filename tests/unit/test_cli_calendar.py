"""``flexweave calendar``: minutes and shift from the command."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scheduler.cli import app as application
from scheduler.reading import read
from scheduler.writing import write_scenario
from tests.calendars import joined, school

FIXTURES = Path(__file__).parents[2] / "fixtures"
DEMO = FIXTURES / "demo"
MIDDLE = FIXTURES / "short-monday" / "middle"


@pytest.fixture(autouse=True)
def _as_wide_as_a_pipe(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)


def calendar(*arguments):
    words = ["calendar", *map(str, arguments)]
    return CliRunner().invoke(application.app, words, prog_name="flexweave")


def test_minutes_of_all_calendars():
    told = calendar("minutes", MIDDLE, "--pack", "IL")
    assert told.exit_code == 0, told.output
    lines = [" ".join(line.split()) for line in told.stdout.splitlines()]
    assert "Calendar current: 180 school days." in lines
    assert "Mon 32 all 08:00–13:45 275 228 37 10 30 40 0 113" in lines
    assert "all year 32 148 2,880 3,329 +449 19.46 -3.03" in lines
    assert "all days 176 180 +4 met 105 ILCS 5/10-19" in lines
    assert told.stdout.count("Not legal advice") == 2


def test_minutes_of_grades_that_differ_and_without_dates(tmp_path):
    days = {"Mon": ["p1 class 08:00-09:00", "p2 class 09:00-10:00 10", "x pd 10:00-11:00"]}
    base = school(days, grades="9;10;11", dates=["Mon"], calendar="a")
    both = joined(
        base, school({"Mon": ["p1 class 08:00-08:30"], "Sat": ["x pd 08:00-09:00"]}, calendar="b")
    )
    write_scenario(both, tmp_path / "s.json")
    told = calendar("minutes", tmp_path / "s.json", "--pack", "CA", "--pack", "IL")
    lines = [" ".join(line.split()) for line in told.stdout.splitlines()]
    assert "Calendar b: no dates, so no year." in lines
    assert "Mon 1 9, 11 08:00–09:00 60 60 0 0 0 0 0 0" in lines
    assert "Sat – all – 0 0 0 0 0 0 0 0" in lines
    assert "year all – – – – – – – – –" in lines
    assert "p2 – 60" in lines
    assert "all yearly, minutes 64,800 – – no dates to say EC 46207(a)(4)" in lines
    assert any("MISSED (1 day below)" in line for line in lines)
    assert "Days that pd makes full ones: unknown without dates, at most 10 count." in lines


def test_a_pack_without_a_floor_for_some(tmp_path):
    pack = tmp_path / "mine.toml"
    pack.write_text(
        'name="m"\ntitle="M"\ndate=2026-01-01\nsource="s"\n[counts]\nkinds=["class"]\n'
        '[[yearly]]\ngrades=["5"]\nminutes=1\nsource="s"\n'
    )
    told = calendar("minutes", MIDDLE, "--pack", pack, "--calendar", "current")
    assert "No floor in this pack: 6, 7, 8." in told.stdout


def test_minutes_as_json():
    told = calendar("minutes", DEMO, "--json", "--pack", "CA", "--calendar", "short-monday")
    found = json.loads(told.stdout)
    assert [one["calendar"] for one in found["calendars"]] == ["short-monday"]
    assert found["changes"] == {}
    assert found["law"][0]["floors"][0]["margin"] == 6865 - 64800
    assert "Not legal advice" in found["notice"]
    both = json.loads(calendar("minutes", DEMO, "--json").stdout)
    assert both["changes"]["short-monday"][0]["week_balance"]["needed"] == 22.5
    assert both["notice"] == ""


def test_what_is_not_there_is_said():
    told = calendar("minutes", DEMO, "--calendar", "shrt")
    assert told.exit_code == 2
    assert "there is no calendar 'shrt'" in told.stderr
    told = calendar("minutes", DEMO, "--pack", "XY")
    assert told.exit_code == 2
    assert "there is no such pack" in told.stderr


SHORT = ("--name", "m60", "--day", "Mon", "--minutes", "-60")


def test_shift_into_the_folder_itself(tmp_path):
    folder = tmp_path / "middle"
    shutil.copytree(MIDDLE, folder)
    toml = (folder / "scenario.toml").read_bytes() + b"# a comment\n"
    (folder / "scenario.toml").write_bytes(toml)
    (folder / "notes.txt").write_text("kept")
    told = calendar("shift", folder, *SHORT, "--pd", "14:20-15:20")
    assert told.exit_code == 0, told.output
    assert "pd meets 14:20–15:20; 0 sessions added for it." in told.stdout
    assert "The cycle comes to as many minutes as before." in told.stdout
    assert (folder / "scenario.toml").read_bytes() == toml
    assert (folder / "notes.txt").read_text() == "kept"
    found = read(folder)
    before = read(MIDDLE)
    assert found.bells[: len(before.bells)] == before.bells
    assert {bell.calendar for bell in found.bells} == {"current", "short-monday", "m60"}
    assert not list(folder.glob(".*"))
    again = calendar("shift", folder, *SHORT)
    assert again.exit_code == 2
    assert "there is a calendar 'm60' already" in again.stderr


def test_shift_elsewhere(tmp_path):
    target = tmp_path / "m60.zip"
    told = calendar("shift", DEMO, *SHORT, "--json", "-o", target, "--spread", "year")
    found = json.loads(told.stdout)
    assert found["days"] == {"Mon": -60, "Tue": 12, "Wed": 11, "Thu": 11, "Fri": 11}
    assert found["year_rest"] == 0
    assert {bell.calendar for bell in read(target).bells} == {"current", "short-monday", "m60"}
    told = calendar("shift", target, "--name", "again", "--day", "Mon", "--minutes", "5")
    assert told.exit_code == 2
    assert "is no folder; name a target with -o TARGET" in told.stderr


def test_shift_moves_pd_into_the_time_set_free(tmp_path):
    told = calendar("shift", MIDDLE, *SHORT, "--pd", "auto", "-o", tmp_path / "out")
    assert "pd meets 14:25–15:15; 0 sessions added for it." in told.stdout


def test_shift_without_dates(tmp_path):
    write_scenario(school({"Mon": ["p1 class 08:00-09:00"]}), tmp_path / "s.json")
    target = tmp_path / "out.json"
    told = calendar(
        "shift", tmp_path / "s.json", "--name", "n", "--day", "Mon", "--minutes", "-10",
        "--spread", "none", "-o", target,
    )  # fmt: skip
    assert "nobody can say what the year comes to" in told.stdout
    assert "The cycle comes to -10 minutes." in told.stdout


def test_shift_refuses(tmp_path):
    target = tmp_path / "out"
    told = calendar("shift", DEMO, *SHORT, "-o", target, "--give", "klass")
    assert told.exit_code == 2
    assert "write 'class', the nearest" in told.stderr
    for hours in ("soon", "14:00-25:00", "9-"):
        told = calendar("shift", DEMO, *SHORT, "-o", target, "--pd", hours)
        assert told.exit_code == 2
        assert "write START-END, such as" in told.output
    assert not target.exists()
