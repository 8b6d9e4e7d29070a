"""What workers can do, done here: each task by its name, and what is refused."""

from __future__ import annotations

import json
import multiprocessing
import signal
from typing import Any

import pytest

from api.examples import SCENARIO
from api.jobs import tasks, worker
from api.jobs.outcomes import Broken, Crashed, Done, Refused, Stopped, place
from scheduler.models import Solution
from scheduler.reading import read
from scheduler.solver.isolate import SolverCrashed
from scheduler.writing import scenario_json
from tests.api.conftest import TINY

SEARCH: dict[str, Any] = {"overrides": {}, "seed": 0, "gap": 0.0, "time_limit": 60.0}
READ: dict[str, Any] = {"limits": {}, "rows": 1_000, "people": 10, "limited": False}


def done(task: str, payload: dict[str, Any]) -> Any:
    found = tasks.perform(task, payload, lambda _: None)
    assert isinstance(found, Done), found
    return found.value


def refused(task: str, payload: dict[str, Any]) -> Refused:
    found = tasks.perform(task, payload, lambda _: None)
    assert isinstance(found, Refused), found
    return found


@pytest.fixture(scope="module")
def tiny() -> bytes:
    return scenario_json(read(TINY))


@pytest.fixture(scope="module")
def answered(tiny: bytes) -> dict[str, Any]:
    """A solution of the tiny school, as tasks take it."""
    solution = done("solve", {"scenario": tiny, **SEARCH})["solution"]
    found = {"scenario": tiny, "solution": solution, "overrides": {}}
    return {**found, "audience": "coordinator", "reader": ""}


def test_reading_keeps_what_was_read(tiny: bytes) -> None:
    found = done("read", {"data": tiny, **READ})
    assert found["document"] == tiny
    assert found["rows"]["students"] == 6
    assert refused("read", {"data": b"{}", **READ}).problems
    assert refused("read", {"data": tiny, **READ, "rows": 3}).slug == "too-large"


def test_settings_are_checked(tiny: bytes) -> None:
    done("check-settings", {"scenario": tiny, "overrides": {"kinds": "flex;advisory"}})
    wrong = {"scenario": tiny, "overrides": {"calendar": "none"}}
    assert refused("check-settings", wrong).slug == "bad-input"


def test_small_schools_are_solved_and_asked_at_once() -> None:
    payload = {"data": SCENARIO, **READ, **SEARCH}
    found = json.loads(done("solve-small", payload))
    assert found["certificate"]["status"] == "optimal"
    asked = {"question": "why", "person": "s1", "session": None, "audience": "coordinator"}
    said = json.loads(done("explain-small", {**payload, **asked, "reader": ""}))
    assert said["answers"][0]["session"] == "robotics-Mon"
    large = {**payload, "people": 2}
    assert refused("solve-small", large).slug == "too-large"
    assert refused("explain-small", {**large, **asked}).slug == "too-large"
    assert refused("solve-small", {**payload, "data": {}}).problems
    hasty = {**payload, "time_limit": 0.0}
    assert refused("solve-small", hasty).slug == "took-too-long"
    done("solve-small", {**hasty, "limited": True})


@pytest.mark.parametrize(
    ("question", "person", "session"),
    [
        ("why", "s1", None),
        ("why-not", "s1", "algebra-wed"),
        ("what-would-it-take", "s1", "algebra-wed"),
        ("session", None, "algebra-wed"),
        ("prices", None, None),
        ("fairness", None, None),
    ],
)
def test_every_question_has_an_answer(
    answered: dict[str, Any], question: str, person: str | None, session: str | None
) -> None:
    asked = {"question": question, "person": person, "session": session}
    found = json.loads(done("explain", {**answered, **asked}))
    assert set(found) == {"answers", "text"}
    assert found["text"] or question == "prices"


def test_unknown_people_are_no_answer(answered: dict[str, Any]) -> None:
    asked = {"question": "why", "person": "nobody", "session": None}
    assert refused("explain", {**answered, **asked}).slug == "no-answer"
    assert refused("report", {**answered, "reader": "nobody"}).slug == "no-answer"


def test_diagnosing_with_and_without_a_solution(answered: dict[str, Any]) -> None:
    asked = {**answered, "time_limit": 30.0, "seed": 0}
    for solution in (answered["solution"], None):
        found = json.loads(done("diagnose", {**asked, "solution": solution}))
        assert found["status"] == "possible"
        assert found["text"]


def test_repairing_and_comparing(answered: dict[str, Any]) -> None:
    changes = [{"action": "away", "id": "s1", "block": "Mon.flex", "value": ""}]
    asked = {**answered, "changes": changes, "since": None, "seed": 0, "time_limit": 60.0}
    assert done("check-changes", asked) is None
    wrong = {**asked, "changes": [{**changes[0], "id": "nobody"}]}
    assert refused("check-changes", wrong).problems
    found = done("repair", asked)
    assert json.loads(found["repair"])["gone"][0]["person"] == "s1"
    after = {**answered, "scenario": found["document"], "solution": found["solution"]}
    diff = json.loads(done("diff", {**after, "before": answered["solution"]}))
    assert "s1" in {move["person"] for move in diff["moves"]}
    assert diff["text"]


def test_pages_and_workbooks(answered: dict[str, Any]) -> None:
    assert done("report", answered).startswith("<!doctype html>")
    assert done("workbook", answered).startswith(b"PK")
    assert Solution.model_validate_json(answered["solution"]).certificate.status == "optimal"


def test_a_lost_solver_is_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> None:
        raise SolverCrashed("exit code -9")

    monkeypatch.setitem(tasks.TASKS, "nothing", lost)
    with pytest.raises(Crashed):
        tasks.perform("nothing", {}, lambda _: None)


# ---- the worker's side of the line ---------------------------------------------------------------


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Any:
    ours, theirs = multiprocessing.Pipe()
    found = worker._Post(theirs)
    monkeypatch.setattr(worker, "_posts", [found])
    before = signal.signal(signal.SIGINT, found.interrupted)
    yield found, ours
    signal.signal(signal.SIGINT, before)
    ours.close()
    theirs.close()


def test_a_task_reports_and_says_when_it_ends(post: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(_: object, report: Any) -> Done:
        report({"stage": "x"})
        return Done(7)

    monkeypatch.setitem(tasks.TASKS, "busy", busy)
    assert worker.run(3, "busy", {}) == Done(7)
    assert post[1].recv() == ("progress", 3, {"stage": "x"})
    assert post[1].recv() == ("end", 3)


def test_a_task_is_interrupted_but_not_the_next_one(
    post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancelled(*_: object) -> Done:
        post[0].cancel(5)
        return Done("not reached")

    monkeypatch.setitem(tasks.TASKS, "cancelled", cancelled)
    assert worker.run(5, "cancelled", {}) == Stopped()
    post[0].cancel(5)
    signal.raise_signal(signal.SIGINT)
    assert worker.run(6, "nothing", {}) == Done(None)
    post[0].cancel(7)
    assert worker.run(7, "nothing", {}) == Stopped()


def test_what_nobody_foresaw_is_told_by_its_place(
    post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("Ada Canary")

    def lost(*_: object) -> None:
        raise Crashed("gone")

    monkeypatch.setitem(tasks.TASKS, "broken", broken)
    monkeypatch.setitem(tasks.TASKS, "lost", lost)
    found = worker.run(1, "broken", {})
    assert isinstance(found, Broken)
    assert found.place.startswith("ValueError at ")
    assert "Canary" not in found.place
    with pytest.raises(Crashed):
        worker.run(2, "lost", {})
    assert place(ValueError("Canary")) == "ValueError at "
