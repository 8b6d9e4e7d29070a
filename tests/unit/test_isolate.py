"""The child process: ended in time, missed when it dies, gone when its parent is."""

import os
import signal
import subprocess
import sys
import time
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import child
from scheduler.solver.components import Component
from scheduler.solver.isolate import Answer, Bound, Done, Isolated, SolverCrashed, Stage, Task
from tests.solving import model

ROOT = Path(__file__).parents[2]
SMALL = model([[3, 4, 2]], -UNBOUNDED, 5, [30, 50, 24])


def part(matrix):
    return Component(matrix, np.arange(matrix.shape[1]), np.arange(matrix.shape[0]))


def endless():
    """A market split of 5 rows and 50 columns: no solver is done with it today."""
    rng = np.random.default_rng(1)
    a = rng.integers(0, 100, (5, 50))
    side = a.sum(axis=1) // 2
    return part(
        model(
            np.hstack([a, np.eye(5, dtype=int)]),
            side,
            side,
            [*[0] * 50, *[-1] * 5],
            [*[1] * 50, *[9999] * 5],
            whole=50,
        )
    )


def test_events_come_as_from_the_search_itself():
    line = Isolated(Task((part(SMALL),)), None)
    events = list(line)
    assert events[0] == Stage(0, "price")
    assert events[-1] == Done(0, "done")
    assert [e.units for e in events if isinstance(e, Bound | Answer)][-1] == 54
    assert not line.timed_out


def test_a_task_without_parts_needs_nobody():
    assert list(Isolated(Task(()), None)) == []


@pytest.mark.parametrize("limit", [0.0, 0.1, 4.0])
def test_time_is_up_when_it_is_up(limit):
    began = time.monotonic()
    line = Isolated(Task((endless(),)), began + limit)
    events = list(line)
    assert time.monotonic() - began <= limit + 1
    assert line.timed_out
    assert not any(isinstance(event, Done) for event in events)


def test_a_large_task_does_not_outlast_the_limit():
    """More than a pipe holds, while the child is still starting."""
    big = model(np.ones((1, 400_000)), 0, 1, 1)
    began = time.monotonic()
    line = Isolated(Task((part(big),)), began + 0.1)
    assert list(line) == []
    assert line.timed_out
    assert time.monotonic() - began <= 1.1


def test_a_crash_is_said(capfd):
    with pytest.raises(SolverCrashed, match="exit code 1"):
        list(Isolated(Task((None,)), None))
    assert "AttributeError" in capfd.readouterr().err


def test_a_child_that_never_listens_has_crashed(monkeypatch, tmp_path):
    """It ends before it takes its task, which is more than the line holds."""
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexit 3\n")
    silent.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(silent))
    for columns in (3, 400_000):
        task = Task((part(model(np.ones((1, columns)), 0, 1, 1)),))
        with pytest.raises(SolverCrashed, match="exit code 3"):
            list(Isolated(task, None))


def test_who_stops_listening_ends_it():
    events = iter(Isolated(Task((endless(),)), None))
    assert next(events) == Stage(0, "price")
    began = time.monotonic()
    events.close()
    assert time.monotonic() - began < 1


PARENT = """
import subprocess, time
from scheduler.solver import isolate
from tests.unit import test_isolate

class Told(subprocess.Popen):
    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        print(self.pid, flush=True)

isolate.subprocess.Popen = Told
for event in isolate.Isolated(isolate.Task((test_isolate.endless(),)), None):
    print("event", flush=True)
"""


def test_the_child_ends_with_its_parent():
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        number = int(parent.stdout.readline())
        assert parent.stdout.readline() == "event\n"
        assert _alive(number)
        parent.kill()
    assert _gone(number)


def _gone(number: int) -> bool:
    """Whether a process ends within a while."""
    deadline = time.monotonic() + 10
    while _alive(number) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not _alive(number)


def _alive(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


# ---- the child's side ---------------------------------------------------------------------------


STARTER = """
import subprocess, sys
busy = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE, text=True)
print(busy.pid, busy.stdout.readline(), end="", flush=True)
busy.wait()
"""
HOLDING = """
import ctypes
from scheduler.solver.child import end_with_starter
print(end_with_starter(), flush=True)
ctypes.PyDLL(None).sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
def test_a_child_that_holds_the_interpreter_ends_with_its_parent():
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTER, HOLDING], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        number, known = parent.stdout.readline().split()
        assert known == "True"
        parent.kill()
    assert _gone(int(number))


def test_the_child_ends_by_itself_and_keeps_stdout_clean():
    ours, theirs = Pipe()
    command = [sys.executable, "-m", "scheduler.solver.child", str(theirs.fileno())]
    with subprocess.Popen(
        command, cwd=ROOT, pass_fds=(theirs.fileno(),), stdout=subprocess.PIPE
    ) as process:
        theirs.close()
        ours.send(Task((part(SMALL),)))
        events = []
        while not events or not isinstance(events[-1], Done):
            events.append(ours.recv())
        assert process.wait(10) == 0
        assert process.stdout.read() == b""
    ours.close()
    assert events[-1] == Done(0, "done")


def test_main_in_this_process(monkeypatch):
    """The same, seen from inside; the signal and stdout are put back."""
    ours, theirs = Pipe()
    ours.send(Task((part(SMALL),)))
    kept, handler = os.dup(1), signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(child, "_end_with_parent", lambda line: None)
    monkeypatch.setattr(child, "end_with_starter", lambda: True)
    try:
        child.main(os.dup(theirs.fileno()))
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        signal.signal(signal.SIGINT, handler)
    theirs.close()
    events = []
    while ours.poll():
        try:
            events.append(ours.recv())
        except EOFError:
            break
    ours.close()
    assert events[-1] == Done(0, "done")


def test_a_broken_line_ends_the_child(monkeypatch):
    codes = []
    monkeypatch.setattr(child.os, "_exit", codes.append)
    ours, theirs = Pipe()
    ours.close()
    child._end_with_parent(theirs)
    assert codes == [1]
    theirs.close()
    child._end_with_parent(Connection.__new__(_Closed))
    assert codes == [1, 1]


class _Closed(Connection):
    def __init__(self):
        """Never opened."""

    def recv(self):
        raise OSError("handle is closed")

    def __del__(self):
        pass
