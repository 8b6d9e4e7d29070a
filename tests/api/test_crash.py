"""The server and its workers are killed while jobs are submitted; nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import crash

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_is_lost_when_server_and_workers_are_killed(tmp_path: Path) -> None:
    found = crash.crashed(3, seed=2, folder=tmp_path)
    print(found)
    assert found.right, found
    assert found.acknowledged == 3 * crash.CLIENTS
    assert set(found.killed) == {"server", "worker or solver"}


def test_a_lost_job_and_a_second_ending_would_be_seen(tmp_path: Path) -> None:
    served = crash.Served(tmp_path)
    served.token()
    with crash.looking(served) as database:
        for name, jobs in (("a", 2), ("b", 1)):
            database.execute(
                "INSERT INTO scenarios (id, school, name, digest, created, rows, warnings, "
                "document) VALUES (?, 'x', 'x', 'x', 0, '{}', '[]', x'00')",
                (name,),
            )
            for number in range(jobs):
                database.execute(
                    "INSERT INTO jobs (id, school, kind, scenario, request, fingerprint, status, "
                    "cancelling, attempt, crashes, created) "
                    "VALUES (?, 'x', 'solve', ?, '{}', 'x', ?, 0, 1, 0, 0)",
                    (f"{name}{number}", name, "running" if name == "a" else "succeeded"),
                )
        for number in (1, 2):
            database.execute("INSERT INTO events VALUES ('b0', ?, 0, 'succeeded', '{}')", (number,))
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("INSERT INTO events VALUES ('nowhere', 1, 0, 'queued', '{}')")
        database.commit()
    told = crash.Told(acknowledged={"0": "a0", "1": "a1", "2": "gone"})
    found = crash.judged(served, 1, told)
    assert not found.right
    assert (found.lost, found.stuck, found.doubled) == (1, 2, 0)
    assert found.twice == 2, "two endings, and no solution of what succeeded"
    assert "nowhere" in found.integrity or "dangling" in found.integrity
