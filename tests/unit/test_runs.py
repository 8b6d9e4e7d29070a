"""Many solves: results as they come, kept and found again, whatever becomes of the workers."""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, Executor, Future
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest

from scheduler.reading import read
from scheduler.runs import (
    TRIES,
    Cluster,
    Failure,
    NoCluster,
    Processes,
    Results,
    Task,
    cluster,
    jobs,
    processes,
    run,
)
from scheduler.runs.kept import timeless
from scheduler.runs.tasks import unpacked
from scheduler.solver import solve
from scheduler.solver.isolate import SolverCrashed
from scheduler.solver.solve import CheckerDisagrees, NothingFound, State
from scheduler.verify import Disagreement
from tests.schools import TINY

SCHOOL = read(TINY)
STATE = State("fill", 0.5, Decimal(250), None, None)


@pytest.fixture(scope="module")
def answer():
    return solve(SCHOOL)


def task(name: str, seed: int = 0, **more: Any) -> Task:
    return Task(name, SCHOOL, seed=seed, **more)


class Lost(Exception):
    """A worker was lost and the executor goes on."""


class Scripted(Executor):
    """Answers by a script: for each name, what comes of each time it is begun."""

    def __init__(self, script: dict[str, list[Any]], begun: list[str], begin: list[Any]) -> None:
        self.script, self.begun, self.refusals = script, begun, begin

    def submit(self, fn: Any, /, *given: Any, **_: Any) -> Future[Any]:
        if self.refusals and (refusal := self.refusals.pop(0)):
            raise refusal
        name = unpacked(given[0]).name
        self.begun.append(name)
        outcome = self.script[name].pop(0)
        future: Future[Any] = Future()
        if outcome == "cancelled":
            future.cancel()
            future.set_running_or_notify_cancel()
        elif isinstance(outcome, BaseException):
            future.set_exception(outcome)
        elif outcome != "never":
            future.set_result(outcome)
        return future


class Actors:
    """Workers that play a script."""

    lost = (Lost,)

    def __init__(self, script: dict[str, list[Any]], width: int = 2, begin: Any = ()) -> None:
        self.script, self.wide, self.begun = script, width, []
        self.closed: list[bool] = []
        self.opened = 0
        self.refusals = list(begin)

    def open(self, heard: Any) -> Executor:
        self.opened += 1
        return Scripted(self.script, self.begun, self.refusals)

    def width(self) -> int:
        return self.wide

    def say(self) -> Any:
        return print

    def close(self, *, at_once: bool = False) -> None:
        self.closed.append(at_once)


# ---- tasks ---------------------------------------------------------------------------------------


def test_a_key_is_of_all_that_decides_the_answer_and_of_nothing_else():
    assert task("a").key == task("b").key
    others = [
        task("a", 1),
        task("a", gap=0.1),
        task("a", time_limit=5),
        Task("a", SCHOOL.model_copy(update={"choices": ()})),
    ]
    assert len({task("a").key, *(one.key for one in others)}) == 5
    assert unpacked(task("a").packed()) == task("a")


def test_two_tasks_of_one_name_are_refused():
    with pytest.raises(ValueError, match="same name"):
        next(run([task("a"), task("a", 1)], Actors({})))


# ---- a run, by a script --------------------------------------------------------------------------


def test_results_come_and_equal_tasks_are_solved_once(answer):
    actors = Actors({"a": [answer], "b": [answer]})
    tasks = [task("a"), task("b", 1), task("again", overrides={"calendar": "current"})]
    came = {ran.task.name: ran for ran in run(tasks, actors)}
    assert actors.begun == ["a", "b"]
    assert [came[n].tries for n in ("a", "b", "again")] == [1, 1, 0]
    assert came["again"].solution.certificate.overrides == {"calendar": "current"}
    assert came["a"].solution.certificate.overrides == {}
    for ran in came.values():
        assert ran.solution.certificate.seconds_per_stage == {}
        assert ran.solution.certificate.peak_memory_mb == 0
        assert ran.solution.assignments == answer.assignments
    assert actors.closed == [False]


def test_no_tasks_need_no_workers():
    actors = Actors({})
    assert list(run([], actors)) == []
    assert (actors.opened, actors.closed) == (0, [])


def test_a_lost_task_is_begun_again_alone_after_all_others(answer):
    actors = Actors({"a": [Lost(), answer], "b": [answer], "c": [answer]})
    came = list(run([task("a"), task("b", 1), task("c", 2)], actors))
    assert actors.begun == ["a", "b", "c", "a"]
    assert [(ran.task.name, ran.tries) for ran in came] == [("b", 1), ("c", 1), ("a", 2)]
    assert actors.opened == 1


def test_a_task_that_kills_each_time_is_given_up(answer):
    actors = Actors({"a": [BrokenExecutor()] * 9, "b": ["never", answer]})
    came = list(run([task("a"), task("b", 1)], actors))
    failed, fine = sorted(came, key=lambda ran: ran.task.name)
    assert failed.solution is None
    assert failed.failure.lost
    assert f"{TRIES} times" in failed.failure.why
    assert failed.tries == TRIES
    # What was under way when it broke fell with it, and came the second time.
    assert (fine.tries, fine.failure) == (2, None)
    assert actors.opened == TRIES
    assert actors.closed == [True] * TRIES + [False]


def test_a_killed_solver_costs_a_try_and_a_cancelled_one_too(answer):
    crash = Failure("the solver's process ended early", lost=True)
    actors = Actors({"a": [crash, "cancelled", answer]})
    (ran,) = run([task("a")], actors)
    assert (ran.tries, ran.failure) == (3, None)


def test_an_executor_that_broke_while_idle_is_opened_anew(answer):
    actors = Actors({"a": [answer]}, begin=[BrokenExecutor()])
    (ran,) = run([task("a")], actors)
    assert (ran.tries, actors.opened) == (1, 2)


def test_a_failure_that_is_no_loss_is_told_at_once():
    actors = Actors({"a": [Failure("stopped before any answer")]})
    (ran,) = run([task("a")], actors)
    assert (ran.solution, ran.tries) == (None, 1)
    assert isinstance(ran.failure.error(), NothingFound)
    assert isinstance(Failure("x", lost=True).error(), SolverCrashed)
    bug = Failure("x", (Disagreement("value", "is 1"),)).error()
    assert isinstance(bug, CheckerDisagrees)
    assert bug.disagreements == [Disagreement("value", "is 1")]


def test_an_error_of_ours_is_raised_and_ends_what_is_under_way():
    actors = Actors({"a": [KeyError("oh")], "b": ["never"]})
    with pytest.raises(KeyError, match="oh"):
        list(run([task("a"), task("b", 1)], actors))
    assert actors.closed == [True]


# ---- results that are kept -----------------------------------------------------------------------


def test_what_was_kept_is_not_solved_again(answer, tmp_path):
    results = Results(tmp_path)
    tasks = [task("a"), task("b", 1)]
    first = list(run(tasks, Actors({"a": [answer], "b": [answer]}), results=results))
    assert {ran.kept for ran in first} == {False}
    again = list(run(tasks, Actors({}), results=results))
    assert [(ran.task.name, ran.kept, ran.tries) for ran in again] == [
        ("a", True, 0),
        ("b", True, 0),
    ]
    assert again[0].solution == first[0].solution


def test_a_broken_run_goes_on_where_it_ended(answer, tmp_path):
    results = Results(tmp_path)
    going = run([task("a"), task("b", 1)], Actors({"a": [answer]}, width=1), results=results)
    assert next(going).task.name == "a"
    going.close()
    actors = Actors({"b": [answer]})
    came = list(run([task("a"), task("b", 1)], actors, results=results))
    assert [(ran.task.name, ran.kept) for ran in came] == [("a", True), ("b", False)]
    assert actors.begun == ["b"]


def _edit_key(place: Path) -> None:
    told = json.loads((place / "task.json").read_text())
    (place / "task.json").write_text(json.dumps(told | {"key": "other"}))


def _edit_plan(place: Path) -> None:
    text = (place / "assignments.csv").read_text()
    (place / "assignments.csv").write_text(text.replace("robotics-mon", "study-mon", 1))


def _edit_hash(place: Path) -> None:
    text = (place / "certificate.json").read_text()
    (place / "certificate.json").write_text(text.replace(SCHOOL.digest, "0" * 64))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda place: (place / "task.json").unlink(),
        lambda place: (place / "task.json").write_text("[]"),
        lambda place: (place / "task.json").write_text("{"),
        lambda place: (place / "ledger.csv").unlink(),
        _edit_key,
        _edit_plan,
        _edit_hash,
    ],
)
def test_what_is_missing_stale_or_changed_by_hand_is_solved_again(answer, tmp_path, spoil):
    results = Results(tmp_path)
    results.keep(task("a"), timeless(task("a"), answer))
    assert results.find(task("a")) is not None
    assert results.find(task("a", 1)) is None
    spoil(results.place(task("a")))
    assert results.find(task("a")) is None
    (ran,) = run([task("a")], Actors({"a": [answer]}), results=results)
    assert not ran.kept
    assert results.find(task("a")) == ran.solution


def test_names_become_folders_that_differ(tmp_path):
    results = Results(tmp_path)
    names = ("short-monday", "a/b", "a b", "../up", "ä", "x" * 300, "")
    places = [results.place(task(name)) for name in names]
    assert places[0] == tmp_path / "short-monday"
    assert len(set(places)) == len(places)
    assert all(place.parent == tmp_path and len(place.name) < 100 for place in places)


# ---- in a worker ---------------------------------------------------------------------------------


def test_a_job_tells_states_and_gives_the_answer(answer):
    heard = []
    found = jobs.solved(task("a").packed(), lambda name, state: heard.append((name, state)))
    assert found.assignments == answer.assignments
    assert {name for name, _ in heard} == {"a"}


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (NothingFound("none"), False),
        (SolverCrashed("gone"), True),
        (MemoryError(), True),
        (CheckerDisagrees([Disagreement("value", "is 1")]), False),
    ],
)
def test_failures_come_back_as_answers_that_can_be_sent(monkeypatch, error, lost):
    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(jobs, "solve", fails)
    found = jobs.solved(task("a").packed(), print)
    assert pickle.loads(pickle.dumps(found)) == found
    assert found.lost is lost
    assert bool(found.disagreements) is isinstance(error, CheckerDisagrees)


def test_a_worker_ends_with_its_line(monkeypatch):
    codes: list[int] = []
    monkeypatch.setattr(processes.os, "_exit", codes.append)
    context = processes.multiprocessing.get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    ears, mouth = context.Pipe(duplex=False)
    processes._begin(theirs, mouth)
    processes._sent("a", STATE)
    assert ears.recv() == ("a", STATE)
    ours.close()
    deadline = time.monotonic() + 10
    while not codes and time.monotonic() < deadline:
        time.sleep(0.01)
    assert codes == [1]
    ears.close()
    mouth.close()
    processes._sent("a", STATE)
    theirs.close()


# ---- processes -----------------------------------------------------------------------------------


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_killed_process_costs_a_retry_and_not_the_run(answer):
    workers = Processes(2)
    killed = threading.Event()

    def kill_one(name: str, state: State) -> None:
        if not killed.is_set():
            killed.set()
            os.kill(next(iter(workers._pool._processes)), signal.SIGKILL)

    came = list(run([task("a"), task("b", 1)], workers, progress=kill_one))
    assert killed.is_set()
    assert sorted(ran.task.name for ran in came) == ["a", "b"]
    assert max(ran.tries for ran in came) == 2
    assert {ran.solution.certificate.value for ran in came} == {answer.certificate.value}


def test_who_stops_listening_ends_all_processes():
    workers = Processes(1)
    going = run([task("a"), task("b", 1)], workers)
    assert next(going).task.name == "a"
    pids = list(workers._pool._processes)
    assert all(map(_alive, pids))
    began = time.monotonic()
    going.close()
    assert not any(map(_alive, pids))
    assert time.monotonic() - began < 10


# ---- a cluster that is not there -----------------------------------------------------------------


def test_without_the_library_the_mend_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NoCluster, match=r"pip install 'flexweave\[cluster\]'"):
        Cluster("tcp://127.0.0.1:1")


class Client:
    """A client of a cluster as it may be found."""

    theirs: ClassVar[dict[str, dict[str, str]]] = {}

    def __init__(self, address: str, **_: Any) -> None:
        if address == "nonsense":
            raise ValueError(address)

    def subscribe_topic(self, topic: str, handler: Any) -> None:
        handler((0.0, ["a", "fill", "0.5", "250", None, None]))

    def run(self, _: Any) -> dict[str, dict[str, str]]:
        return self.theirs

    def nthreads(self) -> dict[str, int]:
        return {"one": 2, "two": 1}

    def get_executor(self, **_: Any) -> str:
        return "executor"

    def close(self) -> None:
        raise OSError("gone already")


@pytest.fixture
def found_cluster(monkeypatch):
    made = Cluster("tcp://somewhere:1")
    monkeypatch.setattr(made._distributed, "Client", Client)
    return made


def test_a_cluster_with_the_same_versions_is_used(found_cluster, monkeypatch):
    monkeypatch.setattr(Client, "theirs", {"one": cluster.versions()})
    heard: list[Any] = []
    assert found_cluster.open(lambda *told: heard.append(told)) == "executor"
    assert heard == [("a", STATE)]
    assert found_cluster.width() == 6
    found_cluster.close()
    assert found_cluster._client is None


def test_a_cluster_without_workers_or_with_other_versions_is_refused(found_cluster, monkeypatch):
    monkeypatch.setattr(Client, "theirs", {})
    with pytest.raises(NoCluster, match="has no workers"):
        found_cluster.open(print)
    monkeypatch.setattr(Client, "theirs", {"one": cluster.versions() | {"ortools": "1"}})
    with pytest.raises(NoCluster, match="ortools 1 and this machine"):
        found_cluster.open(print)
    with pytest.raises(NoCluster, match="no Dask scheduler answers at nonsense"):
        Cluster("nonsense").open(print)


class Worker:
    """A worker with tasks in some state."""

    def __init__(self, state: str | None) -> None:
        self.tasks = {} if state is None else {"mine": type("T", (), {"state": state})}
        self.state = self
        self.logged: list[Any] = []

    def get_current_task(self) -> str:
        return "mine"

    def log_event(self, topic: str, told: Any) -> None:
        self.logged.append((topic, told))


@pytest.mark.parametrize(
    ("state", "ends"), [("executing", False), ("cancelled", True), (None, True)]
)
def test_a_solve_that_nobody_waits_for_ends_when_it_would_tell(monkeypatch, state, ends):
    worker = Worker(state)
    library = type("L", (), {"get_worker": staticmethod(lambda: worker)})
    monkeypatch.setitem(sys.modules, "distributed", library)
    say = Cluster.say(type("C", (), {"_topic": "t"}))
    if ends:
        with pytest.raises(KeyboardInterrupt):
            say("a", STATE)
    else:
        say("a", STATE)
        assert worker.logged == [("t", ["a", "fill", "0.5", "250", None, None])]
        assert cluster._state(worker.logged[0][1]) == ("a", STATE)
