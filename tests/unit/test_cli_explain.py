"""`flexweave explain` on the tiny school: what it refuses, and what it says in which words."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from scheduler.cli.app import app
from scheduler.reading import read
from scheduler.writing import write_solution
from tests.schools import TINY
from tests.solving import solved_here

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("solved")
    write_solution(solved_here(read(TINY)), folder)
    return folder


@pytest.mark.parametrize(
    ("file", "row"),
    [("sessions.csv", "robotics-mon,"), ("assignments.csv", "s2,Mon."), ("findings.csv", "")],
)
def test_an_answer_changed_by_hand_is_refused(
    solved: Path, tmp_path: Path, file: str, row: str
) -> None:
    out = shutil.copytree(solved, tmp_path / "out")
    head, *lines = (out / file).read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(row)]
    assert len(kept) < len(lines)
    (out / file).write_text("".join([head, *kept]))
    for words in (
        ("explain", TINY, out, "--person", "s2", "--session", "robotics-mon"),
        ("explain", TINY, out, "--fairness", "--person", "s2"),
        ("repair", TINY, out, "--away", "t2", "-o", tmp_path / "new"),
    ):
        for audience, said in (("student", "something in"), ("coordinator", ".csv: ")):
            told = run(*words, "--audience", audience)
            assert told.exit_code == 2, told.output
            flat = " ".join(told.stderr.split())
            assert f"see: flexweave verify {TINY} " in flat
            assert said in flat and (".csv: " in flat) == (audience == "coordinator")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--person", "s22"), "there is no person 's22'; the nearest known is 's2'"),
        (("--person", "s22", "--fairness"), "there is no person 's22'; the nearest known is 's2'"),
        (
            ("--person", "s2", "--session", "robotics"),
            "there is no session 'robotics'; the nearest known is 'robotics-mon'",
        ),
        (("--person", "t1"), "no place is due to 't1' but what they lead"),
    ],
)
def test_unknown_ids_are_refused(solved: Path, words: tuple[str, ...], said: str) -> None:
    told = run("explain", TINY, solved, *words, "--audience", "coordinator")
    assert told.exit_code == 2
    assert said in " ".join(told.stderr.split())
    private = run("explain", TINY, solved, "--person", "s22")
    assert private.exit_code == 2 and "s2," not in private.stderr
    assert "no person 's22'" in private.stderr and "nearest" not in private.stderr


def test_fairness_of_one_person(solved: Path) -> None:
    base = ("explain", TINY, solved, "--fairness")
    assert "You got" in run(*base, "--person", "s2").stdout
    one = run(*base, "--person", "s2", "--audience", "coordinator").stdout
    assert one.startswith("s2: ") and one.count("%") == 1
    for wrong in ((), ("--person", "s2", "--audience", "staff")):
        assert run(*base, *wrong).exit_code == 2
