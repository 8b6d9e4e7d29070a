"""Jobs: kept before they are acknowledged, finished once, ended when they must be."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.jobs import runner, watch
from api.jobs.outcomes import Abandoned, Crashed, Done, Overran, Refused, Stopped
from api.jobs.slot import Slot
from api.settings import Settings
from api.store import jobs, scenarios
from api.store.database import Database
from api.store.jobs import Ending, KeyReused, Lease, Order, QueueFull
from api.store.schema import upgrade
from api.store.tables import Job, Scenario
from scheduler.reading import read
from scheduler.writing import scenario_json
from tests.api.conftest import TINY, Served, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

DEMO = TINY.parent / "demo"
SOLVE = {"overrides": {}, "seed": 0, "gap": 0.0, "time_limit": 60.0}


@pytest.fixture(scope="module")
def slot() -> Iterator[Slot]:
    found = Slot(4_000)
    yield found
    found.close()


@pytest.fixture(scope="module")
def demo() -> bytes:
    """A school that takes a while."""
    return scenario_json(read(DEMO))


# ---- one worker ----------------------------------------------------------------------------------


def test_a_worker_does_one_task_after_another(slot: Slot) -> None:
    tiny = scenario_json(read(TINY))
    seen: list[dict[str, Any]] = []
    payload = {"scenario": tiny, **SOLVE}
    outcome = slot.run("solve", payload, seconds=60, report=seen.append)
    assert isinstance(outcome, Done)
    assert not outcome.interrupted
    assert {state["stage"] for state in seen} >= {"exact"}
    refused = slot.run("solve", {**payload, "overrides": {"calendar": "no"}}, seconds=60)
    assert isinstance(refused, Refused)
    assert "no" in refused.problems[0]["message"]


def test_cancelling_keeps_the_best_within_two_seconds(slot: Slot, demo: bytes) -> None:
    moments: list[float] = []

    def report(state: dict[str, Any]) -> None:
        moments.append(time.monotonic())

    def ask() -> Any:
        return "cancel" if moments else None

    outcome = slot.run("solve", {"scenario": demo, **SOLVE}, seconds=120, report=report, ask=ask)
    assert isinstance(outcome, Done)
    assert outcome.interrupted
    assert outcome.value["certificate"]["stopped_by"] == "interrupt"
    again = slot.run("nothing", {}, seconds=60)
    assert again == Done(None)


def test_what_is_cancelled_before_it_found_anything_is_stopped(slot: Slot, demo: bytes) -> None:
    outcome = slot.run("solve", {"scenario": demo, **SOLVE}, seconds=120, ask=lambda: "cancel")
    assert outcome == Stopped()


def test_the_watchdog_ends_what_takes_too_long(slot: Slot, demo: bytes) -> None:
    with pytest.raises(Overran, match="time"):
        slot.run("solve", {"scenario": demo, **SOLVE}, seconds=0.3)
    assert slot.run("nothing", {}, seconds=60) == Done(None)


def test_the_watchdog_ends_what_takes_too_much_memory(demo: bytes) -> None:
    small = Slot(50)
    with pytest.raises(Overran, match="memory"):
        small.run("solve", {"scenario": demo, **SOLVE}, seconds=60)
    small.close()
    with pytest.raises(Abandoned):
        small.run("nothing", {}, seconds=60)


def test_a_worker_that_is_killed_is_noticed_and_replaced(slot: Slot, demo: bytes) -> None:
    pids: list[int] = []

    def ask() -> None:
        pid = slot._pid
        if pid and not pids:
            pids.append(pid)
            os.kill(pid, signal.SIGKILL)

    assert slot.run("nothing", {}, seconds=60) == Done(None)
    with pytest.raises(Crashed):
        slot.run("solve", {"scenario": demo, **SOLVE}, seconds=60, ask=ask)
    assert slot.run("nothing", {}, seconds=60) == Done(None)
    assert pids != [slot._pid]


def test_the_solver_goes_with_its_worker(slot: Slot, demo: bytes) -> None:
    solvers: list[int] = []

    def report(_: dict[str, Any]) -> None:
        assert slot._pid is not None
        solvers.extend(watch.family(slot._pid)[1:])

    def ask() -> Any:
        return "abandon" if solvers else None

    with pytest.raises(Abandoned):
        slot.run("solve", {"scenario": demo, **SOLVE}, seconds=60, report=report, ask=ask)
    until = time.monotonic() + 20
    while any(_lives(pid) for pid in solvers):
        assert time.monotonic() < until
        time.sleep(0.1)


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


# ---- leases --------------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = Database(f"sqlite:///{tmp_path}/flexweave.db")
    upgrade(found)
    yield found
    found.close()


def kept(database: Database) -> Scenario:
    with database.writing() as session:
        return scenarios.keep(
            session, school="a", name="", digest="", rows={}, warnings=[], document=b"{}"
        )


def submitted(database: Database, scenario: Scenario, key: str | None = None, **more: Any) -> Job:
    order = Order("solve", {"time_limit": 1.0}, more.get("fingerprint", "f"), key)
    with database.writing() as session:
        return jobs.submit(session, scenario, order, more.get("limit", 100))


def status(database: Database, job: str) -> str:
    with database.reading() as session:
        return session.get_one(Job, job).status


def test_a_job_is_claimed_once_and_finished_once(database: Database) -> None:
    job = submitted(database, kept(database))
    with database.writing() as session:
        taken = jobs.claim(session, "one", 30)
        assert jobs.claim(session, "two", 30) is None
    assert taken is not None
    lease = taken[1]
    with database.writing() as session:
        assert jobs.progress(session, lease, {"stage": "x"})
        assert not jobs.finish(session, Lease(job.id, "two", 1), Ending("failed"))
        assert jobs.finish(session, lease, Ending("succeeded"))
        assert not jobs.finish(session, lease, Ending("failed"))
        assert not jobs.finish(session, lease, Ending("failed", state={"stage": "x"}))
        assert not jobs.progress(session, lease, {})
        assert jobs.renew(session, lease, 30) is None
        assert not jobs.give_back(session, lease)
        names = [event.name for event in jobs.events(session, job.id, 0)]
    assert status(database, job.id) == "succeeded"
    assert names == ["queued", "running", "progress", "succeeded"]


def test_an_expired_lease_is_queued_again_and_its_holder_may_not_finish(
    database: Database,
) -> None:
    job = submitted(database, kept(database))
    with database.writing() as session:
        taken = jobs.claim(session, "dead", -1)
        assert jobs.reclaim(session) == 1
        assert jobs.reclaim(session) == 0
    assert taken is not None
    with database.writing() as session:
        again = jobs.claim(session, "alive", 30)
        assert again is not None
        assert again[1].attempt == 2
        assert not jobs.finish(session, taken[1], Ending("succeeded"))
        assert jobs.finish(session, again[1], Ending("succeeded"))
    assert status(database, job.id) == "succeeded"


def test_an_idempotency_key_gives_the_same_job(database: Database) -> None:
    scenario = kept(database)
    first = submitted(database, scenario, "k")
    assert submitted(database, scenario, "k", limit=0).id == first.id
    with pytest.raises(KeyReused):
        submitted(database, scenario, "k", fingerprint="other")


def test_a_full_queue_takes_no_more(database: Database) -> None:
    scenario = kept(database)
    submitted(database, scenario, limit=1)
    with pytest.raises(QueueFull):
        submitted(database, scenario, limit=1)


def test_a_waiting_job_is_cancelled_at_once(database: Database) -> None:
    job = submitted(database, kept(database))
    for _ in range(2):
        with database.writing() as session:
            jobs.cancel(session, session.get_one(Job, job.id))
    assert status(database, job.id) == "cancelled"


# ---- over the wire -------------------------------------------------------------------------------


def test_events_go_on_behind_the_last_one_seen(
    served: Served, scenario: str, solution: str
) -> None:
    job = served.ask("GET", f"/v1/solutions/{solution}").json()["job"]
    whole = served.ask("GET", f"/v1/jobs/{job}/events")
    assert whole.headers["content-type"].startswith("text/event-stream")
    blocks = [block for block in whole.text.split("\n\n") if block]
    assert [line(block, "id") for block in blocks] == [str(n + 1) for n in range(len(blocks))]
    assert line(blocks[-1], "event") == "succeeded"
    last = json.loads(line(blocks[-2], "data"))
    assert last["value"] == last["bound"] == 390
    rest = served.ask("GET", f"/v1/jobs/{job}/events", headers={"Last-Event-ID": "2"})
    assert rest.text == "\n\n".join(blocks[2:]) + "\n\n"
    over = served.ask("GET", f"/v1/jobs/{job}/events", headers={"Last-Event-ID": str(len(blocks))})
    assert over.text == ""


def line(block: str, name: str) -> str:
    return next(
        text.removeprefix(f"{name}: ")
        for text in block.splitlines()
        if text.startswith(f"{name}: ")
    )


def test_a_job_is_the_same_for_the_same_key(served: Served, scenario: str) -> None:
    path, key = f"/v1/scenarios/{scenario}/solves", {"Idempotency-Key": "walk"}
    first = served.ask("POST", path, json={}, headers=key)
    again = served.ask("POST", path, json={}, headers=key)
    assert first.json()["id"] == again.json()["id"]
    other = served.ask("POST", path, json={"seed": 1}, headers=key)
    assert other.status_code == 422
    assert other.json()["type"].endswith("key-reused")
    served.ended(first.json()["id"])


def test_bad_settings_and_changes_are_said_before_there_is_a_job(
    served: Served, scenario: str, solution: str
) -> None:
    sent = served.ask("POST", f"/v1/scenarios/{scenario}/solves", json={"calendar": "no"})
    assert sent.status_code == 422
    assert "no" in sent.json()["problems"][0]["message"]
    changes = {"changes": [{"action": "away", "id": "nobody"}]}
    sent = served.ask("POST", f"/v1/solutions/{solution}/repairs", json=changes)
    assert sent.status_code == 422
    assert sent.json()["problems"][0]["file"] == "changes.csv"


class Own:
    """A server of its own, that can be stopped and started again."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.settings = Settings(database_url=f"sqlite:///{folder}/flexweave.db", **more)

    def __enter__(self) -> Served:
        self._client = TestClient(create_app(self.settings))
        self._client.__enter__()
        return Served(self._client)

    def __exit__(self, *_: object) -> None:
        self._client.__exit__(None, None, None)


def test_a_stopped_server_queues_what_it_was_at_and_the_next_one_ends_it(tmp_path: Path) -> None:
    with Own(tmp_path) as here:
        sent = here.ask(
            "POST",
            "/v1/scenarios",
            content=zipped(DEMO),
            headers={"Content-Type": "application/zip"},
        )
        assert sent.status_code == 201, sent.text
        path = f"/v1/scenarios/{sent.json()['id']}/solves"
        job = here.ask("POST", path, json={"target_gap": 0.9, "kinds": ["pd"]}).json()["id"]
        while here.ask("GET", f"/v1/jobs/{job}").json()["status"] == "queued":
            time.sleep(0.1)
    database = Database(f"sqlite:///{tmp_path}/flexweave.db")
    assert status(database, job) == "queued"
    database.close()
    with Own(tmp_path) as here:
        found = here.ended(job)
        assert found["status"] == "succeeded", found
        # The worker is killed in the midst of it, and the job is done all the same.
        job = here.ask("POST", path, json={"target_gap": 0.9, "kinds": ["pd"]}).json()["id"]
        while here.ask("GET", f"/v1/jobs/{job}").json()["status"] == "queued":
            time.sleep(0.05)
        os.kill(here.service.runner._slots[0]._pid, signal.SIGKILL)
        found = here.ended(job)
        assert found["status"] == "succeeded", found
        # A purge ends what is at work on it.
        job = here.ask("POST", path, json={}).json()["id"]
        while here.ask("GET", f"/v1/jobs/{job}").json()["status"] == "queued":
            time.sleep(0.05)
        assert here.ask("DELETE", path.removesuffix("/solves")).status_code == 204
        assert here.ask("GET", f"/v1/jobs/{job}").status_code == 404


def test_a_job_that_loses_every_worker_is_given_up(tmp_path: Path) -> None:
    with Own(tmp_path, attempts=2) as here:
        scenario = here.scenario()

        def crashing(*_: object, **__: object) -> None:
            raise Crashed("again")

        here.service.runner._slots[0].run = crashing
        job = here.ask("POST", f"/v1/scenarios/{scenario}/solves", json={}).json()["id"]
        found = here.ended(job)
    assert found["status"] == "failed"
    assert found["error"]["type"].endswith("crashed")


def test_a_running_job_is_cancelled_over_the_wire(served: Served) -> None:
    sent = served.ask(
        "POST",
        "/v1/scenarios",
        content=zipped(DEMO),
        headers={"Content-Type": "application/zip"},
    )
    path = f"/v1/scenarios/{sent.json()['id']}"
    job = served.ask("POST", f"{path}/solves", json={}).json()["id"]
    while served.ask("GET", f"/v1/jobs/{job}").json()["progress"] is None:
        time.sleep(0.1)
    assert served.ask("POST", f"/v1/jobs/{job}/cancel").json()["cancelling"]
    found = served.ended(job)
    assert found["status"] == "cancelled"
    kept = served.ask("GET", f"/v1/solutions/{found['solution']}/certificate").json()
    assert kept["stopped_by"] == "interrupt"
    assert served.ask("DELETE", path).status_code == 204


def test_progress_is_kept_now_and_then(database: Database, monkeypatch: Any) -> None:
    job = submitted(database, kept(database))
    with database.writing() as session:
        taken = jobs.claim(session, "one", 30)
    assert taken is not None
    stopping = runner.threading.Event()
    holding = runner.Holding(database, taken[1], 0.0, stopping)
    for stage in ("a", "a", "b"):
        holding.report({"stage": stage})
    with database.reading() as session:
        names = [event.name for event in jobs.events(session, job.id, 0)]
    assert names.count("progress") == 2
    assert holding.ask() is None
    stopping.set()
    assert holding.ask() == "abandon"
