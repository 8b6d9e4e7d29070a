"""Fifty corruptions through the command: an exit code that fits, and never a traceback.

Each runs in a process of its own. That process is forked from one in which the command is loaded
already, where the system can fork, because loading takes most of a second.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from scheduler.reading import examine
from tests.corruptions import FILES, Corrupt, corruptions
from tests.schools import ROOT, put

Check = Callable[[Path], tuple[int, str]]
"""Runs the command on a source; its exit code and what it said."""

ENVIRONMENT = {**os.environ, "COLUMNS": "500", "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}

FORKING = """
import os, runpy, sys
import scheduler.cli.app
for line in sys.stdin:
    source, said = line.rstrip("\\n").split("\\t")
    child = os.fork()
    if child == 0:
        to = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(to, 1), os.dup2(to, 2)
        sys.argv = ["flexweave", "check", source]
        try:
            runpy.run_module("scheduler.cli", run_name="__main__")
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        except BaseException:
            import traceback
            traceback.print_exc()
            code = 99
        sys.stdout.flush(), sys.stderr.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def written(folder: Path, corrupt: Corrupt) -> Path:
    if corrupt.files:
        return put(folder / "school", corrupt.files)
    path = folder / ("school.json" if "JSON" in corrupt.how else "school.zip")
    path.write_bytes(corrupt.data)
    return path


def check(source: Path) -> tuple[int, str]:
    run = subprocess.run(
        [sys.executable, "-m", "scheduler.cli", "check", str(source)],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        check=False,
    )
    return run.returncode, (run.stdout + run.stderr).decode()


@pytest.fixture(scope="module")
def forked() -> Iterator[Check]:
    if not hasattr(os, "fork"):
        yield check
        return
    with subprocess.Popen(
        [sys.executable, "-c", FORKING],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        ask, answers = server.stdin, server.stdout

        def run(source: Path) -> tuple[int, str]:
            said = source.parent / "said.txt"
            print(source, said, sep="\t", file=ask, flush=True)
            code = int(answers.readline())
            return code, said.read_text(encoding="utf-8")

        yield run
        ask.close()


def agrees(folder: Path, corrupt: Corrupt, run: Check) -> None:
    source = written(folder, corrupt)
    found = examine(source)
    code, said = run(source)
    assert code == (2 if found.problems else 0), said
    assert "Traceback" not in said
    for problem in found.problems:
        assert problem.file in said


@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=tuple(HealthCheck),
)
@given(corrupt=corruptions())
def test_the_command_says_what_reading_says(forked, corrupt):
    with TemporaryDirectory() as folder:
        agrees(Path(folder), corrupt, forked)


def test_the_command_itself(tmp_path):
    agrees(tmp_path, Corrupt("not at all", FILES, b""), check)
    agrees(tmp_path, Corrupt("bytes of JSON", {}, b'{"scenario": '), check)
