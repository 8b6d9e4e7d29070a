"""A real Dask cluster on this machine: the same files as from a pool, and a killed worker."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from scheduler.comparison import shifts, sweep
from scheduler.reading import read
from scheduler.report.compared import sweep_csv
from scheduler.runs import Cluster, Processes, Results, Task, run
from tests.schools import TINY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scheduler.comparison import Shift

STEPS = 24
KILLED_AFTER = 6
PATIENCE = 120
"""Seconds for something to start on a busy machine."""


def _start(module: str, *given: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.{module}", "--no-dashboard", *given]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def cluster(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler, and two worker processes."""
    file = tmp_path_factory.mktemp("cluster") / "scheduler.json"
    where = ("--host", "127.0.0.1")
    scheduler = _start("dask_scheduler", *where, "--port", "0", "--scheduler-file", str(file))
    started = [scheduler]
    try:
        deadline = time.monotonic() + PATIENCE
        while not file.exists() or not file.read_text().endswith("}"):
            assert scheduler.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        alone = ("--nthreads", "1", "--no-nanny", *where)
        workers = [_start("dask_worker", address, *alone) for _ in range(2)]
        started += workers
        yield address, workers
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(PATIENCE)


def _sweep() -> list[Shift]:
    return shifts(read(TINY), range(-1, -STEPS, -1), ["Mon"])


def _tasks(found: list[Shift]) -> list[Task]:
    return [Task(one.subject.key, one.subject.scenario) for one in found]


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _workers_of(address: str) -> int:
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        return len(client.scheduler_info()["workers"])


def _wait_for(address: str, workers: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while _workers_of(address) != workers:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_sweep_leaves_the_same_files_and_survives_a_killed_worker(cluster, tmp_path):
    address, (first, _) = cluster
    found = _sweep()
    assert len(found) == STEPS
    _wait_for(address, 2)
    there, here = tmp_path / "there", tmp_path / "here"
    heard: set[str] = set()
    came = {}
    going = run(
        _tasks(found),
        Cluster(address),
        results=Results(there),
        progress=lambda name, state: heard.add(name),
    )
    for ran in going:
        assert ran.failure is None
        came[ran.task.name] = ran.solution
        if len(came) == KILLED_AFTER:
            first.kill()
    assert first.wait(PATIENCE) != 0
    _wait_for(address, 1)
    assert heard == set(came) == {one.subject.key for one in found}
    pooled = {
        ran.task.name: ran.solution
        for ran in run(_tasks(found), Processes(2), results=Results(here))
    }
    assert _files(there) == _files(here)
    assert len(_files(here)) == 7 * STEPS
    tables = [sweep_csv(sweep(found, ["Mon"], answers)) for answers in (came, pooled)]
    assert tables[0] == tables[1]
    assert tables[0].count(b"\n") == 1 + STEPS
