"""The flexweave command: what it writes where, how it ends, what it refuses."""

import io
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

import scheduler.cli
from scheduler.cli import app as application
from scheduler.cli import progress, screen
from scheduler.cli import solve as solving
from scheduler.generate import PRESETS
from scheduler.reading import read
from scheduler.report import entries
from scheduler.rules import catalogue
from scheduler.solver.isolate import SolverCrashed
from scheduler.solver.solve import CheckerDisagrees, NothingFound, State
from scheduler.verify import Disagreement
from scheduler.writing import CannotWrite

ROOT = Path(__file__).parents[2]
TINY = ROOT / "fixtures" / "tiny"
DEMO = ROOT / "fixtures" / "demo"
FILES = {"assignments.csv", "sessions.csv", "findings.csv", "ledger.csv", "certificate.json"}
MULTIPLIERS = "multipliers.json"
"""Written where the search came so far as to have any."""
FLEXWEAVE = [sys.executable, "-m", "scheduler.cli"]


@pytest.fixture(autouse=True)
def _as_wide_as_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers of pytest-xdist are told a width, which would fold tables."""
    monkeypatch.delenv("COLUMNS", raising=False)


def flexweave(*arguments: object) -> Result:
    return CliRunner().invoke(application.app, [str(a) for a in arguments], prog_name="flexweave")


def run(*arguments: object, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [*FLEXWEAVE, *map(str, arguments)]
    return subprocess.run(command, text=True, capture_output=True, cwd=ROOT, check=False, **more)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The answer to the tiny school."""
    folder = tmp_path_factory.mktemp("out") / "tiny"
    assert flexweave("solve", TINY, "-o", folder).exit_code == 0
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A copy of the tiny school that may be changed."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


# ---- help and the way in -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["check", "solve", "verify", "show", "rules", "generate"])
def test_every_command_helps_with_examples(name: str) -> None:
    told = flexweave(name, "--help")
    assert told.exit_code == 0
    assert told.stdout.count(f"flexweave {name}") >= 3  # usage, and two examples or more


def test_no_command_shows_the_help() -> None:
    told = flexweave()
    assert told.exit_code == 2
    assert "solve" in told.output


def test_version() -> None:
    told = flexweave("--version")
    assert told.exit_code == 0
    assert told.stdout.startswith("flexweave ")


def test_the_module_is_the_command() -> None:
    told = run("rules", "seats")
    assert told.returncode == 0
    assert told.stdout.startswith("seats")
    assert told.stderr == ""


def test_ctrl_c_while_loading_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: str) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("importlib.import_module", interrupted)
    with pytest.raises(SystemExit) as ended:
        scheduler.cli.main()
    assert ended.value.code == 3


# ---- check -------------------------------------------------------------------------------------


def test_check_says_what_a_scenario_holds() -> None:
    told = flexweave("check", TINY)
    assert told.exit_code == 0
    assert "6  students" in told.stdout
    assert "Mon.flex" in told.stdout
    assert "no limit" not in told.stdout
    assert told.stderr == ""


def test_check_notes_what_another_calendar_offers() -> None:
    told = flexweave("check", DEMO)
    assert told.exit_code == 0
    assert "also there: short-monday" in told.stdout
    assert "6 sessions are not offered" in told.stdout
    assert "note: sessions.csv:" in told.stderr


def test_check_of_one_kind() -> None:
    told = flexweave("check", DEMO, "--kinds", "pd, pd", "--calendar", "short-monday")
    assert told.exit_code == 0
    assert "Decided: pd." in told.stdout
    assert "Calendar short-monday" in told.stdout


def test_check_says_every_problem(tiny: Path) -> None:
    changed(tiny / "choices.csv", "s1,robotics,1", "s1,robotix,1")
    changed(tiny / "rooms.csv", "r2,3", "r2,many")
    told = flexweave("check", tiny)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert "choices.csv:2:choice: " in told.stderr
    assert "rooms.csv:3:seats: " in told.stderr
    assert "flexweave: 2 problems" in told.stderr


def test_check_as_json(tiny: Path) -> None:
    found = json.loads(flexweave("check", DEMO, "--json").stdout)
    assert found["overview"]["rows"]["students"] == 240
    assert not found["problems"]
    assert found["notes"][0]["file"] == "choices.csv"
    changed(tiny / "rooms.csv", "r2,3", "r2,many")
    told = flexweave("check", tiny, "--json")
    assert told.exit_code == 2
    found = json.loads(told.stdout)
    assert found["overview"] is None
    assert [(p["file"], p["row"], p["column"]) for p in found["problems"]] == [
        ("rooms.csv", 3, "seats")
    ]


@pytest.mark.parametrize("command", [["check"], ["solve"], ["verify", "x"], ["show", "x"]])
def test_what_is_not_there_is_bad_input(command: list[str], tmp_path: Path) -> None:
    name, *more = command
    told = flexweave(name, *[tmp_path / "nowhere", *more][: 2 if more else 1])
    assert told.exit_code == 2
    assert told.stdout == ""
    assert "problem" in told.stderr
    assert not list(tmp_path.iterdir())


# ---- solve -------------------------------------------------------------------------------------


def test_solve_writes_every_file_and_a_summary(tmp_path: Path) -> None:
    told = flexweave("solve", TINY, "-o", tmp_path / "a" / "b")
    assert told.exit_code == 0
    assert {path.name for path in (tmp_path / "a" / "b").iterdir()} - {MULTIPLIERS} == FILES
    assert "everyone who attends has a place" in told.stdout
    assert "The answer is in" in told.stderr
    assert " s  " in told.stderr


def test_solve_as_json_prints_the_certificate_and_nothing_else(tmp_path: Path) -> None:
    told = flexweave("solve", TINY, "-o", tmp_path, "--json", "--quiet")
    assert told.exit_code == 0
    assert told.stdout == (tmp_path / "certificate.json").read_text()
    assert told.stderr == ""
    assert json.loads(told.stdout)["overrides"] == {}


def test_solve_again_says_how_the_scenario_was_read(tmp_path: Path) -> None:
    solved = flexweave("solve", DEMO, "-o", tmp_path, "--calendar", "short-monday", "--kinds", "pd")
    assert solved.exit_code == 0
    assert "notes on the data" in solved.stderr
    given = json.loads((tmp_path / "certificate.json").read_text())["overrides"]
    assert given == {"calendar": "short-monday", "kinds": "pd"}
    assert flexweave("verify", DEMO, tmp_path).exit_code == 0
    shown = flexweave("show", DEMO, tmp_path)
    assert shown.exit_code == 0
    assert "changed" not in shown.stderr
    assert "advisory" not in shown.stdout


def test_the_answer_goes_to_out_by_default(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert flexweave("solve", "tiny", "-q").exit_code == 0
    assert {path.name for path in (tmp_path / "out" / "tiny").iterdir()} - {MULTIPLIERS} == FILES
    assert solving.default_folder(Path("some/week.zip")) == Path("out/week")
    monkeypatch.chdir(tiny)
    assert solving.default_folder(Path()) == Path("out/tiny")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--time-limit", "-1"], "not between 0 and"),
        (["--time-limit", "nan"], "not between 0 and"),
        (["--time-limit", "inf"], "not between 0 and"),
        (["--gap", "1.5"], "0.01 means one percent"),
        (["--gap", "nan"], "0.01 means one percent"),
        (["--seed", "-1"], "--seed"),
        (["--kinds", "flex,advisry"], "'advisory'"),
        (["--kinds", ""], "no kind"),
        (["--calendar", "curent"], "current"),
        (["--hurry"], "--hurry"),
    ],
)
def test_options_that_cannot_be(options: list[str], said: str, tmp_path: Path) -> None:
    told = flexweave("solve", TINY, "-o", tmp_path / "out", *options)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert said in " ".join(told.stderr.replace("│", " ").split())
    assert not (tmp_path / "out").exists()


def test_an_answer_never_goes_where_it_cannot(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solving, "solve", None)  # refused before any search
    (tmp_path / "file").write_text("mine")
    for folder, said in [
        (tiny, "holds a scenario"),
        (tmp_path / "file", "is a file"),
        (tmp_path / "file" / "deeper", "is a file"),
    ]:
        told = flexweave("solve", tiny, "-o", folder)
        assert told.exit_code == 2
        assert said in told.stderr
    refusing = SimpleNamespace(access=lambda *_: False, W_OK=os.W_OK, X_OK=os.X_OK)
    monkeypatch.setattr(solving, "os", refusing)
    told = flexweave("solve", tiny, "-o", tmp_path / "out")
    assert told.exit_code == 2
    assert "may not be written to" in told.stderr
    assert (tmp_path / "file").read_text() == "mine"
    assert not (tmp_path / "out").exists()


def test_a_disk_that_refuses_is_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> NoReturn:
        raise OSError(28, "No space left on device", str(tmp_path))

    monkeypatch.setattr(solving, "write_solution", full)
    told = flexweave("solve", TINY, "-o", tmp_path)
    assert told.exit_code == 2
    assert "No space left on device" in told.stderr


def test_an_impossible_scenario_still_gets_its_best_effort(tiny: Path, tmp_path: Path) -> None:
    changed(tiny / "rooms.csv", "r1,4", "r1,1")
    with (tiny / "locks.csv").open("a") as locks:
        locks.write("s5,algebra-mon,in\n")
    told = flexweave("solve", tiny, "-o", tmp_path / "out")
    assert told.exit_code == 1
    assert "best effort" in told.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} - {MULTIPLIERS} == FILES
    assert flexweave("show", tiny, tmp_path / "out").exit_code == 0
    told = flexweave("verify", tiny, tmp_path / "out")
    assert told.exit_code == 0
    assert "impossible" in told.stdout


@pytest.mark.parametrize(
    ("failure", "code", "said"),
    [
        (NothingFound("stopped before any answer"), 3, "stopped before any answer"),
        (SolverCrashed("the solver's process ended early"), 3, "ended early; nothing was written"),
        (MemoryError(), 3, "not enough memory"),
        (KeyboardInterrupt(), 3, "stopped"),
        (CheckerDisagrees([Disagreement("ledger.csv", "not so")]), 4, "ledger.csv: not so"),
    ],
)
def test_how_a_failed_search_ends(
    failure: BaseException, code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> NoReturn:
        raise failure

    monkeypatch.setattr(solving, "solve", fails)
    told = flexweave("solve", TINY, "-o", tmp_path / "out")
    assert told.exit_code == code
    assert said in told.stderr
    assert told.stdout == ""
    assert not (tmp_path / "out").exists()


def started(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*FLEXWEAVE, *map(str, arguments)],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )


def test_ctrl_c_writes_the_best_found(tmp_path: Path) -> None:
    with started("solve", DEMO, "-o", tmp_path / "out") as child:
        assert child.stderr is not None
        for line in child.stderr:
            if re.search(r"value +[\d,]", line):
                break
        child.send_signal(signal.SIGINT)
        printed, said = child.communicate(timeout=120)
    assert child.returncode == 0, said
    assert "interrupted" in printed
    assert "Traceback" not in said
    assert {path.name for path in (tmp_path / "out").iterdir()} - {MULTIPLIERS} == FILES


def test_nothing_disturbs_the_writing() -> None:
    with solving.undisturbed():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


# ---- progress ----------------------------------------------------------------------------------


def at(seconds: float, value: int | None = None) -> State:
    worth = None if value is None else Decimal(value)
    return State("prove", seconds, worth, worth, Decimal(0) if worth else None)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(progress, "tell", said.append)
    monkeypatch.setattr(progress, "terminal", lambda: None)
    return said


def test_progress_says_a_line_now_and_then_and_the_last(lines: list[str]) -> None:
    with progress.Progress() as watch:
        for state in (at(0.1), at(0.2, 5), at(2.5, 6), at(2.6, 7)):
            watch(state)
    assert [line.split()[0] for line in lines] == ["0.1", "2.5", "2.6"]
    assert "value            7" in lines[-1]
    assert "gap     0 %" in lines[-1]


def test_progress_that_is_quiet_or_has_nothing_to_say(lines: list[str]) -> None:
    with progress.Progress(quiet=True) as watch:
        watch(at(1))
    with progress.Progress():
        pass
    assert lines == []


def test_progress_on_a_terminal_is_one_live_line(monkeypatch: pytest.MonkeyPatch) -> None:
    screenful = io.StringIO()
    console = Console(file=screenful, force_terminal=True, width=100)
    monkeypatch.setattr(progress, "terminal", lambda: console)
    with progress.Progress() as watch:
        watch(at(1, 12345))
        watch(at(1, 23456))
    assert "23,456" in screenful.getvalue()
    assert "into a model" in progress.Progress()._now().plain


def test_only_a_real_terminal_has_a_live_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert screen.terminal() is None
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert screen.terminal() is not None
    monkeypatch.setenv("TERM", "dumb")
    assert screen.terminal() is None


# ---- verify ------------------------------------------------------------------------------------


def test_verify_confirms(out: Path) -> None:
    told = flexweave("verify", TINY, out)
    assert told.exit_code == 0, told.stdout
    assert "Confirmed: the answer is legal" in told.stdout
    assert "bound" in told.stdout
    assert told.stderr == ""
    found = json.loads(flexweave("verify", TINY, out, "--json").stdout)
    assert found["confirmed"]
    assert found["disagreements"] == []
    assert found["bound"] == found["value"]


def test_verify_says_what_is_not_so(out: Path, tmp_path: Path) -> None:
    forged = Path(shutil.copytree(out, tmp_path / "forged"))
    changed(forged / "certificate.json", '"status": "optimal"', '"status": "feasible"')
    told = flexweave("verify", TINY, forged)
    assert told.exit_code == 1
    assert "certificate.json: status is feasible" in told.stdout
    found = json.loads(flexweave("verify", TINY, forged, "--json").stdout)
    assert not found["confirmed"]
    assert found["disagreements"][0]["where"] == "certificate.json"


def test_verify_needs_every_file(out: Path, tmp_path: Path) -> None:
    partial = Path(shutil.copytree(out, tmp_path / "partial"))
    (partial / "ledger.csv").unlink()
    told = flexweave("verify", TINY, partial)
    assert told.exit_code == 2
    assert "ledger.csv: the file is missing" in told.stderr


# ---- show --------------------------------------------------------------------------------------


def test_show_at_a_glance(out: Path) -> None:
    told = flexweave("show", TINY, out)
    assert told.exit_code == 0
    assert told.stderr == ""
    for title in ("How places were filled", "Support needs", "Pulls by staff", "Worst off"):
        assert title in told.stdout
    found = json.loads(flexweave("show", TINY, out, "--json").stdout)
    assert sum(way["places"] for way in found["filled"]) == 18
    assert found["headline"]["status"] == "optimal"


def test_show_one_person(out: Path) -> None:
    told = flexweave("show", TINY, out, "--person", "s5")
    assert told.exit_code == 0
    assert "Eva (s5), grade 11, last advised by Ms. Gray (t1)" in told.stdout
    assert "09:05–09:45" in told.stdout
    found = json.loads(flexweave("show", TINY, out, "--person", "EVA", "--json").stdout)
    assert found["person"] == "s5"
    assert {line["block"] for line in found["lines"]} == {"Mon.flex", "Mon.advisory", "Wed.flex"}


def test_show_one_session(out: Path) -> None:
    told = flexweave("show", TINY, out, "--session", "algebra-mon")
    assert told.exit_code == 0
    assert "Led by Ms. Gray (t1)" in told.stdout
    found = json.loads(flexweave("show", TINY, out, "--session", "algebra-mon", "--json").stdout)
    assert "s6" in [member["person"] for member in found["members"]]


def test_show_names_the_nearest(out: Path) -> None:
    for option, asked, nearest in [("--person", "Eve", "Eva"), ("--session", "study", "study-wed")]:
        told = flexweave("show", TINY, out, option, asked)
        assert told.exit_code == 2
        assert told.stdout == ""
        assert (
            f"there is no {option[2:]} {asked!r}; the nearest known is {nearest!r}" in told.stderr
        )
    assert flexweave("show", TINY, out, "--person", "s1", "--session", "x").exit_code == 2


def test_show_warns_of_a_scenario_that_has_changed(out: Path, tiny: Path) -> None:
    changed(tiny / "students.csv", "Ada", "Ida")
    told = flexweave("show", tiny, out)
    assert told.exit_code == 0
    assert "the scenario has changed" in told.stderr
    changed(tiny / "students.csv", "s4,10,Dan,,\n", "")
    changed(tiny / "choices.csv", "s4,robotics,1\ns4,algebra-wed,2\n", "")
    told = flexweave("show", tiny, out)
    assert told.exit_code == 2
    assert "it names 's4', which is not there" in told.stderr


def test_names_never_steer_the_terminal(tiny: Path, tmp_path: Path) -> None:
    changed(tiny / "students.csv", "Ada", "[red]A\u202eda\u2028[/red]")
    folder = tmp_path / "out"
    assert flexweave("solve", tiny, "-o", folder).exit_code == 0
    told = flexweave("show", tiny, folder, "--person", "s1")
    assert told.stdout.startswith("[red]Ada[/red] (s1)")
    printed = flexweave("show", tiny, folder, "--person", "s1", "--json").stdout
    assert "\u202e" not in printed
    assert json.loads(printed)["called"] == "[red]A\u202eda\u2028[/red] (s1)"
    assert "\x1b" not in flexweave("show", tiny, folder, "--person", "\x1b[31m").stderr


# ---- rules -------------------------------------------------------------------------------------


def test_rules_lists_every_rule_with_its_knobs() -> None:
    told = flexweave("rules")
    assert told.exit_code == 0
    for name, rule in catalogue.rules().items():
        assert name in told.stdout
        assert all(knob in told.stdout for knob in rule.Settings.model_fields)


def test_one_rule() -> None:
    told = flexweave("rules", "choices")
    assert "Findings:" in told.stdout
    assert "[100, 80, 64, 52, 42, 34, 28, 22, 18, 15]" in told.stdout
    (found,) = json.loads(flexweave("rules", "choices", "--json").stdout)
    assert found["name"] == "choices"
    assert found["knobs_schema"]["properties"]["unchosen"]
    told = flexweave("rules", "choises")
    assert told.exit_code == 2
    assert "'choices'" in told.stderr


def test_rules_as_a_page() -> None:
    told = flexweave("rules", "--markdown")
    assert told.stdout.startswith("# Rules\n")
    assert all(f"\n## {entry.name}\n" in told.stdout for entry in entries())
    assert flexweave("rules", "--markdown", "--json").exit_code == 2


# ---- generate ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["school", "school.zip", "school.json"])
def test_generate_writes_what_can_be_read(name: str, tmp_path: Path) -> None:
    target = tmp_path / name
    told = flexweave("generate", target, "--students", 40, "--seed", 3)
    assert told.exit_code == 0, told.stderr
    assert told.stdout == ""
    assert "40 students" in told.stderr
    assert len(read(target).students) == 40
    again = flexweave("generate", target, "--students", 41)
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert flexweave("generate", target, "--students", 41, "--force").exit_code == 0
    assert len(read(target).students) == 41


@pytest.mark.parametrize(
    "sizes",
    [
        ["--students", 3],
        ["--students", 10, "--staff", 2],
        ["--students", 30, "--staff", 0],
        ["--students", 20, "--blocks", 1, "--sessions", 2],
        ["--students", 20, "--blocks", 0],
        ["--students", 20, "--groups", 2, "--cops", 2, "--choices", 1],
        ["--preset", "advisory", "--students", 30, "--set", "pulls=0"],
    ],
)
def test_what_is_not_given_fits_what_is(sizes: list[object], tmp_path: Path) -> None:
    told = flexweave("generate", tmp_path, *sizes)
    assert told.exit_code == 0, told.stderr
    read(tmp_path)


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        (["--set", "pulls"], "--set pulls=VALUE"),
        (["--set", "puls=1"], "'pulls'"),
        (["--set", "pulls=many"], "pulls: "),
        (["--set", "students=20", "--set", "pairs=300"], "300 pairs need 900 students"),
        (["--preset", "dmo"], "'demo'"),
        (["--students", "0"], "--students"),
    ],
)
def test_sizes_that_cannot_be(sizes: list[str], said: str, tmp_path: Path) -> None:
    told = flexweave("generate", tmp_path / "school", *sizes)
    assert told.exit_code == 2
    assert said in told.stderr
    assert not (tmp_path / "school").exists()


def test_every_preset_fits_as_it_is() -> None:
    for name, sizes in PRESETS.items():
        assert application.generate.sized(name, {}) == sizes


# ---- streams -----------------------------------------------------------------------------------


@pytest.fixture
def pipe() -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs a shell line with a shell that tells every exit code."""

    def piped(line: str) -> subprocess.CompletedProcess[str]:
        told = f'set -o pipefail; {line}; echo "${{PIPESTATUS[@]}}"'
        return subprocess.run(
            ["bash", "-c", told],
            text=True,
            capture_output=True,
            cwd=ROOT,
            check=False,
            env=os.environ | {"PY": sys.executable},
        )

    return piped


def test_a_reader_that_goes_away_is_no_error(
    out: Path, pipe: Callable[[str], subprocess.CompletedProcess[str]]
) -> None:
    for command in (f"show {TINY} {out} --json", "rules"):
        told = pipe(f'"$PY" -m scheduler.cli {command} | (exec true)')
        assert told.stdout == "0 0\n"
        assert told.stderr == ""


def test_stderr_may_go_away_too(
    tmp_path: Path, pipe: Callable[[str], subprocess.CompletedProcess[str]]
) -> None:
    told = pipe(f'"$PY" -m scheduler.cli solve {TINY} -o {tmp_path}/out 2>&1 | (exec true)')
    assert told.stdout == "0 0\n"
    assert {path.name for path in (tmp_path / "out").iterdir()} - {MULTIPLIERS} == FILES


def test_streams_may_be_closed_or_full(
    pipe: Callable[[str], subprocess.CompletedProcess[str]],
) -> None:
    assert pipe('"$PY" -m scheduler.cli rules >&-').stdout == "0\n"
    assert pipe('"$PY" -m scheduler.cli rules x 2>&-').stdout == "2\n"
    told = pipe('"$PY" -m scheduler.cli rules > /dev/full')
    assert told.stdout == "2\n"
    assert told.stderr == "flexweave: No space left on device\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(36, "File name too long", "aaa"), "aaa: File name too long"),
        (OSError("odd"), "odd"),
        (CannotWrite(13, "x cannot be written", "out"), "out: x cannot be written"),
    ],
)
def test_how_the_system_refuses(error: OSError, said: str) -> None:
    assert application._refusal(error) == said


def test_signs_that_the_terminal_does_not_know(out: Path) -> None:
    told = run("show", TINY, out, env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert told.returncode == 0
    assert "?" in told.stdout


def test_a_terminal_gets_its_width_and_colours(out: Path) -> None:
    leader, follower = os.openpty()
    with subprocess.Popen(
        [*FLEXWEAVE, "show", str(TINY), str(out)],
        stdout=follower,
        cwd=ROOT,
        env=os.environ | {"TERM": "xterm-256color", "COLUMNS": "70"},
    ) as child:
        os.close(follower)
        printed = b""
        while select.select([leader], [], [], 60)[0]:
            try:
                printed += os.read(leader, 65536)
            except OSError:
                break
    os.close(leader)
    assert child.returncode == 0
    assert b"\x1b[1m" in printed
    plain = printed.replace(b"\x1b[1m", b"").replace(b"\x1b[2m", b"").replace(b"\x1b[0m", b"")
    assert max(len(line) for line in plain.decode().splitlines()) <= 70
